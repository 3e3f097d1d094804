/// One line of the audit log: an action, when it was journalled, and where it belongs.
package struct AuditRow: Hashable, Sendable, Codable {
  package var seq: Int64
  package var at: Instant
  /// `nil`: an old journal does not say who.
  package var by: String?
  package var what: Action.Kind
  package var subject: String
  package var why: String?
  package var rollout: String?
  package var host: HostID?

  package init(
    seq: Int64, at: Instant, by: String?, what: Action.Kind, subject: String, why: String?, rollout: String?,
    host: HostID?
  ) {
    self.seq = seq
    self.at = at
    self.by = by
    self.what = what
    self.subject = subject
    self.why = why
    self.rollout = rollout
    self.host = host
  }

  /// One sentence for people.
  package var sentence: String {
    Action(by: by ?? "somebody", what, subject, why: why).sentence
  }
}

/// Reads the audit log out of the journal, entry by entry and in order. What a rollout does to hosts is done for whoever
/// started it, so the fold remembers that.
package struct AuditLog: Hashable, Sendable {
  private var starters: [String: String] = [:]

  package init() {}

  /// The line of an entry; `nil`: it tells of nothing that was done. Every entry of a rollout must pass, from its first.
  package mutating func row(of entry: JournalEntry) -> AuditRow? {
    if let rollout = entry.rollout, let starter = Self.starter(entry.event) { starters[rollout] = starter }
    guard let (by, what, subject, why) = said(entry) else { return nil }
    return AuditRow(
      seq: entry.seq, at: entry.at, by: by, what: what, subject: subject, why: why, rollout: entry.rollout,
      host: entry.host)
  }

  private static func starter(_ event: JournalEvent) -> String? {
    switch event {
    case .rolloutStarted(_, let by, _), .rolloutLeft(let by, _): by
    case .audited(let action): action.what == .resumeRollout ? action.by : nil
    case .rolloutScheduled(let schedule, _, _): "schedule \(schedule)"
    case .rolloutPaused, .rolloutResumed, .rolloutHalted, .rolloutFinished, .hostDispatched, .sevESLossAccepted, .run,
      .observed, .finding, .backupMade, .waveStarted, .soakStarted, .waveJudged, .combinationPaused, .rolloutApproved:
      nil
    }
  }

  private typealias Said = (by: String?, what: Action.Kind, subject: String, why: String?)

  private func said(_ entry: JournalEntry) -> Said? {
    let rollout = entry.rollout ?? ""
    let starter = entry.rollout.flatMap { starters[$0] }
    switch entry.event {
    case .audited(let action): return (action.by, action.what, action.subject, action.why)
    case .rolloutStarted(let plan, let by, let emergency):
      return (by, .startRollout, "\(rollout) of \(plan)", emergency)
    case .rolloutScheduled(let schedule, let opening, _):
      return ("schedule \(schedule)", .scheduleRollout, "\(rollout) for \(opening.date)", nil)
    case .rolloutApproved(let by): return (by, .approveRollout, rollout, nil)
    case .rolloutLeft(let by, _): return (by, .leaveRollout, rollout, nil)
    // A person's wish is told before it, with their name; this is when the controller made it true.
    case .rolloutPaused(let reason): return (Action.controller, .pauseRollout, rollout, reason)
    case .rolloutHalted(let reason): return (Action.controller, .haltRollout, rollout, reason)
    case .rolloutResumed: return (starter, .resumeRollout, rollout, nil)
    case .rolloutFinished: return (Action.controller, .finishRollout, rollout, nil)
    case .combinationPaused(let combination, let reason):
      return (Action.controller, .pauseCombination, combination, reason)
    case .hostDispatched: return (starter, .beginHost, entry.host?.rawValue ?? "", nil)
    case .sevESLossAccepted(let servers):
      return (starter, .acceptSEVESLoss, "\(servers.count) server\(servers.count == 1 ? "" : "s")", nil)
    case .run(let event): return said(event, entry.host?.rawValue ?? "", starter)
    case .observed, .finding, .backupMade, .waveStarted, .soakStarted, .waveJudged: return nil
    }
  }

  private func said(_ event: HostRun.Event, _ host: String, _ starter: String?) -> Said? {
    switch event {
    case .effectIntended(let effect, _): (starter, .actOnHost, "\(effect) on \(host)", nil)
    case .undone(let effect, let text): (starter, .undoOnHost, "\(effect) on \(host)", text.isEmpty ? nil : text)
    case .skipped: (Action.controller, .skipHost, host, nil)
    case .quarantined: (Action.controller, .quarantineHost, host, nil)
    case .released(let reason): (nil, .releaseHost, host, reason)
    case .stepStarted, .stepResumed, .effectObserved, .stepSucceeded, .stepFailed, .drainReentered, .returnStarted,
      .returnResumed, .undoFailed, .restoreStarted, .restoreResumed, .restoreEnded, .recorded:
      nil
    }
  }
}
