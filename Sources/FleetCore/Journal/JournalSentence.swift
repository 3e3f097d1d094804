extension JournalEvent {
  /// One sentence for people.
  package var sentence: String {
    switch self {
    case .rolloutStarted(let plan, let by, let emergency):
      "rollout of \(plan) started by \(by)" + (emergency.map { ", emergency: \($0)" } ?? "")
    case .rolloutPaused(let reason): "rollout paused: \(reason)"
    case .rolloutResumed: "rollout resumed"
    case .rolloutHalted(let reason): "rollout halted: \(reason)"
    case .rolloutFinished: "rollout finished"
    case .hostDispatched: "work on the host begins"
    case .sevESLossAccepted(let servers): "loss of SEV-ES accepted for \(servers.count) server(s)"
    case .run(let event): event.sentence
    case .observed(let facts): "seen running \(facts.version?.description ?? "an unknown version")"
    case .finding(_, let text): text
    case .backupMade(let id): "backup \(id) made and verified"
    case .waveStarted(let wave, let hosts, let note):
      "wave \(wave) begins: \(hosts.count) host\(hosts.count == 1 ? "" : "s")" + (note.map { "; \($0)" } ?? "")
    case .soakStarted(let wave, let duration): "wave \(wave) soaks for \(duration.wholeSeconds) s"
    case .waveJudged(let wave, let failures):
      failures.isEmpty
        ? "wave \(wave) passed its soak" : "wave \(wave) did not pass its soak: \(failures.joined(separator: "; "))"
    case .combinationPaused(let combination, let reason):
      "no further host of this combination is begun: \(combination); \(reason)"
    case .rolloutScheduled(let schedule, let opening, let approvals):
      "planned for \(opening.date) by schedule \(schedule)"
        + (approvals > 0 ? "; it waits for \(approvals) approval\(approvals == 1 ? "" : "s")" : "")
    case .rolloutApproved(let by): "approved by \(by)"
    case .rolloutLeft(let by, let approvals):
      approvals.map { "asked for by \(by); it waits for \($0) approval\($0 == 1 ? "" : "s") of others" }
        ?? "left to the running controller by \(by)"
    case .audited(let action): action.sentence
    }
  }
}

extension HostRun.Event {
  package var sentence: String {
    switch self {
    case .stepStarted(let step, let attempt): "\(step.rawValue) started" + (attempt > 1 ? ", attempt \(attempt)" : "")
    case .stepResumed(let step): "\(step.rawValue) taken up again after the controller was lost"
    case .effectIntended(let effect, _): "about to: \(effect)"
    case .effectObserved(let effect, .done(let text)): "seen: \(effect)" + (text.isEmpty ? "" : ", \(text)")
    case .effectObserved(let effect, .failed(let text)): "seen not to happen: \(effect), \(text)"
    case .stepSucceeded(let step, let completion):
      completion == .alreadyDone ? "\(step.rawValue) was done already" : "\(step.rawValue) done"
    case .stepFailed(let step, let failure): "\(step.rawValue) failed (\(failure.kind.rawValue)): \(failure.text)"
    case .drainReentered: "a server appeared; the drain is entered once more"
    case .returnStarted: "undoing what was done, newest first"
    case .returnResumed: "undoing taken up again after the controller was lost"
    case .undone(let effect, let text): "undone: \(effect)" + (text.isEmpty ? "" : ", \(text)")
    case .undoFailed(let effect, let failure): "could not undo \(effect): \(failure.text)"
    case .restoreStarted: "putting the previous file back"
    case .restoreResumed: "putting the file back taken up again after the controller was lost"
    case .restoreEnded(let restored, let text):
      restored ? "previous file is back: \(text)" : "file not restored: \(text)"
    case .skipped: "skipped: given back as it was"
    case .quarantined: "quarantined: out of service until a person releases it"
    case .released(let reason): "released: \(reason)"
    case .recorded(let phase, let facts):
      "\(phase.rawValue): firmware \(facts.version?.description ?? "unknown")"
        + (facts.tcb.map { ", SNP SVN \($0.snp)" } ?? "")
    }
  }
}
