import Synchronization

/// Plans: made, and read again.
enum PlanRoutes {
  static func routes(_ services: RouteServices) -> [Route] {
    let source = services.source
    let turn = PlanTurn()
    return [
      Route(
        method: .post, path: PathTemplate("/v1/plans"), role: .planner, name: "makePlan",
        about: "Looks at hosts and at Nova and says what would be done to each and why; changes nothing on them.",
        body: fields,
        answers: [
          Route.ShownAnswer(
            status: 200, contentType: "application/json", schema: "sevfleet.plan/1", about: "the plan, which is kept")
        ]
      ) { call in
        try turn.begin()
        defer { turn.end() }
        let document = try await source.makePlan(wish(call.body), by: call.actor)
        return .json(document)
      },
      .read("/v1/plans/{plan}", "showPlan", "A stored plan.", schema: "sevfleet.plan/1") { call in
        .json(try source.plan(call.parameter("plan")))
      },
    ]
  }

  /// Selectors in one request: as many as fit into a body.
  private static let maxSelectors = 500

  private static let fields = [
    Field("hosts", .list(most: maxSelectors), "names, globs, group=NAME or domain=NAME; none means all"),
    Field("to", .text(most: ServerBounds.name), "a named target, an exact version, factory or backup"),
    Field("rollout", .text(most: 64), "with the target backup: what each host ran before this rollout"),
    Field("allowDowngrade", .flag, "a host may go back to an older firmware"),
    Field("allowUnknownFloor", .flag, "try a downgrade although the BIOS copy is unknown"),
    Field("acceptSEVESLoss", .flag, "SEV-ES may be lost on the hosts of this plan"),
    Field("offline", .flag, "plan from stored observations, ask neither hosts nor Nova"),
  ]

  private static func wish(_ body: FieldValues) -> PlanWish {
    PlanWish(
      hosts: body.list("hosts"), target: body.text("to"), rollout: body.text("rollout"),
      allowDowngrade: body.flag("allowDowngrade"), allowUnknownFloor: body.flag("allowUnknownFloor"),
      acceptSEVESLoss: body.flag("acceptSEVESLoss"), offline: body.flag("offline"))
  }
}

/// One plan at a time: each may ask every host of the fleet.
private final class PlanTurn: Sendable {
  private let isTaken = Mutex(false)

  func begin() throws(APIProblem) {
    let isFree = isTaken.withLock { isTaken in
      defer { isTaken = true }
      return !isTaken
    }
    guard isFree else { throw APIProblem(409, "busy", "another plan is just being made", retryAfter: 10) }
  }

  func end() { isTaken.withLock { $0 = false } }
}
