/// What a JSON document looks like, as far as programs may rely on it. Members of an object are always there; what is
/// unknown is `null`.
///
/// A dictionary literal is an object with these members, in this order.
package indirect enum Schema: Hashable, Sendable {
  package struct Member: Hashable, Sendable {
    package var name: String
    package var schema: Schema

    package init(name: String, schema: Schema) {
      self.name = name
      self.schema = schema
    }
  }

  case text
  /// RFC 3339 in UTC, with milliseconds.
  case time
  /// `2026-12-31`.
  case date
  /// Three decimal numbers, `1.55.31`.
  case version
  case flag
  case integer
  /// An integer that is not negative.
  case count
  /// One of these texts.
  case words([String])
  case list(Schema)
  case object([Member])
  /// An object with members of any name.
  case map(Schema)
  /// An object whose members depend on something else.
  case anyObject
  /// Or `null`.
  case maybe(Schema)

  /// The raw values of an enum of ours.
  package static func words<Words: CaseIterable & RawRepresentable<String>>(of type: Words.Type) -> Schema {
    .words(type.allCases.map(\.rawValue))
  }

  /// A document that says which one it is.
  package static func document(_ name: String, _ members: Schema) -> Schema {
    guard case .object(let members) = members else { return members }
    return .object([Member(name: "schema", schema: .words([name]))] + members)
  }

  /// As JSON Schema (2020-12) has it.
  ///
  /// - Parameter isClosed: whether other members are a mistake. What is told to others is open: documents may get new
  ///   members.
  package func json(isClosed: Bool = false) -> JSONValue { json(isClosed, orNull: false) }

  private func json(_ isClosed: Bool, orNull: Bool) -> JSONValue {
    func type(_ name: String, _ more: JSONValue.Member...) -> JSONValue {
      .object([.init(name: "type", value: orNull ? [.string(name), "null"] : .string(name))] + more)
    }
    switch self {
    case .text: return type("string")
    case .time: return type("string", .init(name: "pattern", value: .string(Self.timePattern)))
    case .date: return type("string", .init(name: "pattern", value: .string(Self.datePattern)))
    case .version: return type("string", .init(name: "pattern", value: .string(Self.versionPattern)))
    case .flag: return type("boolean")
    case .integer: return type("integer")
    case .count: return type("integer", .init(name: "minimum", value: 0))
    case .words(let words): return ["enum": .array(words.map { .string($0) } + (orNull ? [.null] : []))]
    case .list(let element): return type("array", .init(name: "items", value: element.json(isClosed: isClosed)))
    case .map(let value):
      return type("object", .init(name: "additionalProperties", value: value.json(isClosed: isClosed)))
    case .anyObject: return type("object")
    case .maybe(let schema): return schema.json(isClosed, orNull: true)
    case .object(let members):
      let properties = members.map { JSONValue.Member(name: $0.name, value: $0.schema.json(isClosed: isClosed)) }
      let known = type(
        "object", .init(name: "required", value: .array(members.map { .string($0.name) })),
        .init(name: "properties", value: .object(properties)))
      guard isClosed, case .object(let parts) = known else { return known }
      return .object(parts + [.init(name: "additionalProperties", value: false)])
    }
  }

  private static let timePattern = #"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"#
  private static let datePattern = #"^\d{4}-\d\d-\d\d$"#
  private static let versionPattern = #"^\d+\.\d+\.\d+$"#
}

extension Schema: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral members: (String, Schema)...) {
    self = .object(members.map { Member(name: $0.0, schema: $0.1) })
  }
}
