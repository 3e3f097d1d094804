/// What a rollout did, as a fold of its plan and the journal; nothing here asks a host or Nova.
package struct RolloutReport: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, Codable, CaseIterable { case running, paused, halted, finished }
  package enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
    case converged, quarantined, skipped, pending
  }

  package struct StepRow: Hashable, Sendable {
    package enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
      case performed, alreadyDone, notApplicable, failed, undone
    }

    package var step: Step
    package var startedAt: Instant?
    package var endedAt: Instant?
    package var attempts: Int
    /// `nil` while the step runs or has not begun.
    package var outcome: Outcome?
  }

  package struct HostRow: Hashable, Sendable {
    package var change: HostChange
    package var outcome: Outcome
    package var failure: Failure?
    package var state: HostRun.State
    package var before: RunFacts?
    package var after: RunFacts?
    /// Whether this run changed what runs now or after the next reset, and did not take it back.
    package var isTouched: Bool
    package var backup: String?
    package var fileRestored: Bool
    package var steps: [StepRow]
    /// Time between our disabling and our enabling; `nil`: we never disabled it.
    package var serviceDisabled: Duration?
    package var startedAt: Instant?
    package var text: String
    package var released: String?
    /// How the host was really activated: a refused reload may have become a reboot.
    package var activation: HostChange.Activation

    /// What the host is like as far as it was seen; `nil`: it was changed since the last look, so nobody knows.
    package var latest: RunFacts? { after ?? (isTouched ? nil : before) }
  }

  package var id: String
  package var plan: String
  package var state: State
  package var stateReason: String?
  /// Who may run it and when; of an ordinary rollout nothing is booked.
  package var booking = RolloutBooking()
  /// Who began an emergency without the people whom policy wants, and why; `nil`: nobody did.
  package var breakGlass: String?
  package var hosts: [HostRow]
  /// Hosts that the plan left alone, each with the one reason why.
  package var excluded: [Plan.PlannedExclusion]

  package init(
    id: String, plan: String, state: State, stateReason: String? = nil, hosts: [HostRow],
    excluded: [Plan.PlannedExclusion] = []
  ) {
    self.id = id
    self.plan = plan
    self.state = state
    self.stateReason = stateReason
    self.hosts = hosts
    self.excluded = excluded
  }

  /// Folds the entries of one rollout, in order. Throws where the journal holds an event that cannot have happened.
  package static func fold(
    id: String, planID: String, plan: Plan, entries: some Sequence<JournalEntry>, now: Instant
  ) throws(JournalCorruption) -> RolloutReport {
    var report = RolloutReport(id: id, plan: planID, state: .running, hosts: [], excluded: plan.excluded)
    var byHost: [HostID: [JournalEntry]] = [:]
    for entry in entries {
      if let host = entry.host { byHost[host, default: []].append(entry) }
      report.take(entry.event)
      report.booking.take(entry.event, at: entry.at)
    }
    if let waiting = report.booking.waiting { (report.state, report.stateReason) = (.paused, waiting) }
    for change in plan.changes {
      report.hosts.append(try HostRow.fold(change, byHost[change.host] ?? [], now: now))
    }
    return report
  }

  private mutating func take(_ event: JournalEvent) {
    switch event {
    case .rolloutLeft(_, .some): (state, stateReason) = (.paused, nil)
    case .rolloutStarted, .rolloutResumed, .rolloutLeft(_, nil): (state, stateReason) = (.running, nil)
    case .rolloutPaused(let reason): (state, stateReason) = (.paused, reason)
    case .rolloutScheduled: (state, stateReason) = (.paused, nil)
    case .rolloutHalted(let reason): (state, stateReason) = (.halted, reason)
    case .rolloutFinished: (state, stateReason) = (.finished, nil)
    case .finding(let kind, let text): if kind == BrokenGlass.kind { breakGlass = text }
    case .hostDispatched, .sevESLossAccepted, .run, .observed, .backupMade, .waveStarted, .soakStarted,
      .waveJudged, .combinationPaused, .rolloutApproved, .audited:
      break
    }
  }

  /// Exit code of `apply`: 130 > 5 > 3 > 1 > 0 (INTERFACE), without the hosts that a plan excluded.
  package var exitCode: Int32 {
    switch state {
    case .paused, .running: return 130
    case .halted: return 5
    case .finished: break
    }
    return hosts.contains { $0.outcome == .quarantined || $0.outcome == .skipped } ? 3 : 0
  }
}

/// The journal tells something that cannot have happened: nothing is touched until a person has looked (D3).
package struct JournalCorruption: Error, Hashable, Sendable {
  package var seq: Int64
  package var host: HostID?
  package var text: String

  package init(seq: Int64, host: HostID?, text: String) {
    self.seq = seq
    self.host = host
    self.text = text
  }
}

extension RolloutReport.HostRow {
  static func fold(
    _ change: HostChange, _ entries: [JournalEntry], now: Instant
  ) throws(JournalCorruption) -> RolloutReport.HostRow {
    var run = HostRun(steps: change.steps)
    var fold = HostFold(change: change)
    for entry in entries {
      guard case .run(let event) = entry.event else {
        if case .backupMade(let id) = entry.event { fold.backup = id }
        continue
      }
      do throws(HostRun.IllegalEvent) {
        try run.apply(event)
      } catch {
        throw JournalCorruption(
          seq: entry.seq, host: entry.host, text: "event \(event.kind) cannot follow the state \(error.state)")
      }
      fold.take(event, at: entry.at)
    }
    return fold.row(run, now: now)
  }
}

