import FleetFormats

/// The schemas of the documents that the API answers: those of the commands, and the server's own.
enum DocumentSchemas {
  /// `sevfleet.error/1` as a key of the document, where no slash may stand.
  static func key(_ schema: String) -> String { schema.replacing("/", with: ".") }

  /// The schemas of these documents, and of the error that every route may answer.
  static func all(_ names: Set<String>) -> JSONValue {
    .object(
      names.union(["sevfleet.error/1"]).sorted().map { name in
        let schema = DocumentSchema.all[name] ?? Schema.document(name, own[name] ?? [:])
        return .init(name: key(name), value: schema.json())
      })
  }

  private static let own: [String: Schema] = [
    "sevfleet.action/1": [
      "outcome": .words(["done", "accepted"]), "text": .text, "rollout": .maybe(.text), "host": .maybe(.text),
    ],
    "sevfleet.session/1": ["name": .text, "role": .words(of: Role.self), "csrf": .maybe(.text)],
    "sevfleet.ready/1": ["ready": .flag, "problems": .list(.text)], "sevfleet.health/1": ["healthy": .flag],
  ]
}
