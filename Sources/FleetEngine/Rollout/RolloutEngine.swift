package import FleetCore
import FleetStore
import Synchronization

/// Runs one rollout to its end, to a pause, or to a halt: dispatches hosts within the budgets, and nothing else.
package struct RolloutEngine: Sendable {
  private let services: EngineServices
  private let hosts: [HostID: Host]
  private let policy: Policy

  /// `policy` is the fleet-wide one: budgets; each host carries its own for everything else.
  package init(services: EngineServices, hosts: [Host], policy: Policy) {
    self.services = services
    self.hosts = Dictionary(hosts.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.policy = policy
  }

  /// Starts a rollout or takes it up again. `stop` is asked before each step; once it says so, running hosts go on to
  /// their next step boundary and the rollout is paused. Throws where the journal cannot be read or written.
  package func run(
    rollout: String, plan: Plan, planID: String, by: String, stop: @escaping @Sendable () -> Bool
  ) async throws -> RolloutReport {
    try begin(rollout, plan: plan, planID: planID, by: by)
    var queue = try order(rollout, plan)
    let limit = max(1, policy.maxUnavailable.of(max(1, hosts.count)))
    let halted = Mutex(false)
    let stops: @Sendable () -> Bool = { stop() || halted.withLock { $0 } }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      var running = 0
      while true {
        while running < limit, !stops(), !queue.isEmpty {
          let change = queue.removeFirst()
          running += 1
          group.addTask { try await drive(change, rollout, stops) }
        }
        guard running > 0, try await group.next() != nil else { break }
        running -= 1
        if try quarantined(rollout, plan) > policy.maxFailures.of(plan.changes.count) {
          halted.withLock { $0 = true }
        }
      }
    }
    try end(rollout, plan, planID, halted: halted.withLock { $0 }, stopped: stop())
    return try report(rollout, plan, planID)
  }

  private func begin(_ rollout: String, plan: Plan, planID: String, by: String) throws {
    let entries = try services.store.entries(rollout: rollout)
    if entries.isEmpty {
      try journal(.rolloutStarted(plan: planID, by: by, emergency: plan.options.emergency), rollout)
    } else {
      try journal(.rolloutResumed, rollout)
    }
  }

  /// Hosts that were cut off first, then the others in the plan's order; ended ones not at all.
  private func order(_ rollout: String, _ plan: Plan) throws -> [HostChange] {
    let report = try report(rollout, plan, "")
    let open = report.hosts.filter { $0.outcome == .pending }
    return open.filter { $0.startedAt != nil }.map(\.change) + open.filter { $0.startedAt == nil }.map(\.change)
  }

  private func drive(_ change: HostChange, _ rollout: String, _ stop: @Sendable () -> Bool) async throws -> Bool {
    guard let host = hosts[change.host] else {
      throw Failure(.changedSincePlan, "\(change.host) is not in the inventory any more")
    }
    let entries = try services.store.entries(rollout: rollout)
    if !entries.contains(where: { $0.host == change.host }) {
      try journal(.hostDispatched, rollout, change.host)
    }
    let runner = try HostRunner(
      host: host, change: change, rollout: rollout, services: services, entries: entries)
    return try await runner.drive(shouldStop: stop)
  }

  private func quarantined(_ rollout: String, _ plan: Plan) throws -> Int {
    try report(rollout, plan, "").hosts.filter { $0.outcome == .quarantined }.count
  }

  private func end(_ rollout: String, _ plan: Plan, _ planID: String, halted: Bool, stopped: Bool) throws {
    let report = try report(rollout, plan, planID)
    let pending = report.hosts.filter { $0.outcome == .pending }
    if pending.isEmpty {
      try journal(.rolloutFinished, rollout)
    } else if halted {
      try journal(.rolloutHalted(reason: budgetSentence(report)), rollout)
    } else {
      try journal(.rolloutPaused(reason: stopped ? "asked to stop" : "hosts are left"), rollout)
    }
  }

  private func budgetSentence(_ report: RolloutReport) -> String {
    let names = report.hosts.filter { $0.outcome == .quarantined }.map(\.change.host.rawValue).joined(separator: ", ")
    return "max_failures is \(policy.maxFailures), and these hosts are quarantined: \(names)"
  }

  package func report(_ rollout: String, _ plan: Plan, _ planID: String) throws -> RolloutReport {
    try RolloutReport.fold(
      id: rollout, planID: planID, plan: plan, entries: try services.store.entries(rollout: rollout),
      now: services.clock.now())
  }

  private func journal(_ event: JournalEvent, _ rollout: String, _ host: HostID? = nil) throws {
    Failpoint.hit("before \(event.kind)")
    let at = services.clock.now()
    _ = try services.store.append(event, rollout: rollout, host: host, at: at)
    Failpoint.hit("after \(event.kind)")
    services.progress(ProgressEvent(host: host, at: at, what: .journal(event)))
  }
}
