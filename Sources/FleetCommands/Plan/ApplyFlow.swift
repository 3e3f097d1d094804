import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// From a wish to a finished rollout: lock, plan, check, consent, run, report.
struct ApplyFlow {
  let context: CommandContext
  let consent: ConsentOptions
  let command: String
  /// Why an emergency does not wait for other people; `nil`: it does where policy wants it.
  var breakGlass: String?

  private var output: Output { context.output }

  /// `words` are hosts, or one plan id. Returns the exit code.
  func run(_ words: [String], _ options: PlanOptions, offline: Bool = false) async throws -> Int32 {
    try consent.checkTerminal()
    let plan = PlanOptionsGroup.plan(in: words)
    let hosts = plan == nil ? try context.hosts(words, options) : []
    let named = context.namedHosts(words)
    let driver = try await context.driver(command, takesOver: consent.takeover)
    defer { driver.release() }
    let store = driver.store
    if let (record, plan) = try unfinished(store, plan: plan, hosts: hosts.map(\.id), options) {
      if record.isWaiting, try store.booking(rollout: record.id).missing > 0 {
        return Self.status(try driver.wait(record.id, context), plan, named)
      }
      if breakGlass != nil {
        Output.note("rollout \(record.id) was begun already, so nobody is passed over; the reason is recorded")
      }
      Output.note("rollout \(record.id) is not finished (\(record.state.rawValue)); it is taken up again")
      try context.checkPresent(record, store)
      try consent.ask(plan)
      let status = try await driver.resume(record, plan, context, breakGlass: breakGlass)
      return Self.status(status, plan, named)
    }
    if let plan {
      let stored = try store.plan(id: plan)
      return try await go(stored.plan, stored.id, driver, named: [])
    }
    let made = try await context.withServices(store, asksNova: !offline) {
      try await PlanMaker(services: $0).plan(
        hosts, options: options, waves: context.inventory.policy.inForce(options).waves, offline: offline)
    }
    try PlanFindings.check(made.findings)
    try context.auditPlan(made.id.rawValue, made.plan, store)
    return try await go(made.plan, made.id.rawValue, driver, named: named)
  }

  /// The rollout of the very same wish that was cut off or paused: the same `apply` after a crash goes on with what it
  /// began (RULES O3). Any other wish makes a plan of its own, and leaves alone what an open rollout has work on.
  private func unfinished(
    _ store: FleetStore, plan: String?, hosts: [HostID], _ options: PlanOptions
  ) throws -> (RolloutRecord, Plan)? {
    for record in try store.unfinishedRollouts() where record.state == .running || record.state == .paused {
      // What a schedule planned is the schedule's to begin; who breaks the glass waits for no answer, and a question
      // that nobody answered in time is asked anew.
      if record.isWaiting {
        let booking = try store.booking(rollout: record.id)
        if breakGlass != nil || booking.question == nil || booking.lapse(at: SystemClock().now()) != nil { continue }
      }
      if let plan, !record.plan.hasPrefix(plan) { continue }
      let stored = try store.plan(id: record.plan).plan
      if plan != nil || (stored.options == options && stored.hosts == Set(hosts)) { return (record, stored) }
    }
    return nil
  }

  private func go(_ plan: Plan, _ id: String, _ driver: Driver, named: Set<HostID>) async throws -> Int32 {
    let text = PlanText.text(plan, id: id)
    if context.options.json { Output.note(text) } else { output.line(text) }
    proposeWaivers(plan)
    guard !plan.changes.isEmpty else {
      if context.options.json {
        let report = RolloutReport(id: "", plan: id, state: .finished, hosts: [], excluded: plan.excluded)
        try output.document(RolloutDocument(report))
      } else {
        output.line("nothing to do")
      }
      return Self.status(ExitStatus.done, plan, named)
    }
    try context.checkPresent(plan.changes.map(\.host))
    try consent.ask(plan)
    return Self.status(try await driver.run(plan, id, context, breakGlass: breakGlass), plan, named)
  }

  /// Bulletins count against hosts where the operator declared compliance; what is re-opened is told in their words.
  private func proposeWaivers(_ plan: Plan) {
    guard context.inventory.compliance.enforcesBulletins else { return }
    let rows = WaiverText.rows(plan, owner: Operator.name, today: SystemClock().now().day)
    guard !rows.isEmpty else { return }
    Output.note("to let what it re-opens be for a while, below `waivers:` in compliance.yaml:")
    for row in rows { Output.note("  \(row)") }
  }

  /// A host that was named and left alone is a failure even where all others converged.
  private static func status(_ status: Int32, _ plan: Plan, _ named: Set<HostID>) -> Int32 {
    let isLeft = plan.excluded.contains { named.contains($0.host) }
    return status == ExitStatus.done && isLeft ? ExitStatus.hostsLeft : status
  }
}

extension CommandContext {
  /// What is left of a rollout can only be done to hosts that are still declared.
  func checkPresent(_ record: RolloutRecord, _ store: FleetStore) throws {
    let report = try StoredRollout.report(store, record.id)
    try checkPresent(report.hosts.filter { $0.outcome == .pending }.map(\.change.host))
  }

  func checkPresent(_ hosts: [HostID]) throws {
    let gone = hosts.filter { inventory.host($0) == nil }.map(\.rawValue)
    guard gone.isEmpty else {
      throw CommandError(
        ExitStatus.usage, "noHost", "not in the inventory any more: \(gone.joined(separator: ", ")); nothing was done",
        found: gone.joined(separator: ", "))
    }
  }
}

/// Names of rollouts: sortable by time, and short enough for the reason in Nova (255 characters).
enum RolloutName {
  static func fresh(_ now: Instant = SystemClock().now()) -> String {
    let digits = now.rfc3339.prefix(19).filter(\.isNumber)
    let random = UInt16.random(in: .min ... .max)
    return "r\(digits.prefix(8))-\(digits.suffix(6))-\(Hex.padded(random, 4))"
  }
}
