import Glibc
package import NIOCore

/// Whoever is at the other end, as far as an address tells: what is bounded by address is counted under this.
package enum PeerAddress {
  /// A subscriber is given no less than this many bits of IPv6 addresses (RFC 6177), and may use each of them.
  private static let networkBytes = 8
  /// `::ffff:0:0/96`: an IPv4 address that came to a socket of both kinds.
  private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

  /// The IPv4 address, the network of the IPv6 address, or one name for all that have none.
  package static func text(_ address: SocketAddress?) -> String {
    switch address {
    case .v4, .unixDomainSocket, nil: return address?.ipAddress ?? "unknown"
    case .v6(let address):
      let bytes = withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
      if bytes.starts(with: mapped) { return bytes.dropFirst(mapped.count).map { String($0) }.joined(separator: ".") }
      let network = bytes.prefix(networkBytes).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
      return "\(network)/\(networkBytes * 8)"
    }
  }
}

extension Channel {
  /// The address at the other end, without its port; of an IPv6 address its network.
  var peerAddress: String { PeerAddress.text(remoteAddress) }
}
