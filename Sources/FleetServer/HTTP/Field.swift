import FleetFormats

/// One field that a route takes, in its query or in its body: read and described from the same value.
struct Field: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// Characters, at least one and at most so many.
    case text(most: Int)
    case integer(ClosedRange<Int>)
    /// RFC 3339.
    case time
    /// Yes or no; what is not given is no.
    case flag
    /// So many texts at most, of `ServerBounds.name` characters each; in a form with spaces between them.
    case list(most: Int)
  }

  var name: String
  var kind: Kind
  var isRequired: Bool
  var about: String

  init(_ name: String, _ kind: Kind, required: Bool = false, _ about: String) {
    self.name = name
    self.kind = kind
    isRequired = required
    self.about = about
  }

  /// What every form of a page brings along: the session's own word for it, and the page to go on to.
  static let csrf = Field("csrf", .text(most: 64), "the session's word, for forms")
  static let back = Field("back", .text(most: ServerBounds.target), "the page to go on to, for forms")
  static let ofForms = [csrf, back]

  /// As JSON Schema has it.
  var schema: JSONValue {
    switch kind {
    case .text(let most): ["type": "string", "minLength": 1, "maxLength": .integer(most)]
    case .integer(let range):
      ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
    case .time: ["type": "string", "format": "date-time"]
    case .flag: ["type": "boolean"]
    case .list(let most):
      [
        "type": "array", "maxItems": .integer(most),
        "items": ["type": "string", "minLength": 1, "maxLength": .integer(ServerBounds.name)],
      ]
    }
  }
}
