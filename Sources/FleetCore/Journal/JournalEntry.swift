/// One line of the journal: append-only, totally ordered by `seq`, the only truth about what happened (D1).
package struct JournalEntry: Hashable, Sendable, Codable {
  /// Position in the journal, from 1; given by the store.
  package var seq: Int64
  package var at: Instant
  package var rollout: String?
  package var host: HostID?
  package var event: JournalEvent

  package init(seq: Int64, at: Instant, rollout: String?, host: HostID?, event: JournalEvent) {
    self.seq = seq
    self.at = at
    self.rollout = rollout
    self.host = host
    self.event = event
  }
}

/// What a journal line tells. `kind` is stable; old journals are read for ever.
package enum JournalEvent: Hashable, Sendable, Codable {
  /// A rollout of a plan begins.
  case rolloutStarted(plan: String, by: String, emergency: String?)
  case rolloutPaused(reason: String)
  case rolloutResumed
  case rolloutHalted(reason: String)
  case rolloutFinished
  /// The first step of a host is about to start; its change is in the plan.
  case hostDispatched
  /// A loss of SEV-ES was accepted for exactly these servers.
  case sevESLossAccepted(servers: [String])
  case run(HostRun.Event)
  /// A look outside a run that changed what is known: version and TCB as they are now.
  case observed(RunFacts)
  /// Something a person should read later.
  case finding(kind: String, text: String)
  case backupMade(id: String)
  /// A wave begins with these hosts; the note says what kept others out of it.
  case waveStarted(wave: Int, hosts: [HostID], note: String?)
  /// All hosts of the wave have ended; trouble is given this long to show.
  case soakStarted(wave: Int, duration: Duration)
  /// What the look after the soak found wrong; empty: the wave passed.
  case waveJudged(wave: Int, failures: [String])
  /// No further host of this combination is begun.
  case combinationPaused(combination: String, reason: String)
  /// The rollout waits for its window and for as many people; only `serve` runs it.
  case rolloutScheduled(schedule: String, opening: Opening, approvals: Int)
  /// One person agreed to exactly this plan.
  case rolloutApproved(by: String)
  /// The rollout was given to `serve`, to be run or taken up again.
  /// `approvals`: people besides `by` who must agree first; `nil`: nobody has to, or as was said before.
  case rolloutLeft(by: String, approvals: Int? = nil)
  /// A person acted, and no other event tells their name.
  case audited(Action)

  /// Stable name of the case for the journal's `kind` column and `history`.
  package var kind: String {
    switch self {
    case .rolloutStarted: "rolloutStarted"
    case .rolloutPaused: "rolloutPaused"
    case .rolloutResumed: "rolloutResumed"
    case .rolloutHalted: "rolloutHalted"
    case .rolloutFinished: "rolloutFinished"
    case .hostDispatched: "hostDispatched"
    case .sevESLossAccepted: "sevESLossAccepted"
    case .run(let event): event.kind
    case .observed: "observed"
    case .finding: "finding"
    case .backupMade: "backupMade"
    case .waveStarted: "waveStarted"
    case .soakStarted: "soakStarted"
    case .waveJudged: "waveJudged"
    case .combinationPaused: "combinationPaused"
    case .rolloutScheduled: "rolloutScheduled"
    case .rolloutApproved: "rolloutApproved"
    case .rolloutLeft: "rolloutLeft"
    case .audited: "audited"
    }
  }
}

extension HostRun.Event {
  package var kind: String {
    switch self {
    case .stepStarted: "stepStarted"
    case .stepResumed: "stepResumed"
    case .effectIntended: "effectIntended"
    case .effectObserved: "effectObserved"
    case .stepSucceeded: "stepSucceeded"
    case .stepFailed: "stepFailed"
    case .drainReentered: "drainReentered"
    case .returnStarted: "returnStarted"
    case .returnResumed: "returnResumed"
    case .undone: "undone"
    case .undoFailed: "undoFailed"
    case .restoreStarted: "restoreStarted"
    case .restoreResumed: "restoreResumed"
    case .restoreEnded: "restoreEnded"
    case .skipped: "skipped"
    case .quarantined: "quarantined"
    case .released: "released"
    case .recorded: "recorded"
    }
  }
}