/// Collects times and outcomes of one host while its events go by.
struct HostFold {
  var change: HostChange
  var backup: String?
  private var rows: [Step: RolloutReport.StepRow] = [:]
  private var disabledAt: Instant?
  private var enabledAt: Instant?
  private var startedAt: Instant?
  private var released: String?
  /// Everything that could not be undone: a person must know all of it.
  private var undoFailures: [String] = []

  init(change: HostChange) { self.change = change }

  mutating func take(_ event: HostRun.Event, at: Instant) {
    switch event {
    case .stepStarted(let step, let attempt):
      startedAt = startedAt ?? at
      var row = rows[step] ?? RolloutReport.StepRow(step: step, startedAt: at, endedAt: nil, attempts: 0, outcome: nil)
      row.attempts = max(row.attempts, attempt)
      row.endedAt = nil
      row.outcome = nil
      rows[step] = row
    case .stepSucceeded(let step, let completion):
      end(step, at, completion == .alreadyDone ? .alreadyDone : .performed)
    case .stepFailed(let step, _): end(step, at, .failed)
    case .effectIntended(let effect, _) where effect.kind == .disableService:
      disabledAt = disabledAt ?? at
      enabledAt = nil
    case .effectObserved(let effect, .failed) where effect.kind == .disableService: disabledAt = nil
    case .effectObserved(let effect, .done) where effect.kind == .enableService: enabledAt = at
    case .undoFailed(_, let failure): undoFailures.append(failure.text)
    case .undone(let effect, _):
      if effect.kind == .disableService { enabledAt = enabledAt ?? at }
      markUndone(effect)
    case .released(let reason):
      released = reason
      enabledAt = enabledAt ?? at
    case .effectIntended, .effectObserved, .stepResumed, .drainReentered, .returnStarted, .returnResumed,
      .restoreStarted, .restoreResumed, .restoreEnded, .skipped, .quarantined, .recorded:
      break
    }
  }

  private mutating func end(_ step: Step, _ at: Instant, _ outcome: RolloutReport.StepRow.Outcome) {
    rows[step]?.endedAt = at
    rows[step]?.outcome = outcome
  }

  private mutating func markUndone(_ effect: EffectID) {
    let step: Step? =
      switch effect.kind {
      case .disableService: .cordon
      case .stageFile, .treatPackage: .stage
      case .moveLive, .moveCold, .stopServer: .drain
      case .stopCompute: .proveEmpty
      case .takeLease, .giveLease, .backup, .upload, .enableService, .confirmMove, .revertMove, .abortMove,
        .startServer, .moveHome, .startCompute, .unloadKexec, .reload, .reset, .restoreFile, .rebuildInitramfs, .hook:
        nil
      }
    if let step, rows[step]?.outcome != .failed { rows[step]?.outcome = .undone }
  }

  func row(_ run: HostRun, now: Instant) -> RolloutReport.HostRow {
    let (outcome, failure) = Self.outcome(run.state)
    let steps = Step.allCases.map { stepRow($0) }
    return RolloutReport.HostRow(
      change: change, outcome: outcome, failure: failure, state: run.state, before: run.before, after: run.after,
      isTouched: Self.isTouched(run), backup: backup, fileRestored: run.fileRestored, steps: steps,
      serviceDisabled: disabledAt.map { (enabledAt ?? now) - $0 }, startedAt: startedAt,
      text: text(run, failure), released: released, activation: Self.activation(run, change))
  }

  private func stepRow(_ step: Step) -> RolloutReport.StepRow {
    guard var row = rows[step] else {
      return RolloutReport.StepRow(
        step: step, startedAt: nil, endedAt: nil, attempts: 0, outcome: change.applies(step) ? nil : .notApplicable)
    }
    // A host without servers to move has no drain; what ran was only its proof.
    if step == .drain, !change.drain.needed, row.outcome == .alreadyDone { row.outcome = .notApplicable }
    return row
  }

  /// A staged file decides the next reset, an activation decides what runs; what was only intended may have happened.
  private static func isTouched(_ run: HostRun) -> Bool {
    run.effects.contains { effect in
      if effect.id.kind.beginsActivation { return true }
      guard effect.id.kind == .stageFile, !effect.isUndone else { return false }
      if case .failed? = effect.result { return false }
      return true
    }
  }

  private static func activation(_ run: HostRun, _ change: HostChange) -> HostChange.Activation {
    run.effects.contains { $0.id.kind == .reset } ? .reboot : change.activation
  }

  private static func outcome(_ state: HostRun.State) -> (RolloutReport.Outcome, Failure?) {
    switch state {
    case .converged: (.converged, nil)
    case .skipped(_, let failure): (.skipped, failure)
    case .quarantined(_, let failure), .released(_, let failure): (.quarantined, failure)
    case .failed(_, let failure), .returning(_, let failure, _), .restoring(_, let failure, _),
      .restored(_, let failure):
      (.pending, failure)
    case .ready, .inDoubt, .reentering: (.pending, nil)
    }
  }

  private func text(_ run: HostRun, _ failure: Failure?) -> String {
    switch run.state {
    case .converged:
      let version = run.after?.version?.description ?? change.desired?.description ?? "the BIOS copy"
      return "converged: \(version) was read back"
    case .ready(let step, _): return run.effects.isEmpty ? "not begun" : "stands before \(step.rawValue)"
    case .inDoubt(let step, _, _): return "in \(step.rawValue)"
    case .reentering: return "a server appeared after the drain"
    case .failed, .returning, .restoring, .restored, .skipped, .quarantined, .released:
      let undone = undoFailures.isEmpty ? run.undoFailure.map { [$0.text] } ?? [] : undoFailures
      return ([failure?.text ?? "failed"] + undone.map { "and \($0)" }).joined(separator: "; ")
    }
  }
}
