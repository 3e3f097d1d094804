/// Hosts whose quarantine counts against `max_failures`, as a fold of one rollout's journal.
///
/// A person lifts a quarantine by releasing the host, or tolerates those there are by resuming a rollout that was
/// halted for them. A controller that was lost lifts nothing: what stands in the journal counts before the next host.
package struct FailureBudget: Hashable, Sendable {
  /// In the order in which they were quarantined.
  package private(set) var counted: [HostID] = []
  private var isHalted = false

  package init() {}

  package init(_ entries: some Sequence<JournalEntry>) {
    for entry in entries { take(entry) }
  }

  /// Takes the next entry of the rollout.
  package mutating func take(_ entry: JournalEntry) {
    switch entry.event {
    case .run(.quarantined): if let host = entry.host { counted.append(host) }
    case .run(.released): counted.removeAll { $0 == entry.host }
    case .rolloutHalted: isHalted = true
    case .rolloutResumed:
      if isHalted { counted = [] }
      isHalted = false
    case .rolloutStarted, .rolloutPaused, .rolloutFinished: isHalted = false
    case .run, .hostDispatched, .sevESLossAccepted, .observed, .finding, .backupMade, .waveStarted, .soakStarted,
      .waveJudged, .combinationPaused, .rolloutScheduled, .rolloutApproved, .rolloutLeft, .audited:
      break
    }
  }
}
