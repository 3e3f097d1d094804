package import FleetCore
import FleetStore

/// Drives one `HostRun`: the only loop in the system that acts on a host. Confined to one task.
package final class HostRunner {
  package let host: Host
  package let change: HostChange
  package let rollout: String
  package let services: EngineServices
  package private(set) var run: HostRun
  /// The newest full look of this process.
  package var latest: Observation?
  /// Servers cold-moved or stopped earlier in this rollout, by any host (RULES D4).
  package var switchedOff: Set<String>
  /// Doors that this process opened by a command of the operator, which nobody can look up.
  var openDoors: Set<String> = []
  /// Doors that this process closed, as above.
  var closedDoors: Set<String> = []
  /// Confirms and reverts that this process asked for and that Nova settles in its own time, by monotonic time.
  var asked: [EffectID: Int64] = [:]
  /// Whether this process looked, on its way back, whether the host still is this controller's.
  var knowsLease = false
  /// Who took the host over, as that look told.
  var lostLease: Failure?
  /// When its drain began and its reset was asked for, also by an earlier process.
  private(set) var times = RunTimes()
  /// Hosts that converged in this rollout before this run was taken up (RULES D4).
  let convergedHosts: ConvergedHosts
  private let initiallyOpen: Bool
  /// What observe saw was seen by another process, perhaps long ago: it is looked at again before anything is done.
  private var isStale: Bool

  /// Folds what the journal says of the host in this rollout; `others` is what it says of the rollout's other hosts.
  /// Throws `JournalCorruption`.
  package init(
    host: Host, change: HostChange, rollout: String, services: EngineServices, entries: [JournalEntry],
    others: OtherHosts = OtherHosts()
  ) throws {
    self.host = host
    self.change = change
    self.rollout = rollout
    self.services = services
    var run = HostRun(steps: change.steps)
    var others = others
    for entry in entries {
      guard case .run(let event) = entry.event else { continue }
      guard entry.host == host.id else {
        others.note(event, of: entry.host)
        continue
      }
      times.note(event, at: entry.at)
      do throws(HostRun.IllegalEvent) {
        try run.apply(event)
      } catch {
        throw JournalCorruption(
          seq: entry.seq, host: host.id, text: "event \(event.kind) cannot follow the state \(error.state)")
      }
    }
    self.run = run
    switchedOff = others.switchedOff(butBy: host.id)
    convergedHosts = others.converged
    initiallyOpen = !run.isAtBoundary
    isStale = run.before != nil && !run.activationBegan
  }

  /// Runs to the end, or as far as `stop` says, which is asked before each step. Returns whether the run ended.
  package func drive(stop: @Sendable () -> HostStop?) async throws -> Bool {
    try resume()
    while true {
      switch run.next {
      case .none:
        await services.hosts.close(host)
        return true
      case .start(let step, let attempt):
        switch stop() {
        case .atBoundary?:
          await services.hosts.close(host)
          return false
        case .givingBack(let why)? where !run.activationBegan:
          if try giveBack(before: step, attempt, why) { continue }
          await services.hosts.close(host)
          return false
        // What was activated is proved and given back: to stop in between would leave the host out of service.
        case .givingBack?, nil: break
        }
        if attempt > 1 { try await services.clock.sleep(services.bounds.knock) }
        try record(.stepStarted(step: step, attempt: attempt))
      case .observeThenAct(let step): try await perform(step)
      case .reenterDrain: try record(.drainReentered)
      case .beginReturn: try record(.returnStarted)
      case .undo(let effect): try await undo(effect)
      case .endReturn: try record(.skipped)
      case .beginRestore: try record(.restoreStarted)
      case .restore: try await restore()
      case .quarantine:
        try await recordAfter()
        try nameStopped()
        try record(.quarantined)
      }
    }
  }

  /// The next step fails before it does anything, so that the host goes the way back of every failure. Returns whether
  /// anything was begun that is to be taken back.
  private func giveBack(before step: Step, _ attempt: Int, _ why: String) throws -> Bool {
    guard run != HostRun(steps: change.steps) else { return false }
    try record(.stepStarted(step: step, attempt: attempt))
    try record(.stepFailed(step: step, failure: Failure(.halted, "it is given back unchanged: \(why)")))
    return true
  }

  /// Servers that the drain stopped stay off with their host; their owners must hear of it (RULES D2, U2).
  private func nameStopped() throws {
    for id in run.stoppedServers {
      try finding(
        "serverNotStarted", "server \(id) was stopped for this update and stays off: its host is not given back")
    }
  }

  /// A run that was cut off says so, once per restart.
  private func resume() throws {
    guard initiallyOpen else { return }
    switch run.state {
    case .inDoubt(let step, _, _): try record(.stepResumed(step: step))
    case .returning: try record(.returnResumed)
    case .restoring: try record(.restoreResumed)
    case .ready, .reentering, .failed, .restored, .converged, .skipped, .quarantined, .released: break
    }
  }

  private func perform(_ step: Step) async throws {
    do {
      try await lookAgain(before: step)
      if step != .observe { try await takeLease() }
      let completion = try await reach(StepImplementations.of(step))
      if step == run.steps.last { _ = try await giveLeaseBack() }
      try record(.stepSucceeded(step: step, completion: completion))
    } catch {
      try record(.stepFailed(step: step, failure: try Self.failure(error, in: step)))
    }
  }

  /// A run that is taken up again does not act on what was true before it was left (RULES C).
  private func lookAgain(before step: Step) async throws {
    guard isStale, step != .observe else { return }
    try await ObserveStep.check(self, try await observe())
    isStale = false
  }

  /// Precheck, act, precheck …: success is only ever claimed from an observation (HOUSE D4).
  private func reach(_ step: any StepImplementation) async throws -> HostRun.Completion {
    var acts = 0
    let deadline = Deadline(services.clock, in: services.bounds.inProgress)
    while true {
      switch try await step.precheck(self) {
      case .alreadyDone:
        // What a lost controller had asked for is settled before its step ends; nobody else would. Once the activation
        // began, no act is repeated for that: it could reset the host again.
        guard hasOpenEffects, !run.activationBegan, acts < services.bounds.maxActs else {
          return acts > 0 || step.step == .verify ? .performed : .alreadyDone
        }
        acts += 1
        try await step.act(self)
      case .inProgress(let text):
        if deadline.hasPassed { throw Failure(step.fallback, "\(step.step.rawValue) did not end in time: \(text)") }
        wait(step.step, text)
        try await services.clock.sleep(services.bounds.poll)
      case .blocked(let failure): throw failure
      case .ready:
        guard acts < services.bounds.maxActs else {
          throw Failure(
            step.fallback, "\(step.step.rawValue) did not reach its goal in \(acts) tries", isTransient: false)
        }
        acts += 1
        try await step.act(self)
      }
    }
  }

  /// The giving back of the lease is settled after the last step, by itself.
  private var hasOpenEffects: Bool { run.effects.contains { $0.result == nil && $0.id.kind != .giveLease } }

  private func undo(_ effect: EffectID) async throws {
    do {
      try await checkLeaseOnce()
      let text = try await patiently { try await Undo(self).undo(effect) }
      try record(.undone(effect: effect, text: text))
    } catch {
      try record(.undoFailed(effect: effect, failure: try Self.failure(error, in: nil)))
    }
  }

  /// A way back that a lost connection or a silent API bars for a while is tried again, up to `bounds.settle`: giving
  /// up at once would leave a healthy host out of service.
  private func patiently<Value>(_ body: () async throws -> Value) async throws -> Value {
    let deadline = Deadline(services.clock, in: services.bounds.settle)
    while true {
      do {
        return try await body()
      } catch {
        let failure = try Self.failure(error, in: nil)
        guard failure.isTransient, !deadline.hasPassed else { throw failure }
        await services.hosts.close(host)
        latest = nil
        try await services.clock.sleep(services.bounds.knock)
      }
    }
  }

  private func restore() async throws {
    do {
      let text = try await patiently { try await Undo(self).putFileBack() }
      // The report always says what runs after the next reset, and the file that decides it has just changed.
      try record(.recorded(phase: .after, facts: RunFacts(try await observe(), view: nil, self)))
      try record(.restoreEnded(restored: true, text: text))
    } catch {
      let failure = try Self.failure(error, in: nil)
      try record(.restoreEnded(restored: false, text: failure.text))
    }
  }

  /// The report of a quarantined host says what runs and whether it is armed, wherever the host still answers
  /// (RULES U2); one that does not is quarantined all the same.
  private func recordAfter() async throws {
    guard run.after == nil, case .success(let observation) = await services.hosts.observe(host) else { return }
    try record(.recorded(phase: .after, facts: RunFacts(observation, view: nil, self)))
  }

  // MARK: Journal

  /// Appends one event and folds it; a journal that cannot be written stops everything.
  package func record(_ event: HostRun.Event) throws {
    var next = run
    try next.apply(event)
    try journal(.run(event), begins: run == HostRun(steps: change.steps))
    run = next
    times.note(event, at: services.clock.now())
  }

  /// `begins`: it is the first event of the host's run, so nobody else may have begun the host.
  package func journal(_ event: JournalEvent, begins: Bool = false) throws {
    Failpoint.hit("before \(host.id) \(event.kind)")
    let at = services.clock.now()
    if begins {
      try services.store.appendBeginning(event, rollout: rollout, host: host.id, at: at)
    } else {
      try services.store.append(event, rollout: rollout, host: host.id, at: at)
    }
    Failpoint.hit("after \(host.id) \(event.kind)")
    services.progress(ProgressEvent(host: host.id, at: at, what: .journal(event)))
  }

  package func wait(_ step: Step, _ text: String) {
    services.progress(ProgressEvent(host: host.id, at: services.clock.now(), what: .waiting(step, text)))
  }

  /// Errors of the two ports are failures of the step; everything else (store, cancellation) leaves the run in doubt.
  static func failure(_ error: any Error, in step: Step?) throws -> Failure {
    // What a cancelled task was doing broke off because of that: no verdict on the host.
    if Task.isCancelled { throw CancellationError() }
    return switch error {
    case let failure as Failure: failure
    case let error as HostError: error.failure(step.map { StepImplementations.of($0).fallback } ?? .undoFailed)
    case let error as ComputeError: error.failure
    default: throw error
    }
  }
}
