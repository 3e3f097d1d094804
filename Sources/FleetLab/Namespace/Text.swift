/// Bytes and text of files and programs.
enum Text {
  static func decode(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

  /// A fraction or number with fixed width, as `printf` would print it.
  static func padded(_ value: Int, width: Int, with filler: Character = " ") -> String {
    let text = String(value)
    return String(repeating: filler, count: max(0, width - text.count)) + text
  }

  static func hex(_ value: some BinaryInteger, width: Int = 0) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  static func padRight(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

extension StringProtocol {
  var trimmingNewlines: String {
    var text = Substring(self)
    while let last = text.last, last.isNewline { text.removeLast() }
    return String(text)
  }

  /// The words between blanks.
  var words: [String] {
    split(maxSplits: .max, omittingEmptySubsequences: true) { $0 == " " || $0 == "\t" }.map { String($0) }
  }

  var lines: [String] {
    split(maxSplits: .max, omittingEmptySubsequences: false) { $0.isNewline }.map { String($0) }
  }
}

extension [UInt8] {
  func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
