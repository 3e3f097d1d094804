import FleetCore

/// Runs brought into each state by events, as the journal would.
enum RunSamples {
  static let steps = Step.allCases
  static let transient = Failure(.connectionLost, "the line broke", isTransient: true)
  static let permanent = Failure(.stageFailed, "no room")
  static let cordon = EffectID(.disableService, "cmp-1")
  static let stage = EffectID(.stageFile, "/lib/firmware/amd/x")
  static let reset = EffectID(.reset)

  static func done(_ effect: EffectID, token: String = "t") -> [HostRun.Event] {
    [.effectIntended(effect: effect, token: token), .effectObserved(effect: effect, result: .done(""))]
  }

  /// Everything up to the start of `step`, each step with the effects given for it.
  static func upTo(_ step: Step, effects: [Step: [EffectID]] = [:], in steps: [Step] = steps) -> [HostRun.Event] {
    steps.prefix { $0 != step }.flatMap { one in
      [.stepStarted(step: one, attempt: 1)] + (effects[one] ?? []).flatMap { done($0) }
        + [.stepSucceeded(step: one, completion: .performed)]
    }
  }

  static let usual: [Step: [EffectID]] = [.cordon: [cordon], .stage: [stage]]

  /// One way into every state, named for it.
  enum Situation: String, CaseIterable, Sendable {
    case ready, inDoubt, inDoubtOpen, activating, reentering, failedBefore, failedAfter, failedNotApplied
    case returning, returningDone, returningBroken, restoring, restored, converged, skipped, quarantined, released

    var events: [HostRun.Event] {
      let failed: [HostRun.Event] =
        upTo(.drain, effects: usual) + [
          .stepStarted(step: .drain, attempt: 1), .stepFailed(step: .drain, failure: permanent),
        ]
      let active: [HostRun.Event] =
        upTo(.activate, effects: usual) + [.stepStarted(step: .activate, attempt: 1)] + done(reset)
      func read(_ kind: FailureKind) -> [HostRun.Event] {
        active + [
          .stepSucceeded(step: .activate, completion: .performed), .stepStarted(step: .verify, attempt: 1),
          .stepFailed(step: .verify, failure: Failure(kind, "read back")),
        ]
      }
      switch self {
      case .ready: return []
      case .inDoubt: return [.stepStarted(step: .observe, attempt: 1)]
      case .inDoubtOpen:
        return upTo(.cordon) + [
          .stepStarted(step: .cordon, attempt: 1), .effectIntended(effect: cordon, token: "t"),
        ]
      case .activating: return active
      case .reentering:
        return upTo(.proveEmpty, effects: usual) + [
          .stepStarted(step: .proveEmpty, attempt: 1),
          .stepFailed(step: .proveEmpty, failure: Failure(.serverAppeared, "s9")),
        ]
      case .failedBefore: return failed
      case .failedAfter: return read(.unhealthy)
      case .failedNotApplied: return read(.notApplied)
      case .returning: return failed + [.returnStarted]
      case .returningDone: return failed + [.returnStarted, .undone(effect: cordon, text: "")]
      case .returningBroken: return failed + [.returnStarted, .undoFailed(effect: cordon, failure: permanent)]
      case .restoring: return read(.needsBIOS) + [.restoreStarted]
      case .restored: return read(.needsBIOS) + [.restoreStarted, .restoreEnded(restored: true, text: "")]
      case .converged: return upTo(.uncordon, effects: usual) + lastStep
      case .skipped: return failed + [.returnStarted, .undone(effect: cordon, text: ""), .skipped]
      case .quarantined: return read(.unhealthy) + [.quarantined]
      case .released: return read(.unhealthy) + [.quarantined, .released(reason: "looked at")]
      }
    }

    private var lastStep: [HostRun.Event] {
      [.stepStarted(step: .uncordon, attempt: 1), .stepSucceeded(step: .uncordon, completion: .performed)]
    }

    func run() throws(HostRun.IllegalEvent) -> HostRun { try HostRun(steps: RunSamples.steps, replaying: events) }
  }

  /// One event of every kind that fits the state where that is possible, so that only the kind is judged.
  static func events(fitting run: HostRun) -> [HostRun.Event] {
    let step: Step
    var attempt = 1
    switch run.state {
    case .ready(let one, let number): (step, attempt) = (one, number)
    case .inDoubt(let one, _, _), .failed(let one, _), .returning(let one, _, _), .restoring(let one, _, _),
      .restored(let one, _), .skipped(let one, _), .quarantined(let one, _), .released(let one, _):
      step = one
    case .reentering: step = .drain
    case .converged: step = .uncordon
    }
    let open = run.effects.last { $0.result == nil }?.id ?? cordon
    let undo = run.nextUndo ?? cordon
    return [
      .stepStarted(step: step, attempt: attempt), .stepResumed(step: step),
      .effectIntended(effect: EffectID(.hook, "new"), token: "t"),
      .effectObserved(effect: open, result: .done("")), .stepSucceeded(step: step, completion: .performed),
      .stepFailed(step: step, failure: permanent), .drainReentered, .returnStarted, .returnResumed,
      .undone(effect: undo, text: ""), .undoFailed(effect: undo, failure: permanent), .restoreStarted, .restoreResumed,
      .restoreEnded(restored: true, text: ""), .skipped, .quarantined, .released(reason: "looked at"),
      .recorded(phase: .before, facts: RunFacts()),
    ]
  }
}
