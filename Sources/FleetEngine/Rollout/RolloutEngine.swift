package import FleetCore
import FleetStore
import Synchronization

/// Runs one rollout to its end, to a pause, or to a halt: dispatches hosts within the budgets, and nothing else.
package struct RolloutEngine: Sendable {
  private let services: EngineServices
  private let hosts: [HostID: Host]
  private let policy: Policy
  private let gate: WindowGate?

  /// `policy` is the fleet-wide one: budgets; each host carries its own for everything else. `gate`: until when hosts may
  /// be begun; `nil`: at any time.
  package init(services: EngineServices, hosts: [Host], policy: Policy, gate: WindowGate? = nil) {
    self.gate = gate
    self.services = services
    self.hosts = Dictionary(hosts.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.policy = policy
  }

  /// How a rollout came to its end in this process.
  private struct Ending {
    /// Whether nothing more starts; the event then, if there is one, is how the rollout ends.
    var isDue = false
    var event: JournalEvent?
    /// The first error of a host; the others reached a step boundary before it is thrown.
    var error: (any Error)?
  }

  /// Starts a rollout or takes it up again. `stop` is asked before each step; once it says so, running hosts go on to
  /// their next step boundary, or are given back, and the rollout ends as was wished. Throws where the journal cannot be read or written.
  package func run(
    rollout: String, plan: Plan, planID: String, by: String, stop: @escaping @Sendable () -> StopWish?
  ) async throws -> RolloutReport {
    let plan = services.located(plan)
    try begin(rollout, plan: plan, planID: planID, by: by)
    let ending = try await work(rollout, plan, stop)
    if let error = ending.error { throw error }
    try end(rollout, plan, planID, ending.event, wish: stop())
    return try report(rollout, plan, planID)
  }

  /// One host's error stops the rollout and no other host: those go on to their next step boundary.
  private func work(
    _ rollout: String, _ plan: Plan, _ stop: @escaping @Sendable () -> StopWish?
  ) async throws -> Ending {
    var desk = RolloutDesk(
      services: services, hosts: hosts, policy: policy, id: rollout, plan: plan, gate: gate,
      journal: { try journal($0, rollout, $1) })
    let ended = Mutex(false)
    let stops: @Sendable () -> HostStop? = { HostStop(stop()) ?? (ended.withLock { $0 } ? .atBoundary : nil) }
    return await withTaskGroup(of: (HostID, (any Error)?).self) { group in
      var ending = Ending()
      var running: Set<HostID> = []
      while true {
        if !ending.isDue, ending.error == nil {
          do {
            switch try await desk.turn(running: running, wish: stop()) {
            case .start(let change):
              running.insert(change.host)
              let others = desk.others
              group.addTask {
                // First the await, then the pair: see decision 0005.
                let failed = await failure { try await drive(change, rollout, others, stops) }
                return (change.host, failed)
              }
              continue
            case .again: continue
            case .pause(let duration):
              try await services.clock.sleep(duration)
              continue
            case .wait: break
            case .end(let event):
              ending.isDue = true
              ending.event = event
            }
          } catch {
            ending.error = error
          }
        }
        if ending.isDue || ending.error != nil { ended.withLock { $0 = true } }
        guard let (host, error) = await group.next() else { return ending }
        running.remove(host)
        ending.error = ending.error ?? error
        desk.hostEnded()
      }
    }
  }

  private func failure(_ body: () async throws -> Void) async -> (any Error)? {
    do {
      try await body()
      return nil
    } catch {
      return error
    }
  }

  private func begin(_ rollout: String, plan: Plan, planID: String, by: String) throws {
    let booking = try services.store.booking(rollout: rollout)
    if !booking.hasStarted {
      try journal([.rolloutStarted(plan: planID, by: by, emergency: plan.options.emergency)], rollout)
    } else {
      try journal([.rolloutResumed], rollout)
    }
  }

  private func drive(
    _ change: HostChange, _ rollout: String, _ others: OtherHosts, _ stop: @Sendable () -> HostStop?
  ) async throws {
    guard let host = hosts[change.host] else {
      throw Failure(.changedSincePlan, "\(change.host) is not in the inventory any more")
    }
    let entries = try services.store.entries(rollout: rollout, host: change.host)
    // What was staged ahead is told already, and began nothing.
    if !entries.contains(where: { $0.event == .hostDispatched }) {
      try journal([.hostDispatched], rollout, change.host)
    }
    let runner = try HostRunner(
      host: host, change: change, rollout: rollout, services: services, entries: entries, others: others)
    do {
      _ = try await runner.drive(stop: stop)
    } catch StoreError.hostTaken(_, let other) {
      // Somebody was faster since the claims were looked at; what was skipped meanwhile is told already.
      let isTold = try services.store.entries(rollout: rollout, host: change.host).contains { entry in
        if case .run = entry.event { true } else { false }
      }
      if isTold { return }
      try journal(Claims.events(change, Claims.taken(by: other, from: rollout)), rollout, change.host)
    }
  }

  /// Who asked for a stop is told so, whatever else ended the run (130 beats 5).
  private func end(
    _ rollout: String, _ plan: Plan, _ planID: String, _ event: JournalEvent?, wish: StopWish?
  ) throws {
    let isDone = try report(rollout, plan, planID).hosts.allSatisfy { $0.outcome != .pending }
    if isDone { return try journal([.rolloutFinished], rollout) }
    if let wish {
      // Who only leaves comes back, and finds it as it was left.
      if let event = wish.event { try journal([event], rollout) }
    } else {
      try journal([event ?? .rolloutPaused(reason: "hosts are left")], rollout)
    }
  }

  package func report(_ rollout: String, _ plan: Plan, _ planID: String) throws -> RolloutReport {
    try RolloutReport.fold(
      id: rollout, planID: planID, plan: plan, entries: try services.store.entries(rollout: rollout),
      now: services.clock.now())
  }

  /// One transaction: all of the events or none.
  private func journal(_ events: [JournalEvent], _ rollout: String, _ host: HostID? = nil) throws {
    let kinds = events.map(\.kind).joined(separator: ", ")
    Failpoint.hit("before \(kinds)")
    let at = services.clock.now()
    try services.store.append(events.map { (event: $0, host: host) }, rollout: rollout, at: at)
    Failpoint.hit("after \(kinds)")
    for event in events { services.progress(ProgressEvent(host: host, at: at, what: .journal(event))) }
  }
}
