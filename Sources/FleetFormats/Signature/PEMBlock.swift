import Foundation

/// Blocks of PEM (RFC 7468). Text outside of them is for people.
enum PEMBlock {
  private static let begin = "-----BEGIN "
  private static let end = "-----END "
  private static let dashes = "-----"
  /// Bytes of the longest label that is repeated to people.
  private static let longestLabel = 40

  /// The bytes of a text's only block, which must have this label.
  static func only(_ text: [UInt8], label: String) throws(SignatureKeyError) -> [UInt8] {
    let wanted = "\(begin)\(label)\(dashes)"
    let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    let starts = lines.indices.filter { lines[$0].hasPrefix(begin) && lines[$0].hasSuffix(dashes) }
    guard let start = starts.first else { throw SignatureKeyError(.noPEM, "is not PEM", expected: wanted) }
    guard starts.count == 1 else {
      throw SignatureKeyError(.severalKeys, "holds several PEM blocks", expected: "1", found: "\(starts.count)")
    }
    let found = String(lines[start].dropFirst(begin.count).dropLast(dashes.count))
    guard found == label else {
      let told = isPlain(found) ? "\(begin)\(found)\(dashes)" : nil
      guard found != "ENCRYPTED \(label)" else {
        throw SignatureKeyError(
          .encryptedKey, "is encrypted, and nobody is asked for its passphrase", expected: wanted, found: told)
      }
      throw SignatureKeyError(.otherKind, "is PEM of another kind", expected: wanted, found: told)
    }
    let rest = lines[(start + 1)...]
    guard let last = rest.firstIndex(of: "\(end)\(label)\(dashes)"),
      let data = Data(base64Encoded: lines[(start + 1)..<last].joined())
    else { throw SignatureKeyError(.noPEM, "is broken PEM", expected: "Base64, then \(end)\(label)\(dashes)") }
    return Array(data)
  }

  /// A label as they are: whatever else stands there is not repeated.
  private static func isPlain(_ label: String) -> Bool {
    label.utf8.count <= longestLabel
      && label.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x20 }
  }
}
