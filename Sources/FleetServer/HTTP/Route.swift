/// One thing that the server does: the router, the document and the checks of a request all come from this value.
struct Route: Sendable {
  enum Method: String, Hashable, Sendable, CaseIterable { case get = "GET", post = "POST" }

  /// Whom a route speaks to, which decides how it refuses.
  enum Audience: Hashable, Sendable {
    /// Programs: errors are documents.
    case api
    /// People: errors are pages, and whoever is not signed in is sent to sign in.
    case page
  }

  var method: Method
  var path: PathTemplate
  /// The least role that may; `nil`: everybody.
  var role: Role?
  var audience = Audience.api
  /// Stable name in the document.
  var name: String
  var about: String
  var query: [Field] = []
  /// `nil`: it takes no body.
  var body: [Field]?
  /// What a success is, by status.
  var answers: [ShownAnswer]
  var handle: @Sendable (Call) async throws -> Answer

  /// One kind of success, as the document tells it.
  struct ShownAnswer: Hashable, Sendable {
    var status: Int
    var contentType: String
    /// `sevfleet.rollout/1`; `nil`: no document of ours.
    var schema: String?
    var about: String
  }
}

extension Route {
  /// `GET /v1/hosts`
  var title: String { "\(method.rawValue) \(path)" }

  /// A document for whoever may read.
  static func read(
    _ path: String, _ name: String, _ about: String, schema: String, query: [Field] = [],
    handle: @escaping @Sendable (Call) async throws -> Answer
  ) -> Route {
    Route(
      method: .get, path: PathTemplate(path), role: .viewer, name: name, about: about, query: query,
      answers: [ShownAnswer(status: 200, contentType: "application/json", schema: schema, about: "the document")],
      handle: handle)
  }

  /// Something that operators do.
  static func act(
    _ path: String, _ name: String, _ about: String, body: [Field],
    handle: @escaping @Sendable (Call) async throws -> Answer
  ) -> Route {
    Route(
      method: .post, path: PathTemplate(path), role: .operator, name: name, about: about, body: body,
      answers: [
        ShownAnswer(
          status: 200, contentType: "application/json", schema: ActionDocument.schemaName, about: "it is so now"),
        ShownAnswer(
          status: 202, contentType: "application/json", schema: ActionDocument.schemaName,
          about: "it will be so; the journal tells when"),
      ], handle: handle)
  }
}
