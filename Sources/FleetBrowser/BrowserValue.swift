/// A value of JSON as a browser sends and takes it.
package enum BrowserValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([BrowserValue])
  case object([String: BrowserValue])

  /// A field of an object; `null` where there is none.
  package subscript(_ key: String) -> BrowserValue {
    if case .object(let fields) = self { return fields[key] ?? .null }
    return .null
  }

  package var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  package var double: Double? {
    if case .number(let number) = self { return number }
    return nil
  }

  package var int: Int? { double.flatMap { Int(exactly: $0) } }

  package var isTrue: Bool { self == .bool(true) }

  /// Elements of an array; none of anything else.
  package var elements: [BrowserValue] {
    if case .array(let elements) = self { return elements }
    return []
  }

  /// As JSON.
  package var json: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .string(let text): Self.quoted(text)
    case .array(let elements): "[\(elements.map(\.json).joined(separator: ","))]"
    case .object(let fields):
      "{\(fields.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)):\($0.value.json)" }.joined(separator: ","))}"
    }
  }

  /// Text as JSON, which is how JavaScript spells it too.
  package static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case _ where scalar.value < 0x20 || scalar.value == 0x2028 || scalar.value == 0x2029:
        let hex = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension BrowserValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral text: String) { self = .string(text) }
  package init(integerLiteral number: Int) { self = .number(Double(number)) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: BrowserValue...) { self = .array(elements) }
  package init(dictionaryLiteral fields: (String, BrowserValue)...) {
    self = .object(Dictionary(fields) { _, last in last })
  }
}
