/// JSON whose shape is not known beforehand: error bodies, image properties.
enum JSONValue: Sendable, Equatable, Decodable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let bool = try? value.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let string = try? value.decode(String.self) {
      self = .string(string)
    } else if let array = try? value.decode([JSONValue].self) {
      self = .array(array)
    } else {
      self = .object(try value.decode([String: JSONValue].self))
    }
  }

  /// A scalar as text (`true`, `10`, `q35`); nil for null, arrays and objects.
  var scalarText: String? {
    switch self {
    case .bool(let bool): bool ? "true" : "false"
    case .number(let number): Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    case .string(let string): string
    case .null, .array, .object: nil
    }
  }

  subscript(_ key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  /// The members with scalar values, as text.
  var scalarMembers: [String: String] {
    if case .object(let members) = self { members.compactMapValues(\.scalarText) } else { [:] }
  }
}
