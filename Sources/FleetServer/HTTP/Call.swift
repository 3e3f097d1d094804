import FleetCore

/// One request that was let in, with its fields read.
package struct Call: Sendable {
  /// What the names in the route's path stand for.
  package var parameters: [String: String]
  var query: FieldValues
  /// The query as it was sent, in order; a page reads doubled fields from it.
  package var rawQuery: [(name: String, value: String)]
  var body: FieldValues
  /// `nil`: the route is everybody's.
  package var caller: Caller?
  /// The address it came from.
  var peer: String
  /// A person sent it from a page.
  var isForm: Bool
  var lastEventID: String?
  /// Closes its connection.
  var hangUp: @Sendable () -> Void

  /// A name of the path. It is there for every name of the route's template.
  package func parameter(_ name: String) -> String { parameters[name] ?? "" }

  /// Who acts, as the journal keeps it.
  var actor: String { caller?.name ?? "nobody" }
}

extension Call {
  /// A field of a page's query.
  package func queryText(_ name: String) -> String? { query.text(name) }
}
