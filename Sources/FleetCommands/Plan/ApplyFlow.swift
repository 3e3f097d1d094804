import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Foundation

/// From a wish to a finished rollout: lock, plan, check, consent, run, report.
struct ApplyFlow {
  let context: CommandContext
  let consent: ConsentOptions
  let command: String
  /// The backup that `--to backup` means; `nil`: each host's newest.
  var backup: String?

  private var output: Output { context.output }

  /// `words` are hosts, or one plan id. Returns the exit code.
  func run(_ words: [String], _ options: PlanOptions) async throws -> Int32 {
    let byPlan = words.count == 1 && PlanID.isAbbreviation(words[0])
    let hosts = byPlan ? [] : try context.hosts(words)
    let lock = try context.lock(command)
    defer { lock.release() }
    let store = try context.store()
    if let unfinished = try unfinished(store, plan: byPlan ? words[0] : nil, hosts: hosts.map(\.id)) {
      Output.note("rollout \(unfinished.id) was cut off; it is taken up again")
      return try await ResumeFlow(context: context).run(unfinished, store)
    }
    if byPlan {
      let stored = try store.plan(id: words[0])
      return try await go(stored.plan, stored.id, store, named: [])
    }
    let made = try await context.withServices(store) {
      try await PlanMaker(services: $0).plan(hosts, options: options, backup: backup)
    }
    try PlanFindings.check(made.findings)
    return try await go(made.plan, made.id.rawValue, store, named: context.namedHosts(words))
  }

  /// The same `apply` after a crash goes on with what it began (RULES O3).
  private func unfinished(_ store: FleetStore, plan: String?, hosts: [HostID]) throws -> RolloutRecord? {
    for record in try store.unfinishedRollouts() where record.state == .running || record.state == .paused {
      if let plan {
        if record.plan.hasPrefix(plan) { return record }
      } else {
        let changes = try store.plan(id: record.plan).plan.changes.map(\.host)
        if !changes.isEmpty, Set(changes).isSubset(of: hosts) { return record }
      }
    }
    return nil
  }

  private func go(_ plan: Plan, _ id: String, _ store: FleetStore, named: Set<HostID>) async throws -> Int32 {
    let text = PlanText.text(plan, id: id)
    if context.options.json { Output.note(text) } else { output.line(text) }
    let excluded = plan.excluded.contains { named.contains($0.host) }
    guard !plan.changes.isEmpty else {
      if context.options.json {
        try output.document(RolloutDocument(RolloutReport(id: "", plan: id, state: .finished, hosts: [])))
      } else {
        output.line("nothing to do")
      }
      return excluded ? ExitStatus.hostsLeft : ExitStatus.done
    }
    try askConsent(plan)
    let rollout = RolloutName.fresh()
    try store.createRollout(id: rollout, plan: id, at: SystemClock().now())
    let status = try await RunFlow(context: context).run(rollout, plan, id, store)
    return status == ExitStatus.done && excluded ? ExitStatus.hostsLeft : status
  }

  private func askConsent(_ plan: Plan) throws {
    let restarts = plan.restarts.count
    if let given = consent.acceptRestarts ?? (restarts == 0 ? 0 : nil), given == restarts {
      // The number is the one the plan prints.
    } else {
      throw CommandError(
        ExitStatus.usage, "restartsNotAccepted", "\(plan.restartSentence ?? "no server will be shut down")",
        expected: "--accept-restarts \(restarts)", found: consent.acceptRestarts.map { "--accept-restarts \($0)" })
    }
    if consent.yes { return }
    guard isatty(0) == 1, !context.options.json else {
      throw CommandError(
        ExitStatus.usage, "notConfirmed", "without a terminal --yes is needed; nothing was done", expected: "--yes")
    }
    let what = plan.options.emergency.map { "EMERGENCY (\($0)). " } ?? ""
    Output.write("\(what)Go on with \(plan.changes.count) host(s)? [y/N] ", to: 2)
    guard let answer = readLine()?.lowercased(), answer == "y" || answer == "yes" else {
      throw CommandError(ExitStatus.usage, "notConfirmed", "nothing was done")
    }
  }
}

/// Runs one rollout with signals and progress, and prints what came of it.
struct RunFlow {
  let context: CommandContext

  func run(_ rollout: String, _ plan: Plan, _ planID: String, _ store: FleetStore) async throws -> Int32 {
    let interruption = Interruption(hint: "sevfleet rollout resume \(rollout)")
    let line = ProgressLine(verbose: context.options.verbose)
    let user = ProcessInfo.processInfo.environment["SUDO_USER"] ?? ProcessInfo.processInfo.userName
    let report = try await context.withServices(store, progress: { line.show($0) }) { services in
      let engine = RolloutEngine(
        services: services, hosts: context.inventory.hosts, policy: context.inventory.policy)
      return try await engine.run(
        rollout: rollout, plan: plan, planID: planID, by: user, stop: { interruption.isStopping })
    }
    if context.options.json {
      try context.output.document(RolloutDocument(report))
    } else {
      context.output.line(RolloutText.text(report))
    }
    if report.state == .paused { Output.note("to go on: sevfleet rollout resume \(rollout)") }
    return report.exitCode
  }
}

/// Takes up a rollout that was paused, halted or cut off.
struct ResumeFlow {
  let context: CommandContext

  func run(_ record: RolloutRecord, _ store: FleetStore) async throws -> Int32 {
    let stored = try store.plan(id: record.plan)
    return try await RunFlow(context: context).run(record.id, stored.plan, stored.id, store)
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
