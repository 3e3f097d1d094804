import FleetCore
import Testing

@Suite("HostRun: steps, attempts, the return path") struct HostRunTests {
  private static func start(_ run: inout HostRun, _ step: Step, attempt: Int = 1) throws {
    try run.apply(.stepStarted(step: step, attempt: attempt))
  }

  @Test(
    "the steps come from the change, in their order",
    arguments: [
      [Step.observe], [.observe, .backup, .prepare, .stage, .verify], Step.allCases,
    ])
  func walk(steps: [Step]) throws {
    var run = HostRun(steps: steps)
    for step in steps {
      #expect(run.state == .ready(step, attempt: 1))
      #expect(run.isAtBoundary)
      try Self.start(&run, step)
      #expect(!run.isAtBoundary)
      try run.apply(.stepSucceeded(step: step, completion: .alreadyDone))
    }
    #expect(run.state == .converged)
    #expect(run.isEnded)
  }

  @Test("no steps, nothing to do") func noSteps() { #expect(HostRun(steps: []).state == .converged) }

  @Test("a transient failure is tried again, a bounded number of times") func attempts() throws {
    var run = HostRun(steps: Step.allCases)
    for attempt in 1...HostRun.maxAttempts {
      #expect(run.next == .start(.observe, attempt: attempt))
      try Self.start(&run, .observe, attempt: attempt)
      try run.apply(.stepFailed(step: .observe, failure: RunSamples.transient))
    }
    #expect(run.state == .failed(.observe, RunSamples.transient))
  }

  @Test("a step that kills the controller each time ends", arguments: [false, true]) func resumes(observed: Bool) throws
  {
    var run = HostRun(steps: Step.allCases)
    try Self.start(&run, .observe)
    for _ in 0..<HostRun.maxResumes { try run.apply(.stepResumed(step: .observe)) }
    if observed {
      for event in RunSamples.done(EffectID(.hook, "h")) { try run.apply(event) }
      // Progress counts anew.
      for _ in 0..<HostRun.maxResumes { try run.apply(.stepResumed(step: .observe)) }
    }
    #expect(run.next == .observeThenAct(.observe))
    try run.apply(.stepResumed(step: .observe))
    guard case .failed(.observe, let failure) = run.state else {
      Issue.record("\(run.state)")
      return
    }
    #expect(failure.kind == .resumedTooOften)
  }

  @Test("a return path that kills the controller each time ends, and the service stays disabled") func returnResumes()
    throws
  {
    var run = try RunSamples.Situation.returning.run()
    for _ in 0...HostRun.maxResumes {
      #expect(run.next == .undo(RunSamples.cordon))
      try run.apply(.returnResumed)
    }
    #expect(run.next == .quarantine)
    #expect(run.undoFailure?.kind == .resumedTooOften)
    try run.apply(.quarantined)
    #expect(run.isEnded && run.holdsSlot)
  }

  @Test("a restore that kills the controller each time ends in quarantine, the file not restored") func restoreResumes()
    throws
  {
    var run = try RunSamples.Situation.restoring.run()
    for _ in 0..<HostRun.maxResumes { try run.apply(.restoreResumed) }
    #expect(run.next == .restore)
    try run.apply(.restoreResumed)
    #expect(run.next == .quarantine)
    #expect(!run.fileRestored)
  }

  @Test("U3: the drain is entered again once, then the host is given back") func reentry() throws {
    var run = try RunSamples.Situation.reentering.run()
    try run.apply(.drainReentered)
    #expect(run.next == .start(.drain, attempt: 1))
    for event in RunSamples.upTo(.proveEmpty).filter(Self.isAfterCordon) { try run.apply(event) }
    try Self.start(&run, .proveEmpty)
    try run.apply(.stepFailed(step: .proveEmpty, failure: Failure(.serverAppeared, "s9 again")))
    #expect(run.next == .beginReturn)
    #expect(run.reentries == 1)
  }

  private static func isAfterCordon(_ event: HostRun.Event) -> Bool {
    switch event {
    case .stepStarted(let step, _), .stepSucceeded(let step, _): step == .drain || step == .stage
    default: false
    }
  }

  @Test("U1: everything own is undone, newest first, and only what was not taken back already") func order() throws {
    let hold = EffectID(.treatPackage, "hold:p")
    let live = EffectID(.moveLive, "s1")
    let cold = EffectID(.moveCold, "s2")
    let settled = EffectID(.moveCold, "s3")
    let stop = EffectID(.stopServer, "s4")
    var events = RunSamples.upTo(.cordon) + [.stepStarted(step: .cordon, attempt: 1)]
    events += RunSamples.done(RunSamples.cordon) + [.stepSucceeded(step: .cordon, completion: .performed)]
    events += [.stepStarted(step: .drain, attempt: 1)]
    events += RunSamples.done(settled) + RunSamples.done(EffectID(.confirmMove, "s3"))
    events += RunSamples.done(cold) + RunSamples.done(EffectID(.moveLive, "s5")) + RunSamples.done(stop)
    events += [
      .effectIntended(effect: EffectID(.moveLive, "s6"), token: "t"),
      .effectObserved(effect: EffectID(.moveLive, "s6"), result: .failed("Nova took it back")),
    ]
    events += RunSamples.done(hold) + RunSamples.done(RunSamples.stage)
    events += RunSamples.done(EffectID(.rebuildInitramfs, "k")) + RunSamples.done(EffectID(.backup))
    events += [
      .effectIntended(effect: live, token: "t"), .stepFailed(step: .drain, failure: RunSamples.permanent),
      .returnStarted,
    ]
    var run = try HostRun(steps: Step.allCases, replaying: events)
    var order: [EffectID] = []
    while let effect = run.nextUndo {
      order.append(effect)
      try run.apply(.undone(effect: effect, text: ""))
      if order.count > 20 { break }
    }
    #expect(order == [live, RunSamples.stage, hold, stop, cold, RunSamples.cordon])
    #expect(run.next == .endReturn)
  }

  @Test("a cold move that was settled on the return path may be told undone, and nothing else may") func settled()
    throws
  {
    let cold = EffectID(.moveCold, "s2")
    var events = RunSamples.upTo(.drain, effects: RunSamples.usual) + [.stepStarted(step: .drain, attempt: 1)]
    events += RunSamples.done(cold)
    events += [.stepFailed(step: .drain, failure: RunSamples.permanent), .returnStarted]
    var run = try HostRun(steps: Step.allCases, replaying: events)
    #expect(run.next == .undo(cold))
    #expect(throws: HostRun.IllegalEvent.self) {
      var other = run
      try other.apply(.undone(effect: RunSamples.cordon, text: ""))
    }
    for event in RunSamples.done(EffectID(.confirmMove, "s2")) { try run.apply(event) }
    #expect(run.next == .undo(RunSamples.cordon))
    try run.apply(.undone(effect: cold, text: "confirmed"))
    #expect(run.next == .undo(RunSamples.cordon))
    #expect(throws: HostRun.IllegalEvent.self) { try run.apply(.undone(effect: cold, text: "again")) }
    #expect(throws: HostRun.IllegalEvent.self) {
      try run.apply(.undone(effect: EffectID(.stageFile, "never"), text: ""))
    }
  }

  @Test("an undoing that fails leaves the service disabled and the host quarantined") func undoFails() throws {
    var events = RunSamples.upTo(.prepare) + [.stepStarted(step: .prepare, attempt: 1)]
    events += RunSamples.done(RunSamples.cordon) + RunSamples.done(RunSamples.stage)
    events += [.stepFailed(step: .prepare, failure: RunSamples.permanent), .returnStarted]
    var run = try HostRun(steps: Step.allCases, replaying: events)
    try run.apply(.undoFailed(effect: RunSamples.stage, failure: Failure(.undoFailed, "read-only")))
    #expect(run.nextUndo == nil)
    #expect(run.next == .quarantine)
    #expect(throws: HostRun.IllegalEvent.self) { try run.apply(.skipped) }
    try run.apply(.quarantined)
    #expect(run.state == .quarantined(.prepare, RunSamples.permanent))
  }

  @Test("U2: the file comes back only for notApplied and needsBIOS", arguments: FailureKind.allCases)
  func restores(kind: FailureKind) throws {
    var events = RunSamples.upTo(.activate, effects: RunSamples.usual) + [.stepStarted(step: .activate, attempt: 1)]
    events += RunSamples.done(RunSamples.reset)
    events += [.stepFailed(step: .activate, failure: Failure(kind, "text"))]
    let run = try HostRun(steps: Step.allCases, replaying: events)
    #expect(run.next == (kind == .notApplied || kind == .needsBIOS ? .beginRestore : .quarantine))
  }

  @Test("an activation that was only intended is past the point of return") func intended() throws {
    var events = RunSamples.upTo(.activate, effects: RunSamples.usual) + [.stepStarted(step: .activate, attempt: 1)]
    #expect(try HostRun(steps: Step.allCases, replaying: events).activationBegan == false)
    events += [
      .effectIntended(effect: RunSamples.reset, token: "boot-1"),
      .stepFailed(step: .activate, failure: RunSamples.permanent),
    ]
    #expect(try HostRun(steps: Step.allCases, replaying: events).next == .quarantine)
  }

  @Test("a failure of activate before any reload or reset takes the return path") func beforeActivation() throws {
    var events = RunSamples.upTo(.activate, effects: RunSamples.usual) + [.stepStarted(step: .activate, attempt: 1)]
    events += [.stepFailed(step: .activate, failure: Failure(.hookVeto, "pre_activate said no"))]
    #expect(try HostRun(steps: Step.allCases, replaying: events).next == .beginReturn)
  }

  @Test("a disruption slot is held from the first effect to the end (D6)", arguments: RunSamples.Situation.allCases)
  func slots(situation: RunSamples.Situation) throws {
    let free: Set<RunSamples.Situation> = [.ready, .inDoubt, .converged, .skipped, .released]
    #expect(try situation.run().holdsSlot == !free.contains(situation))
  }

  @Test("facts before and after are kept, whenever they come") func facts() throws {
    var run = HostRun(steps: [.observe])
    let old = RunFacts(version: Bench.running)
    let new = RunFacts(version: Bench.newer)
    try run.apply(.recorded(phase: .before, facts: old))
    try run.apply(.recorded(phase: .after, facts: new))
    #expect(run.before == old && run.after == new)
  }

  @Test("every kind and its sentence are told", arguments: RunSamples.Situation.allCases)
  func sentences(situation: RunSamples.Situation) throws {
    for event in RunSamples.events(fitting: try situation.run()) {
      #expect(!event.sentence.isEmpty)
      #expect(JournalEvent.run(event).kind == event.kind)
    }
  }
}
