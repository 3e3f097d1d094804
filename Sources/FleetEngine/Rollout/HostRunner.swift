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
  /// Confirms and reverts that this process asked for and that Nova settles in its own time, by monotonic time.
  var asked: [EffectID: Int64] = [:]
  /// When the drain began; a restart does not begin it anew (RULES D7).
  private(set) var drainBegan: Instant?
  /// Hosts that converged in this rollout before this run was taken up (RULES D4).
  let convergedHosts: ConvergedHosts
  private let initiallyOpen: Bool

  /// Folds what the journal says of the host in this rollout. Throws `JournalCorruption`, `StoreError`.
  package init(
    host: Host, change: HostChange, rollout: String, services: EngineServices, entries: [JournalEntry]
  ) throws {
    self.host = host
    self.change = change
    self.rollout = rollout
    self.services = services
    var run = HostRun(steps: change.steps)
    switchedOff = []
    var converged = ConvergedHosts()
    var drainBegan: Instant?
    for entry in entries {
      guard case .run(let event) = entry.event else { continue }
      guard entry.host == host.id else {
        if case .effectIntended(let effect, _) = event, effect.kind == .moveCold || effect.kind == .stopServer {
          switchedOff.insert(effect.subject)
        }
        converged.note(event, of: entry.host)
        continue
      }
      drainBegan = Self.drainBegan(drainBegan, after: event, at: entry.at)
      do throws(HostRun.IllegalEvent) {
        try run.apply(event)
      } catch {
        throw JournalCorruption(
          seq: entry.seq, host: host.id, text: "event \(event.kind) cannot follow the state \(error.state)")
      }
    }
    self.run = run
    self.drainBegan = drainBegan
    convergedHosts = converged
    initiallyOpen = !run.isAtBoundary
  }

  /// Runs to the end, or to the next step boundary once `shouldStop` says so. Returns whether the run ended.
  package func drive(shouldStop: @Sendable () -> Bool) async throws -> Bool {
    try resume()
    while true {
      switch run.next {
      case .none:
        await services.hosts.close(host)
        return true
      case .start(let step, let attempt):
        if shouldStop() {
          await services.hosts.close(host)
          return false
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
      case .quarantine: try record(.quarantined)
      }
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
      let completion = try await reach(StepImplementations.of(step))
      try record(.stepSucceeded(step: step, completion: completion))
    } catch {
      try record(.stepFailed(step: step, failure: try Self.failure(error, in: step)))
    }
  }

  /// Precheck, act, precheck …: success is only ever claimed from an observation (HOUSE D4).
  private func reach(_ step: any StepImplementation) async throws -> HostRun.Completion {
    var acts = 0
    while true {
      switch try await step.precheck(self) {
      case .alreadyDone: return acts > 0 || step.step == .verify ? .performed : .alreadyDone
      case .inProgress(let text):
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

  private func undo(_ effect: EffectID) async throws {
    do {
      let text = try await Undo(self).undo(effect)
      try record(.undone(effect: effect, text: text))
    } catch {
      try record(.undoFailed(effect: effect, failure: try Self.failure(error, in: nil)))
    }
  }

  private func restore() async throws {
    do {
      let text = try await Undo(self).putFileBack()
      // The report always says what runs after the next reset, and the file that decides it has just changed.
      try record(.recorded(phase: .after, facts: RunFacts(try await observe(), view: nil, self)))
      try record(.restoreEnded(restored: true, text: text))
    } catch {
      let failure = try Self.failure(error, in: nil)
      try record(.restoreEnded(restored: false, text: failure.text))
    }
  }

  // MARK: Journal

  /// Appends one event and folds it; a journal that cannot be written stops everything.
  package func record(_ event: HostRun.Event) throws {
    var next = run
    try next.apply(event)
    try journal(.run(event))
    run = next
    drainBegan = Self.drainBegan(drainBegan, after: event, at: services.clock.now())
  }

  package func journal(_ event: JournalEvent) throws {
    Failpoint.hit("before \(host.id) \(event.kind)")
    let at = services.clock.now()
    _ = try services.store.append(event, rollout: rollout, host: host.id, at: at)
    Failpoint.hit("after \(host.id) \(event.kind)")
    services.progress(ProgressEvent(host: host.id, at: at, what: .journal(event)))
  }

  package func wait(_ step: Step, _ text: String) {
    services.progress(ProgressEvent(host: host.id, at: services.clock.now(), what: .waiting(step, text)))
  }

  /// Errors of the two ports are failures of the step; everything else (store, cancellation) leaves the run in doubt.
  static func failure(_ error: any Error, in step: Step?) throws -> Failure {
    switch error {
    case let failure as Failure: failure
    case let error as HostError: error.failure(step.map { StepImplementations.of($0).fallback } ?? .undoFailed)
    case let error as ComputeError: error.failure
    default: throw error
    }
  }
}
