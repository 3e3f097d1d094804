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
    let again = context.options.commandLine(["rollout", "resume", rollout])
    let interruption = Interruption(hint: again, json: context.options.json)
    let line = ProgressLine(verbose: context.options.verbose)
    let desk = held.desk
    desk.take(rollout)
    defer { desk.letGo(rollout) }
    let user = Operator.name
    // An emergency has its own budgets, for the run and for each host (decision 0014).
    let policy = context.inventory.policy.inForce(plan.options)
    let hosts = context.inventory.hosts.map { host in
      var host = host
      host.policy = host.policy.inForce(plan.options)
      return host
    }
    let report = try await context.withServices(
      held.store, maxMoves: policy.drain.maxMoves, progress: { line.show($0) }
    ) { services in
      let engine = RolloutEngine(services: services, hosts: hosts, policy: policy)
      return try await engine.run(
        rollout: rollout, plan: plan, planID: planID, by: user, stop: { desk.wish(for: rollout) ?? interruption.wish })
    }
    if context.options.json {
      try context.output.document(RolloutDocument(report))
    } else {
      context.output.line(RolloutText.text(report))
    }
    switch report.state {
    case .paused, .halted, .running: Output.note("to go on: \(again)")
    case .finished: break
    }
    return report.exitCode
  }
}

/// Takes up a rollout that was paused, halted or cut off.
struct ResumeFlow {
  let context: CommandContext
  let held: HeldLock

  func run(_ record: RolloutRecord) async throws -> Int32 {
    let stored = try held.store.plan(id: record.plan)
    try context.checkPresent(record, held.store)
    return try await RunFlow(context: context, held: held).run(record.id, stored.plan, stored.id)
  }
}
