/// The pages for people, where there are any.
package protocol ServerPages: Sendable {
  var routes: [PageRoute] { get }
  /// Where a token is given, and why the one that was given was not taken. `next`: where the person wants to go.
  func signIn(_ refusal: APIProblem, next: String?) -> Answer
  /// What a person sees in place of the page that was asked for; its status is set by the server.
  func problem(_ problem: APIProblem, caller: Caller?) -> Answer
}

/// One page.
package struct PageRoute: Sendable {
  package var path: String
  /// The least role that sees it; `nil`: everybody does.
  package var role: Role?
  /// Stable name in the document.
  package var name: String
  package var about: String
  package var handle: @Sendable (Call) async throws -> Answer

  package init(
    _ path: String, role: Role?, _ name: String, _ about: String,
    handle: @escaping @Sendable (Call) async throws -> Answer
  ) {
    self.path = path
    self.role = role
    self.name = name
    self.about = about
    self.handle = handle
  }

  var route: Route {
    Route(
      method: .get, path: PathTemplate(path), role: role, audience: .page, name: name, about: about,
      answers: [Route.ShownAnswer(status: 200, contentType: "text/html", schema: nil, about: "a page")], handle: handle)
  }
}
