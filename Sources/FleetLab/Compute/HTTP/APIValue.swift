import Foundation

/// A JSON value.
enum APIValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([APIValue])
  case object([String: APIValue])

  /// Null if there is no text.
  static func text(_ text: String?) -> APIValue { text.map(APIValue.string) ?? .null }

  static func texts(_ texts: some Sequence<String>) -> APIValue { .array(texts.map(APIValue.string)) }

  static func dictionary(_ texts: [String: String]) -> APIValue { .object(texts.mapValues(APIValue.string)) }

  var isNull: Bool { self == .null }

  var string: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  var object: [String: APIValue]? {
    if case .object(let members) = self { return members }
    return nil
  }

  var array: [APIValue]? {
    if case .array(let items) = self { return items }
    return nil
  }

  /// A member of an object; nil for everything else.
  subscript(_ name: String) -> APIValue? { object?[name] }
}

extension APIValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .int(value) }
  init(floatLiteral value: Double) { self = .double(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(arrayLiteral elements: APIValue...) { self = .array(elements) }
  init(dictionaryLiteral elements: (String, APIValue)...) {
    self = .object(Dictionary(elements) { $1 })
  }
  init(nilLiteral: ()) { self = .null }
}

extension APIValue: Decodable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .int(value)
    } else if let value = try? container.decode(Double.self) {
      self = .double(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([APIValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: APIValue].self))
    }
  }

  /// Nil unless `data` is one JSON value.
  init?(json data: Data) {
    guard let value = try? JSONDecoder().decode(APIValue.self, from: data) else { return nil }
    self = value
  }
}

extension APIValue {
  /// As JSON; members are sorted by name.
  var json: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .double(let value): text += String(value)
    case .string(let value): Self.write(value, to: &text)
    case .array(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += ", " }
        item.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { text += ", " }
        Self.write(member.key, to: &text)
        text += ": "
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  private static func write(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  /// As Nova's validators print a value in their messages.
  var python: String {
    switch self {
    case .null: "None"
    case .bool(let value): value ? "True" : "False"
    case .int(let value): String(value)
    case .double(let value): String(value)
    case .string(let value): "'\(value)'"
    case .array(let items): "[" + items.map(\.python).joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.sorted { $0.key < $1.key }.map { "'\($0.key)': \($0.value.python)" }.joined(separator: ", ") + "}"
    }
  }
}
