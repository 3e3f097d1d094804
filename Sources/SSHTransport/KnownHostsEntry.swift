import Crypto
import Foundation

/// One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
struct KnownHostsEntry: Sendable {
  enum Marker: Sendable, Hashable {
    case none
    /// A key that must never be accepted.
    case revoked
    /// A key that signs host certificates. libssh2 knows no host certificates, so it proves nothing to us.
    case certificateAuthority
  }

  /// Whom the line speaks of.
  enum Hosts: Sendable, Hashable {
    /// `|1|salt|hash`: HMAC-SHA1 of the name under the salt.
    case hashed(salt: [UInt8], hash: [UInt8])
    /// One exact name.
    case name(String)
    /// A comma list with wildcards or negations.
    case patterns([HostPattern])
  }

  var marker: Marker
  var hosts: Hosts
  var key: PublicKey
  /// `file:line`, for messages.
  var source: String

  /// Whether the line speaks of `name`, which is in lower case and `[host]:port` unless the port is 22.
  func matches(_ name: String) -> Bool {
    switch hosts {
    case .name(let own): own == name
    case .patterns(let patterns): HostPattern.matches(patterns, name)
    case .hashed(let salt, let hash): Self.hash(name, salt: salt) == hash
    }
  }

  static func hash(_ name: String, salt: [UInt8]) -> [UInt8] {
    var code = HMAC<Insecure.SHA1>(key: SymmetricKey(data: salt))
    code.update(data: Array(name.utf8))
    return Array(code.finalize())
  }
}

/// One element of a comma list: `*` and `?` are wildcards, `!` in front negates.
struct HostPattern: Sendable, Hashable {
  var isNegated: Bool
  var pattern: [UInt8]

  init(_ text: some StringProtocol) {
    isNegated = text.first == "!"
    pattern = Array((isNegated ? text.dropFirst() : text[...]).lowercased().utf8)
  }

  var isExact: Bool { !isNegated && !pattern.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") } }

  /// A list matches if some element does and no negated one does, whatever their order.
  static func matches(_ list: [HostPattern], _ name: String) -> Bool {
    let name = Array(name.utf8)
    var isMatch = false
    for element in list where element.matches(name) {
      if element.isNegated { return false }
      isMatch = true
    }
    return isMatch
  }

  /// Wildcard match in linear space, with one point to go back to: no input makes it exponential.
  private func matches(_ name: [UInt8]) -> Bool {
    var inPattern = 0
    var inName = 0
    var star: (pattern: Int, name: Int)?
    while inName < name.count {
      let element = inPattern < pattern.count ? pattern[inPattern] : nil
      if element == UInt8(ascii: "*") {
        star = (inPattern, inName)
        inPattern += 1
      } else if let element, element == UInt8(ascii: "?") || element == name[inName] {
        inPattern += 1
        inName += 1
      } else if let back = star {
        star = (back.pattern, back.name + 1)
        inPattern = back.pattern + 1
        inName = back.name + 1
      } else {
        return false
      }
    }
    return pattern[inPattern...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
