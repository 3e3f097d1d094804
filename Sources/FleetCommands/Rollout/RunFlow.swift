import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// Runs one rollout with signals, the control socket and progress, and prints what came of it.
struct RunFlow {
  let context: CommandContext
  let held: HeldLock

  /// The rollout is ours before it exists, so that nobody finds it without a controller.
  func take(_ rollout: String) { held.desk.take(rollout) }

  func run(_ rollout: String, _ plan: Plan, _ planID: String) async throws -> Int32 {
    let until = try context.beginning(of: rollout, held.store)
    let again = context.options.commandLine(["rollout", "resume", rollout])
    let interruption = Interruption(hint: again, json: context.options.json)
    let watch = ForecastWatch { try context.forecaster(rollout, held.store) }
    let line = ProgressLine(verbose: context.options.verbose, forecast: { watch.sentence(at: $0) })
    let desk = held.desk
    desk.take(rollout)
    defer { desk.letGo(rollout) }
    let user = Operator.name
    let report = try await context.withServices(
      held.store, moves: held.moves, progress: { line.show($0) }
    ) { services in
      try await context.engine(services, plan, until: until).run(
        rollout: rollout, plan: plan, planID: planID, by: user, stop: { desk.wish(for: rollout) ?? interruption.wish })
    }
    return try Self.show(report, context)
  }

  /// Prints what came of a rollout, and how to go on. Returns its exit code.
  static func show(_ report: RolloutReport, _ context: CommandContext) throws -> Int32 {
    if context.options.json {
      try context.output.document(RolloutDocument(report))
    } else {
      context.output.line(RolloutText.text(report))
    }
    if let next = next(report) { Output.note("\(next.what): \(context.options.commandLine(next.words))") }
    return report.exitCode
  }
}

extension RunFlow {
  /// What a person does next, and the words of the command; `nil`: nothing is left to do.
  private static func next(_ report: RolloutReport) -> (what: String, words: [String])? {
    switch report.state {
    case .finished: return nil
    case .paused, .halted, .running: break
    }
    guard report.booking.isWaiting, report.booking.missing > 0 else {
      return ("to go on", ["rollout", "resume", report.id])
    }
    let restarts = report.hosts.reduce(0) { $0 + $1.change.drain.restarts.count }
    let accepted = restarts > 0 ? ["--accept-restarts", "\(restarts)"] : []
    return ("to agree", ["rollout", "approve", report.id] + accepted)
  }
}

extension CommandContext {
  /// The fleet's policy for a plan: an emergency has its own budgets (decision 0014).
  func policy(of plan: Plan) -> Policy { inventory.policy.inForce(plan.options) }

  /// The engine for a plan under the policy that holds for it, for the run and for each host. `until`: no host is begun
  /// that would not be done by then.
  func engine(_ services: EngineServices, _ plan: Plan, until: Instant?) throws -> RolloutEngine {
    RolloutEngine(
      services: services, hosts: hosts(of: plan), policy: policy(of: plan),
      gate: try until.map { try gate($0, plan, services.store) })
  }

  /// Every host, under the policy that holds for the plan.
  func hosts(of plan: Plan) -> [Host] {
    inventory.hosts.map { host in
      var host = host
      host.policy = host.policy.inForce(plan.options)
      return host
    }
  }

  private func gate(_ closes: Instant, _ plan: Plan, _ store: FleetStore) throws -> WindowGate {
    WindowGate(closes: closes, estimates: try estimates(plan, store).mapValues(\.duration))
  }

  /// Until when the rollout may begin hosts; `nil`: without an end. Throws `scheduled` where its schedule, or somebody
  /// who has to approve it, does not let it run now; `awaitsApproval` and `lapsed` for an emergency's question.
  func beginning(of rollout: String, _ store: FleetStore) throws -> Instant? {
    let booking = try store.booking(rollout: rollout)
    switch booking.terms(now: SystemClock().now(), standing: booking.standing(in: inventory.schedules)) {
    case .begin(let until): return until
    case .awaitsApproval(let missing):
      if let text = booking.unanswered {
        throw CommandError(
          ExitStatus.usage, "awaitsApproval", "emergency rollout \(rollout) does not begin yet: \(text)",
          expected: "rollout approve \(rollout)", found: "\(booking.approvedBy.count) approvals")
      }
      throw CommandError(
        ExitStatus.usage, "scheduled", "rollout \(rollout) waits for \(missing) approval\(missing == 1 ? "" : "s")",
        expected: "rollout approve \(rollout)", found: "\(booking.approvedBy.count) approvals")
    case .waits(let until):
      throw CommandError(
        ExitStatus.usage, "scheduled", "rollout \(rollout) runs in its window, from \(until.rfc3339) on, under serve",
        expected: until.rfc3339, found: SystemClock().now().rfc3339)
    case .close(let reason):
      throw CommandError(
        ExitStatus.usage, booking.closedKind, "rollout \(rollout) does not begin any more: \(reason)")
    }
  }
}

/// Takes up a rollout that was paused, halted or cut off.
struct ResumeFlow {
  let context: CommandContext
  let driver: Driver

  func run(_ record: RolloutRecord) async throws -> Int32 {
    let stored = try driver.store.plan(id: record.plan)
    try context.checkPresent(record, driver.store)
    return try await driver.resume(record, stored.plan, context)
  }
}
