/// What the documents look like, as far as programs should rely on it. Every one names its schema.
enum DocumentSchemas {
  /// `sevfleet.error/1` as a key of the document, where no slash may stand.
  static func key(_ schema: String) -> String { schema.replacing("/", with: ".") }

  /// The schemas of these documents, and of the error that every route may answer.
  static func all(_ names: Set<String>) -> JSONValue {
    .object(
      names.union(["sevfleet.error/1"]).sorted().map { name in
        .init(name: key(name), value: schema(name))
      })
  }

  private static func schema(_ name: String) -> JSONValue {
    let known = members[name] ?? []
    return [
      "type": "object", "required": .array(["schema"] + known.map { .string($0.name) }),
      "properties": .object([.init(name: "schema", value: ["const": .string(name)])] + known),
    ]
  }

  private static let text: JSONValue = ["type": "string"]
  private static let maybeText: JSONValue = ["type": ["string", "null"]]
  private static let list: JSONValue = ["type": "array", "items": ["type": "object"]]

  /// Members besides `schema`, all of them always there.
  private static let members: [String: [JSONValue.Member]] = [
    "sevfleet.error/1": [
      .init(name: "kind", value: text), .init(name: "text", value: text), .init(name: "expected", value: maybeText),
      .init(name: "found", value: maybeText),
    ],
    "sevfleet.action/1": [
      .init(name: "outcome", value: ["enum": ["done", "accepted"]]), .init(name: "text", value: text),
      .init(name: "rollout", value: maybeText), .init(name: "host", value: maybeText),
    ],
    "sevfleet.journal/1": [
      .init(name: "events", value: list), .init(name: "next", value: ["type": ["integer", "null"]]),
    ],
    "sevfleet.session/1": [
      .init(name: "name", value: text),
      .init(name: "role", value: ["enum": .array(Role.allCases.map { .string($0.rawValue) })]),
      .init(name: "csrf", value: maybeText),
    ],
    "sevfleet.ready/1": [
      .init(name: "ready", value: ["type": "boolean"]),
      .init(name: "problems", value: ["type": "array", "items": text]),
    ],
    "sevfleet.health/1": [.init(name: "healthy", value: ["type": "boolean"])],
    "sevfleet.inventory/1": [
      .init(name: "hosts", value: list), .init(name: "targets", value: ["type": "array", "items": text]),
      .init(name: "schedules", value: list),
    ],
    "sevfleet.host/1": [
      .init(name: "host", value: ["type": "object"]), .init(name: "observation", value: ["type": ["object", "null"]]),
    ],
    "sevfleet.observation/1": [.init(name: "hosts", value: list)],
    "sevfleet.history/1": [.init(name: "host", value: text), .init(name: "events", value: list)],
    "sevfleet.why/1": [
      .init(name: "host", value: maybeText), .init(name: "kind", value: text), .init(name: "rule", value: maybeText),
      .init(name: "text", value: text), .init(name: "since", value: maybeText), .init(name: "plan", value: maybeText),
      .init(name: "rollout", value: maybeText), .init(name: "holder", value: maybeText),
    ],
    "sevfleet.plan/1": [
      .init(name: "id", value: text), .init(name: "createdAt", value: text), .init(name: "changes", value: list),
      .init(name: "upToDate", value: ["type": "array", "items": text]), .init(name: "excluded", value: list),
    ],
    "sevfleet.rollouts/1": [.init(name: "rollouts", value: list)],
    "sevfleet.rollout/1": [
      .init(name: "id", value: maybeText), .init(name: "plan", value: text),
      .init(name: "state", value: ["enum": ["running", "paused", "halted", "finished"]]),
      .init(name: "hosts", value: list),
    ],
    "sevfleet.compliance/1": [
      .init(name: "at", value: text), .init(name: "summary", value: ["type": "object"]),
      .init(name: "hosts", value: list),
    ],
    "sevfleet.catalog/1": [.init(name: "images", value: list)],
  ]
}
