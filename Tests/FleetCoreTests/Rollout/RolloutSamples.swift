import FleetCore

/// Changes and the events of whole runs, as a rollout's journal would have them.
enum RolloutSamples {
  static func change(
    _ host: String, wave: Int = 1, combination: String = "Milan", domain: String? = nil, score: Int = 0,
    activation: HostChange.Activation = .reload
  ) -> HostChange {
    var change = HostChange(
      host: HostID(host), computeHost: .named("cmp-\(host)"), expected: Bench.running, desired: Bench.newer,
      image: nil, direction: .upgrade, activation: activation,
      sevES: SEVESImpact(verdict: .kept, text: ""), attestation: AttestationImpact(),
      standing: Standing(combination: combination, domain: domain, score: score), reasons: [])
    change.wave = wave
    return change
  }

  static func plan(_ changes: [HostChange]) -> Plan { Plan(changes: changes, upToDate: [], excluded: []) }

  /// What remains of a run whose first step was started.
  static func rest(_ change: HostChange, _ outcome: RolloutOutcome) -> [HostRun.Event] {
    let steps = change.steps
    guard let first = steps.first else { return [] }
    switch outcome {
    case .converged:
      return [.stepSucceeded(step: first, completion: .performed)]
        + steps.dropFirst().flatMap { step -> [HostRun.Event] in
          [.stepStarted(step: step, attempt: 1), .stepSucceeded(step: step, completion: .performed)]
        }
    case .skipped:
      return [.stepFailed(step: first, failure: RunSamples.permanent), .returnStarted, .skipped]
    case .quarantined:
      let failure = Failure(.unhealthy, "read back")
      let active = Array(RunSamples.upTo(.activate, in: steps).dropFirst())
      let begun: [HostRun.Event] = [.stepStarted(step: .activate, attempt: 1)]
      let end: [HostRun.Event] = [
        .stepSucceeded(step: .activate, completion: .performed), .stepStarted(step: .verify, attempt: 1),
        .stepFailed(step: .verify, failure: failure), .quarantined,
      ]
      return active + begun + RunSamples.done(RunSamples.reset) + end
    }
  }
}

enum RolloutOutcome: CaseIterable, Sendable { case converged, skipped, quarantined }

/// A rollout and its journal: what is asked for is written down, and nothing else happens.
struct RolloutWorld {
  var rollout: Rollout
  var now = Instant(milliseconds: 1_000_000)
  var running: [HostID] = []
  private(set) var entries: [JournalEntry] = []

  init(_ changes: [HostChange], _ budgets: RolloutBudgets, gate: WindowGate? = nil) {
    rollout = Rollout(plan: RolloutSamples.plan(changes), budgets: budgets, gate: gate)
  }

  func change(_ host: HostID) -> HostChange? { rollout.plan.changes.first { $0.host == host } }

  func view(absent: [HostID: Absence] = [:], wish: StopWish? = nil) -> Rollout.View {
    Rollout.View(now: now, running: Set(running), absent: absent, wish: wish)
  }

  mutating func write(_ event: JournalEvent, _ host: HostID? = nil) throws {
    let entry = JournalEntry(seq: Int64(entries.count + 1), at: now, rollout: "r", host: host, event: event)
    entries.append(entry)
    try rollout.apply(entry)
  }

  mutating func start(_ change: HostChange) throws {
    running.append(change.host)
    guard let first = change.steps.first, rollout.runs[change.host]?.next == .start(first, attempt: 1) else { return }
    try write(.run(.stepStarted(step: first, attempt: 1)), change.host)
  }

  mutating func finish(_ host: HostID, _ outcome: RolloutOutcome) throws {
    running.removeAll { $0 == host }
    guard let change = change(host) else { return }
    for event in RolloutSamples.rest(change, outcome) { try write(.run(event), host) }
  }

  /// Writes down what is asked for, as the engine would, until a host is to be started or nothing more can be done.
  mutating func advance(
    absent: [HostID: Absence] = [:], wish: StopWish? = nil, verdict: [String] = []
  ) throws -> Rollout.Action {
    while true {
      let action = rollout.next(view(absent: absent, wish: wish))
      switch action {
      case .openWave(let number, let hosts): try write(.waveStarted(wave: number, hosts: hosts, note: nil))
      case .beginSoak(let wave): try write(.soakStarted(wave: wave, duration: rollout.budgets.soak))
      case .soak(let until): now = until
      case .judge(let wave, _): try write(.waveJudged(wave: wave, failures: verdict))
      case .pauseCombination(let combination, let reason):
        try write(.combinationPaused(combination: combination, reason: reason))
      case .end(let event):
        if running.isEmpty, let event { try write(event) }
        return action
      case .start, .skip, .wait: return action
      }
    }
  }
}
