import FleetFormats

/// The secret of a token: 32 random bytes in base64url, 43 characters.
///
/// 256 random bits cannot be guessed or searched, so one SHA-256 of them is enough at rest: a slow hash protects what
/// people choose, and nobody chooses these.
package enum TokenSecret {
  static let byteCount = 32
  /// Characters that may be presented as a token; more is none of ours and is not hashed.
  static let maxLength = 256

  /// From the system's generator for secrets.
  package static func mint() -> String {
    var generator = SystemRandomNumberGenerator()
    return base64url((0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
  }

  /// What is kept of it: lower-case hex of its SHA-256.
  package static func hash(_ secret: String) -> String { ContentHash.sha256(Array(secret.utf8)) }

  /// Whether two hashes are equal, in a time that does not tell where they differ.
  package static func equal(_ left: String, _ right: String) -> Bool {
    let (left, right) = (Array(left.utf8), Array(right.utf8))
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (one, other) in zip(left, right) { difference |= one ^ other }
    return difference == 0
  }

  package static func base64url(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      bits <<= UInt32(8 * (3 - group.count))
      for place in 0...group.count { text.append(alphabet[Int(bits >> UInt32(18 - 6 * place) & 0x3F)]) }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
