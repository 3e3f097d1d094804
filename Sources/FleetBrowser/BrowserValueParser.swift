/// Reads one JSON document. The tree of a large page has tens of thousands of nodes, so it goes over bytes.
struct BrowserValueParser {
  private let bytes: [UInt8]
  private var at = 0

  /// `nil` where the bytes are no JSON.
  static func parse(_ bytes: [UInt8]) -> BrowserValue? {
    var parser = BrowserValueParser(bytes: bytes)
    return parser.value()
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func skipBlanks() {
    while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
  }

  private mutating func take(_ byte: Character) -> Bool {
    skipBlanks()
    guard at < bytes.count, bytes[at] == byte.asciiValue else { return false }
    at += 1
    return true
  }

  private mutating func value() -> BrowserValue? {
    skipBlanks()
    guard at < bytes.count else { return nil }
    switch Character(Unicode.Scalar(bytes[at])) {
    case "{": return object()
    case "[": return array()
    case "\"": return string().map { .string($0) }
    case "t": return word("true", .bool(true))
    case "f": return word("false", .bool(false))
    case "n": return word("null", .null)
    default: return number()
    }
  }

  private mutating func word(_ word: String, _ value: BrowserValue) -> BrowserValue? {
    guard bytes[at...].starts(with: word.utf8) else { return nil }
    at += word.utf8.count
    return value
  }

  private mutating func number() -> BrowserValue? {
    let start = at
    while at < bytes.count, "+-.eE0123456789".utf8.contains(bytes[at]) { at += 1 }
    return Double(String(decoding: bytes[start..<at], as: UTF8.self)).map { .number($0) }
  }

  private mutating func array() -> BrowserValue? {
    var elements: [BrowserValue] = []
    at += 1
    if take("]") { return .array([]) }
    repeat {
      guard let element = value() else { return nil }
      elements.append(element)
    } while take(",")
    return take("]") ? .array(elements) : nil
  }

  private mutating func object() -> BrowserValue? {
    var fields: [String: BrowserValue] = [:]
    at += 1
    if take("}") { return .object([:]) }
    repeat {
      skipBlanks()
      guard let key = string(), take(":"), let value = value() else { return nil }
      fields[key] = value
    } while take(",")
    return take("}") ? .object(fields) : nil
  }

  private mutating func string() -> String? {
    guard at < bytes.count, bytes[at] == 0x22 else { return nil }
    at += 1
    var units: [UInt16] = []
    var text = ""
    var start = at
    func flush(_ end: Int) { text += String(decoding: bytes[start..<end], as: UTF8.self) }
    while at < bytes.count {
      switch bytes[at] {
      case 0x22:
        flush(at)
        at += 1
        return text
      case 0x5C:
        flush(at)
        guard let escaped = escape(&units) else { return nil }
        text += escaped
        start = at
      default: at += 1
      }
    }
    return nil
  }

  /// One escape; half of a pair is kept in `units` until the other half comes.
  private mutating func escape(_ units: inout [UInt16]) -> String? {
    guard at + 1 < bytes.count else { return nil }
    let letter = bytes[at + 1]
    at += 2
    let plain: [UInt8: String] = [
      0x22: "\"", 0x5C: "\\", 0x2F: "/", 0x62: "\u{8}", 0x66: "\u{C}", 0x6E: "\n", 0x72: "\r", 0x74: "\t",
    ]
    if let text = plain[letter] { return text }
    guard letter == 0x75, at + 4 <= bytes.count,
      let unit = UInt16(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
    else { return nil }
    at += 4
    if UTF16.isLeadSurrogate(unit) {
      units = [unit]
      return ""
    }
    defer { units = [] }
    return String(decoding: units + [unit], as: UTF16.self)
  }
}
