import Crypto
import FleetCore

/// Hashes of contents as they are shown and stored everywhere: lower-case hex.
package enum ContentHash {
  /// SHA-256 of bytes, 64 hex digits.
  package static func sha256(_ bytes: [UInt8]) -> String {
    var hasher = SHA256()
    bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    return hasher.finalize().map { Hex.padded($0, 2) }.joined()
  }

  /// Whether a text is a SHA-256 in lower-case hex.
  package static func isSHA256(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
