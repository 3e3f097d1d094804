/// When nobody worked on a rollout: between the last word before a pause, a halt or the loss of its controller, and the
/// next time it was taken up. A pause may be written long after the controller was lost.
package struct WorkedTime: Hashable, Sendable {
  private struct Pause: Hashable, Sendable {
    var from: Instant
    var to: Instant
  }

  private var idle: [Pause] = []

  /// The entries of one rollout, in order.
  package init(_ entries: some Sequence<JournalEntry>) {
    var stopped: Instant?
    var last: Instant?
    for entry in entries {
      switch entry.event {
      case .rolloutPaused, .rolloutHalted: stopped = stopped ?? last ?? entry.at
      case .rolloutResumed:
        if let from = stopped ?? last { idle.append(Pause(from: from, to: entry.at)) }
        stopped = nil
      case .rolloutStarted, .rolloutFinished, .hostDispatched, .sevESLossAccepted, .run, .observed, .finding,
        .backupMade, .waveStarted, .soakStarted, .waveJudged, .combinationPaused, .rolloutScheduled, .rolloutApproved,
        .rolloutLeft, .audited:
        break
      }
      last = entry.at
    }
  }

  /// The time from `start` to `end` in which somebody worked; never negative, whatever the clock did.
  package func between(_ start: Instant, _ end: Instant) -> Duration {
    let pauses = idle.reduce(Duration.zero) { sum, pause in
      let (from, to) = (max(pause.from, start), min(pause.to, end))
      return to > from ? sum + (to - from) : sum
    }
    return max(.zero, (end - start) - pauses)
  }
}
