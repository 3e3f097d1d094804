/// One rollout over the hosts of a plan, as a value: journal entries in, one next action out. No clock, no I/O.
///
/// Waves, soak, budgets and pauses are folded from the journal alone, so a rollout that is taken up again by another
/// process decides as the first one would have (DurableExecution D3).
package struct Rollout: Hashable, Sendable {
  /// The newest wave that was begun.
  package struct Wave: Hashable, Sendable {
    package var number: Int
    package var hosts: [HostID]
    /// `nil`: it does not soak yet.
    package var soaksUntil: Instant?
    /// What the verdict after the soak found; empty: it passed; `nil`: nobody has judged it yet.
    package var failures: [String]?
  }

  package let plan: Plan
  package let budgets: RolloutBudgets
  /// When hosts may be begun; `nil`: at any time.
  package let gate: WindowGate?
  package private(set) var runs: [HostID: HostRun]
  package private(set) var wave: Wave?
  package private(set) var budget = FailureBudget()
  /// Combinations of which no new host is begun.
  package private(set) var pausedCombinations: Set<String> = []
  /// Quarantined hosts that somebody knew of when the rollout was taken up again: they stand for nothing any more.
  private(set) var tolerated: Set<HostID> = []
  /// Hosts whose first step was started: they hold their slot already, or have.
  package private(set) var begun: Set<HostID> = []
  private var stoppedForFailures = false

  package init(plan: Plan, budgets: RolloutBudgets, gate: WindowGate? = nil) {
    self.plan = plan
    self.budgets = budgets
    self.gate = gate
    runs = Dictionary(
      plan.changes.map { ($0.host, HostRun(steps: $0.steps)) }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: The fold

  /// Takes the next entry of this rollout's journal. Throws where it tells what cannot have happened.
  package mutating func apply(_ entry: JournalEntry) throws(JournalCorruption) {
    budget.take(entry)
    switch entry.event {
    case .run(let event): try apply(event, of: entry)
    case .waveStarted(let number, let hosts, _): wave = Wave(number: number, hosts: hosts)
    case .soakStarted(let number, let duration):
      if wave?.number == number { wave?.soaksUntil = entry.at + duration }
    case .waveJudged(let number, let failures): if wave?.number == number { wave?.failures = failures }
    case .combinationPaused(let combination, _): pausedCombinations.insert(combination)
    case .rolloutHalted: stoppedForFailures = true
    case .rolloutPaused: stoppedForFailures = !hasUnblockedHosts
    case .rolloutResumed: resumed()
    case .rolloutStarted, .rolloutFinished, .hostDispatched, .sevESLossAccepted, .observed, .finding, .backupMade,
      .rolloutScheduled, .rolloutApproved, .rolloutLeft, .audited:
      break
    }
  }

  private mutating func apply(_ event: HostRun.Event, of entry: JournalEntry) throws(JournalCorruption) {
    guard let host = entry.host, var run = runs[host] else { return }
    do throws(HostRun.IllegalEvent) {
      try run.apply(event)
    } catch {
      throw JournalCorruption(
        seq: entry.seq, host: host, text: "event \(event.kind) cannot follow the state \(error.state)")
    }
    runs[host] = run
    if case .stepStarted = event { begun.insert(host) }
  }

  /// Who takes a rollout up again that stopped for its failures has seen them; a wave that did not pass is looked at
  /// once more.
  private mutating func resumed() {
    if stoppedForFailures {
      tolerated.formUnion(plan.changes.map(\.host).filter(isQuarantined))
      pausedCombinations = []
    }
    stoppedForFailures = false
    if wave?.failures?.isEmpty == false { wave?.failures = nil }
  }

  // MARK: What the hosts are

  func isEnded(_ host: HostID) -> Bool { runs[host]?.isEnded ?? true }

  func isQuarantined(_ host: HostID) -> Bool {
    if case .quarantined? = runs[host]?.state { return true }
    return false
  }

  func isConverged(_ host: HostID) -> Bool { runs[host]?.state == .converged }

  /// Whether the host is not begun because others of its combination failed.
  func isBlocked(_ change: HostChange) -> Bool {
    guard !begun.contains(change.host), let combination = change.standing?.combination else { return false }
    return pausedCombinations.contains(combination)
  }

  /// Changes with work left that may go on, in their order.
  var unblocked: [HostChange] { plan.changes.filter { !isEnded($0.host) && !isBlocked($0) } }

  private var hasUnblockedHosts: Bool { !unblocked.isEmpty }
}
