import FleetCore
import FleetEngine
import FleetStore

/// Rollouts, and what people do to them.
enum RolloutRoutes {
  private static let reason = Field("reason", .text(most: ServerBounds.reason), "why, for the record")
  private static let restarts = Field(
    "acceptRestarts", .integer(0...100_000), "how many servers may be shut down: the number that the plan prints")

  static func routes(_ services: RouteServices) -> [Route] {
    reading(services.source) + acting(services.source)
  }

  private static func reading(_ source: any ServerSource) -> [Route] {
    [
      .read("/v1/rollouts", "listRollouts", "Every rollout, newest first.", schema: "sevfleet.rollouts/1") { _ in
        let document = try await source.rollouts()
        return .json(document)
      },
      .read("/v1/rollouts/{rollout}", "showRollout", "A rollout, host by host.", schema: "sevfleet.rollout/1") { call in
        let document = try await source.rollout(call.parameter("rollout"))
        return .json(document)
      },
    ]
  }

  private static func acting(_ source: any ServerSource) -> [Route] {
    [
      .act(
        "/v1/rollouts", "runPlan", "Begins a rollout of a stored plan. An emergency is begun by the role emergency.",
        body: [
          Field("plan", .text(most: ServerBounds.name), required: true, "the plan's id, or its beginning"), restarts,
          Field(
            "rollout", .text(most: 64), "the new rollout's id; the same request with it again begins nothing more"),
          Field(
            "breakGlass", .text(most: ServerBounds.reason),
            "why an emergency is not to wait for the people whom policy wants"),
        ]
      ) { call in
        try await run(call, source)
      },
      .act(
        "/v1/rollouts/{rollout}/approve", "approveRollout",
        "Agrees to the plan of a rollout that waits for its window or for people.", body: [restarts]
      ) { call in
        try await act(.approve, call, source)
      },
      .act(
        "/v1/rollouts/{rollout}/pause", "pauseRollout", "Stops a rollout at the next step boundary.", body: [reason]
      ) { call in
        try await act(.pause, call, source)
      },
      .act(
        "/v1/rollouts/{rollout}/halt", "haltRollout", "Stops a rollout for good: only resume goes on.", body: [reason]
      ) { call in
        try await act(.halt, call, source)
      },
      .act(
        "/v1/rollouts/{rollout}/resume", "resumeRollout",
        "Takes up a rollout that was paused, halted or cut off. An emergency is taken up by the role emergency.",
        body: []
      ) { call in
        let record = try source.store.rollout(id: call.parameter("rollout"))
        try checkEmergency(record.plan, call, source.store)
        return try await act(.resume, call, source)
      },
    ]
  }

  private static func act(
    _ verb: ControlRequest.Verb, _ call: Call, _ source: any ServerSource
  ) async throws -> Answer {
    let rollout = try source.store.rollout(id: call.parameter("rollout")).id
    let request = ControlRequest(
      verb, rollout: rollout, by: call.actor, reason: call.body.text("reason"),
      restarts: call.body.integer("acceptRestarts"))
    return try .action(await source.asked(request), rollout: rollout)
  }

  private static func run(_ call: Call, _ source: any ServerSource) async throws -> Answer {
    let plan = try source.store.plan(id: call.body.text("plan") ?? "").id
    try checkEmergency(plan, call, source.store)
    let rollout = call.body.text("rollout") ?? source.newRollout()
    guard isRolloutName(rollout) else {
      throw APIProblem(
        400, "badField", "rollout is no id", expected: "4 to 64 letters, digits and -", found: rollout)
    }
    let request = ControlRequest(
      .run, rollout: rollout, by: call.actor, plan: plan, restarts: call.body.integer("acceptRestarts"),
      breakGlass: call.body.text("breakGlass"))
    let answer = try Answer.action(await source.asked(request), rollout: rollout)
    return answer.with(header: "location", "/v1/rollouts/\(rollout)")
  }

  /// Ids stand in disable reasons, in paths on hosts and in addresses of pages.
  private static func isRolloutName(_ text: String) -> Bool {
    (FleetStore.minimumRolloutCharacters...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
      } && text.first != "-"
  }

  /// An emergency stops everything else and may go down: whoever begins it needs the role for it.
  private static func checkEmergency(_ plan: String, _ call: Call, _ store: FleetStore) throws {
    let isEmergency = try store.plan(id: plan).plan.options.emergency != nil
    guard isEmergency || call.body.text("breakGlass") != nil else { return }
    guard let caller = call.caller, caller.role >= .emergency else {
      throw APIProblem(
        403, "notAllowed", "\(call.actor) may not begin an emergency", expected: "role \(Role.emergency.rawValue)",
        found: call.caller.map { "role \($0.role.rawValue)" })
    }
  }
}
