/// What a server offers in its first key exchange message (RFC 4253, 7.1), which it sends in the clear.
struct KeyExchangeOffer: Sendable, Hashable {
  /// A server sends its banner and this message at once; together they are under 4 KiB.
  static let sizeLimit = 64 * 1024
  private static let messageNumber: UInt8 = 20

  var keyExchange: [String]
  var hostKey: [String]
  var cipherToServer: [String]
  var cipherToClient: [String]
  var macToServer: [String]
  var macToClient: [String]

  /// How far `bytes`, all that the server has sent, go.
  enum Reading {
    case incomplete
    case offer(KeyExchangeOffer, banner: String)
    case broken(String)
  }

  /// Reads lines up to the one that begins with `SSH-`, then one plain packet.
  static func read(_ bytes: [UInt8]) -> Reading {
    var rest = bytes[...]
    var banner = ""
    while !banner.hasPrefix("SSH-") {
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return .incomplete }
      banner = String(decoding: rest[..<end], as: UTF8.self).trimmingLineEnd()
      rest = rest[(end + 1)...]
    }
    var reader = SSHWireReader(rest)
    guard let length = reader.uint32() else { return .incomplete }
    guard (16...UInt32(sizeLimit)).contains(length) else { return .broken("its first packet has length \(length)") }
    guard let packet = reader.take(Int(length)) else { return .incomplete }
    var content = SSHWireReader(packet)
    guard content.byte() != nil, content.byte() == messageNumber, content.take(16) != nil else {
      return .broken("its first packet is not a key exchange")
    }
    var lists: [[String]] = []
    for _ in 0..<6 {
      guard let list = content.text() else { return .broken("its key exchange packet is cut off") }
      lists.append(list.split(separator: ",").map(String.init))
    }
    let offer = KeyExchangeOffer(
      keyExchange: lists[0], hostKey: lists[1], cipherToServer: lists[2], cipherToClient: lists[3],
      macToServer: lists[4], macToClient: lists[5])
    return .offer(offer, banner: banner)
  }

  /// The first class in which server and we have nothing in common, with both lists; nil if we could agree.
  func gap(hostKeys: [String]) -> (class: AlgorithmPolicy.Class, offered: [String], ours: [String])? {
    let usable = AlgorithmPolicy.usable
    let pairs: [(AlgorithmPolicy.Class, [String], [String])] = [
      (.keyExchange, keyExchange, usable[.keyExchange] ?? []),
      (.hostKey, hostKey, hostKeys),
      (.cipher, cipherToServer, usable[.cipher] ?? []),
      (.cipher, cipherToClient, usable[.cipher] ?? []),
      (.mac, macToServer, usable[.mac] ?? []),
      (.mac, macToClient, usable[.mac] ?? []),
    ]
    return pairs.first { Set($0.1).isDisjoint(with: $0.2) }.map { (class: $0.0, offered: $0.1, ours: $0.2) }
  }
}

extension String {
  fileprivate func trimmingLineEnd() -> String { hasSuffix("\r") ? String(dropLast()) : self }
}
