/// Writes YAML that every reader, ours first, reads back as it was meant.
enum YamlText {
  /// A text, quoted unless no reader could take it for anything else.
  static func scalar(_ text: String) -> String {
    isSafePlain(text) ? text : JSONQuoting.quoted(text)
  }

  static func list(_ texts: [String]) -> String { "[\(texts.joined(separator: ", "))]" }

  /// `{key: value, …}` on one line; the values are written already.
  static func map(_ members: [(key: String, value: String)]) -> String {
    "{\(members.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
  }

  private static func isSafePlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, isWordByte(first), PlainMeaning(text) == .text else { return false }
    return text.utf8.allSatisfy { isWordByte($0) || "-.+@%".utf8.contains($0) }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "/"): true
    default: false
    }
  }
}
