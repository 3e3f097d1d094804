import FleetCore
import FleetFormats
import Foundation

/// The fields of a query or a body, read strictly: unknown ones, doubled ones and ones of another kind are errors.
struct FieldValues: Hashable, Sendable {
  enum Value: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case time(Instant)
    case flag(Bool)
    case list([String])
  }

  private var values: [String: Value] = [:]

  init() {}

  func text(_ name: String) -> String? {
    if case .text(let text)? = values[name] { text } else { nil }
  }

  func integer(_ name: String) -> Int? {
    if case .integer(let number)? = values[name] { number } else { nil }
  }

  func time(_ name: String) -> Instant? {
    if case .time(let time)? = values[name] { time } else { nil }
  }

  func flag(_ name: String) -> Bool { values[name] == .flag(true) }

  func list(_ name: String) -> [String] {
    if case .list(let texts)? = values[name] { texts } else { [] }
  }

  /// Texts, as queries and forms have them. An empty one is one that was not filled in.
  init(_ pairs: [(name: String, value: String)], _ fields: [Field], empty: Bool = false) throws(APIProblem) {
    for (name, value) in pairs {
      let field = try Self.field(name, fields)
      guard values[name] == nil else { throw APIProblem(400, "badField", "\(name) is given twice", found: name) }
      if value.isEmpty, empty { continue }
      switch field.kind {
      case .text, .time: values[name] = try Self.value(of: value, field)
      case .integer: values[name] = try Self.value(of: Int(value), field, found: value)
      case .flag:
        guard value == "true" || value == "false" else { throw Self.wrong(field, nil) }
        values[name] = .flag(value == "true")
      case .list: values[name] = try Self.value(of: value.split(separator: " ").map(String.init), field)
      }
    }
    try check(fields)
  }

  /// The query of a route. A page takes any: what it does not know it leaves alone.
  init(_ query: [(name: String, value: String)], _ route: Route) throws(APIProblem) {
    switch route.audience {
    case .api: try self.init(query, route.query)
    case .page:
      self.init()
      for (name, value) in query where !value.isEmpty && values[name] == nil { values[name] = .text(value) }
    }
  }

  /// One JSON object of texts and numbers.
  init(json bytes: [UInt8], _ fields: [Field]) throws(APIProblem) {
    let raw: [String: RawField]
    do {
      raw = try JSONDecoder().decode([String: RawField].self, from: Data(bytes))
    } catch {
      throw APIProblem(400, "badBody", "the body is no JSON object of texts and whole numbers")
    }
    for (name, value) in raw.sorted(by: { $0.key < $1.key }) {
      let field = try Self.field(name, fields)
      switch (field.kind, value) {
      case (_, .null): continue
      case (.text, .text(let text)), (.time, .text(let text)): values[name] = try Self.value(of: text, field)
      case (.integer, .integer(let number)): values[name] = try Self.value(of: number, field, found: "\(number)")
      case (.flag, .flag(let value)): values[name] = .flag(value)
      case (.list, .list(let texts)): values[name] = try Self.value(of: texts, field)
      case (.text, _), (.time, _), (.integer, _), (.flag, _), (.list, _): throw Self.wrong(field, nil)
      }
    }
    try check(fields)
  }

  /// A value of JSON that may stand in a body.
  private enum RawField: Decodable {
    case null, other
    case text(String)
    case integer(Int)
    case flag(Bool)
    case list([String])

    init(from decoder: any Decoder) throws {
      guard let container = try? decoder.singleValueContainer() else {
        self = .other
        return
      }
      if container.decodeNil() {
        self = .null
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let value = try? container.decode(Bool.self) {
        self = .flag(value)
      } else if let number = try? container.decode(Int.self) {
        self = .integer(number)
      } else if let texts = try? container.decode([String].self) {
        self = .list(texts)
      } else {
        self = .other
      }
    }
  }

  // MARK: Checks

  private func check(_ fields: [Field]) throws(APIProblem) {
    if let missing = fields.first(where: { $0.isRequired && values[$0.name] == nil }) {
      throw APIProblem(400, "missingField", "\(missing.name) is missing", expected: missing.expectation)
    }
  }

  private static func field(_ name: String, _ fields: [Field]) throws(APIProblem) -> Field {
    guard let field = fields.first(where: { $0.name == name }) else {
      let known = fields.map(\.name).joined(separator: ", ")
      throw APIProblem(
        400, "unknownField", "there is no field of this name", expected: known.isEmpty ? "none" : known,
        found: String(name.prefix(ServerBounds.name)))
    }
    return field
  }

  private static func value(of text: String, _ field: Field) throws(APIProblem) -> Value {
    switch field.kind {
    case .text(let most):
      guard !text.isEmpty, text.count <= most else { throw wrong(field, "\(text.count) characters") }
      return .text(text)
    case .time:
      guard let time = Instant(rfc3339: text) else { throw wrong(field, String(text.prefix(ServerBounds.name))) }
      return .time(time)
    case .integer, .flag, .list: throw wrong(field, nil)
    }
  }

  private static func value(of texts: [String], _ field: Field) throws(APIProblem) -> Value {
    guard case .list(let most) = field.kind, texts.count <= most,
      texts.allSatisfy({ !$0.isEmpty && $0.count <= ServerBounds.name })
    else { throw wrong(field, "\(texts.count) texts") }
    return .list(texts)
  }

  private static func value(of number: Int?, _ field: Field, found: String) throws(APIProblem) -> Value {
    guard case .integer(let range) = field.kind, let number, range.contains(number) else {
      throw wrong(field, String(found.prefix(ServerBounds.name)))
    }
    return .integer(number)
  }

  private static func wrong(_ field: Field, _ found: String?) -> APIProblem {
    APIProblem(400, "badField", "\(field.name) is not as it should be", expected: field.expectation, found: found)
  }
}

extension Field {
  /// What it should be, in words.
  var expectation: String {
    switch kind {
    case .text(let most): "a text of 1 to \(most) characters"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .time: "a time such as 2026-11-23T02:00:00Z"
    case .flag: "true or false"
    case .list(let most): "at most \(most) texts of 1 to \(ServerBounds.name) characters"
    }
  }
}
