/// Writes a `JSONTree` as bytes, on one line or indented.
struct JSONTreeWriter {
  private var bytes: [UInt8] = []
  private let indented: Bool

  /// Compact: no spaces. Indented: two spaces a level, one member a line.
  static func bytes(_ tree: JSONTree, indented: Bool) -> [UInt8] {
    var writer = JSONTreeWriter(indented: indented)
    writer.write(tree, level: 0)
    return writer.bytes
  }

  private init(indented: Bool) { self.indented = indented }

  private mutating func write(_ tree: JSONTree, level: Int) {
    switch tree.content {
    case .null: append("null")
    case .boolean(let value): append(value ? "true" : "false")
    case .integer(let digits): append(digits)
    case .string(let text): appendQuoted(text)
    case .array(let elements):
      list(open: "[", close: "]", count: elements.count, level: level) { writer, index in
        writer.write(elements[index], level: level + 1)
      }
    case .object(let members):
      list(open: "{", close: "}", count: members.count, level: level) { writer, index in
        writer.appendQuoted(members[index].key)
        writer.append(writer.indented ? ": " : ":")
        writer.write(members[index].value, level: level + 1)
      }
    }
  }

  private mutating func list(
    open: String, close: String, count: Int, level: Int, _ element: (inout JSONTreeWriter, Int) -> Void
  ) {
    append(open)
    for index in 0..<count {
      if index > 0 { append(",") }
      newLine(level + 1)
      element(&self, index)
    }
    if count > 0 { newLine(level) }
    append(close)
  }

  private mutating func newLine(_ level: Int) {
    guard indented else { return }
    bytes.append(0x0A)
    bytes.append(contentsOf: repeatElement(0x20, count: 2 * level))
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func appendQuoted(_ text: String) {
    JSONQuoting.append(text, to: &bytes)
  }
}

/// JSON's quoted strings; every one of them is a double-quoted YAML scalar too.
enum JSONQuoting {
  private static let hexDigits = Array("0123456789abcdef".utf8)

  static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(0x22)
    var text = text
    text.withUTF8 { append($0, to: &bytes) }
    bytes.append(0x22)
  }

  /// Whole stretches at once: hardly a byte needs quoting.
  private static func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    var start = 0
    for (index, byte) in text.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F {
      bytes.append(contentsOf: text[start..<index])
      start = index + 1
      switch byte {
      case 0x22: bytes.append(contentsOf: [0x5C, 0x22])
      case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
      case 0x0A: bytes.append(contentsOf: [0x5C, 0x6E])
      case 0x0D: bytes.append(contentsOf: [0x5C, 0x72])
      case 0x09: bytes.append(contentsOf: [0x5C, 0x74])
      default:
        bytes.append(contentsOf: Array("\\u00".utf8))
        bytes.append(hexDigits[Int(byte >> 4)])
        bytes.append(hexDigits[Int(byte & 15)])
      }
    }
    bytes.append(contentsOf: text[start...])
  }

  static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    append(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
