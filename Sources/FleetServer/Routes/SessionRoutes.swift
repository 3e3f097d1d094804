import FleetCore
import FleetEngine

/// Signing in with a browser.
enum SessionRoutes {
  /// `sevfleet.session/1`.
  private struct Session: Encodable {
    var schema = "sevfleet.session/1"
    var name: String
    var role: Role
    /// What a form of this session brings along; `nil`: it is no session but a token.
    var csrf: String?
  }

  static let signInName = "signIn"

  static func routes(_ services: RouteServices) -> [Route] {
    let shown = Route.ShownAnswer(
      status: 200, contentType: "application/json", schema: "sevfleet.session/1", about: "who asks")
    let onward = Route.ShownAnswer(status: 303, contentType: "text/html", schema: nil, about: "to the page, for forms")
    return [
      Route(
        method: .get, path: PathTemplate("/v1/session"), role: .viewer, name: "showSession",
        about: "Who asks, and as what.",
        answers: [shown]
      ) { call in
        guard let caller = call.caller else { throw APIProblem(401, "noToken", "this needs a token") }
        return try .json(Session(name: caller.name, role: caller.role, csrf: caller.csrf))
      },
      Route(
        method: .post, path: PathTemplate("/login"), name: signInName, about: "Opens a browser's session with a token.",
        body: [
          Field("token", .text(most: TokenSecret.maxLength), required: true, "the token"),
          Field("next", .text(most: ServerBounds.target), "the page to go on to"),
        ], answers: [shown, onward]
      ) { call in
        try signIn(call, services)
      },
      Route(
        method: .post, path: PathTemplate("/logout"), role: .viewer, name: "signOut",
        about: "Ends a browser's session.",
        body: [], answers: [shown, onward]
      ) { call in
        guard let caller = call.caller else { throw APIProblem(401, "noToken", "this needs a token") }
        if let session = caller.session { services.gate.sessions.end(key: session) }
        let answer: Answer =
          call.isForm ? .seeOther("/login") : try .json(Session(name: caller.name, role: caller.role, csrf: nil))
        return answer.with(header: "set-cookie", SessionCookie.field(nil, isSecure: services.isSecure))
      },
    ]
  }

  private static func signIn(_ call: Call, _ services: RouteServices) throws -> Answer {
    let caller = try services.gate.admit(secret: call.body.text("token") ?? "", from: call.peer)
    let now = services.source.clock.now()
    let id = services.gate.sessions.open(token: caller.hash, at: now)
    let answer: Answer =
      call.isForm
      ? .seeOther(call.body.text("next").page)
      : try .json(Session(name: caller.name, role: caller.role, csrf: SessionBook.csrf(id)))
    return answer.with(header: "set-cookie", SessionCookie.field(id, isSecure: services.isSecure))
  }
}
