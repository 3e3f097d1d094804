import FleetCore
import Testing

@Suite("HostRun: every state and every kind of event") struct HostRunTransitionTests {
  private typealias Situation = RunSamples.Situation

  /// The kinds that are legal in each state, besides `recorded`, which is legal in all.
  private static let legal: [Situation: Set<String>] = [
    .ready: ["stepStarted"],
    .inDoubt: ["stepResumed", "effectIntended", "stepSucceeded", "stepFailed"],
    .inDoubtOpen: ["stepResumed", "effectIntended", "effectObserved", "stepSucceeded", "stepFailed"],
    .activating: ["stepResumed", "effectIntended", "stepSucceeded", "stepFailed"],
    .reentering: ["drainReentered"],
    .failedBefore: ["returnStarted"],
    .failedAfter: ["quarantined"],
    .failedNotApplied: ["restoreStarted"],
    .returning: ["returnResumed", "effectIntended", "undone", "undoFailed"],
    .returningDone: ["returnResumed", "effectIntended", "skipped"],
    .returningBroken: ["returnResumed", "effectIntended", "quarantined"],
    .restoring: ["restoreResumed", "effectIntended", "restoreEnded"],
    .restored: ["quarantined"],
    .converged: [], .skipped: [],
    .quarantined: ["released"],
    .released: [],
  ]

  @Test("legal or refused, as the table says", arguments: RunSamples.Situation.allCases)
  func table(situation: RunSamples.Situation) throws {
    let run = try situation.run()
    let legal = try #require(Self.legal[situation]).union(["recorded"])
    let events = RunSamples.events(fitting: run)
    #expect(Set(events.map(\.kind)).count == 18)
    for event in events {
      var next = run
      do throws(HostRun.IllegalEvent) {
        try next.apply(event)
        #expect(legal.contains(event.kind), "\(situation): \(event.kind) was taken")
      } catch {
        #expect(!legal.contains(event.kind), "\(situation): \(event.kind) was refused")
        #expect(error.state == run.state && error.event == event)
        #expect(next == run, "a refused event changed the run")
      }
    }
  }

  @Test("the situations stand for every state") func everyState() throws {
    let names = Set(try RunSamples.Situation.allCases.map { try $0.run().state.name })
    #expect(names.count == 11)
  }

  @Test(
    "the next action follows from the state",
    arguments: [
      (.ready, .start(.observe, attempt: 1)), (.inDoubt, .observeThenAct(.observe)),
      (.inDoubtOpen, .observeThenAct(.cordon)), (.activating, .observeThenAct(.activate)), (.reentering, .reenterDrain),
      (.failedBefore, .beginReturn), (.failedAfter, .quarantine), (.failedNotApplied, .beginRestore),
      (.returning, .undo(RunSamples.cordon)), (.returningDone, .endReturn), (.returningBroken, .quarantine),
      (.restoring, .restore), (.restored, .quarantine), (.converged, .none), (.skipped, .none), (.quarantined, .none),
      (.released, .none),
    ] as [(RunSamples.Situation, HostRun.Action)])
  func next(situation: RunSamples.Situation, action: HostRun.Action) throws {
    #expect(try situation.run().next == action)
  }

  @Test("the action that is next is always legal: no state is a dead end", arguments: RunSamples.Situation.allCases)
  func obedient(situation: RunSamples.Situation) throws {
    var run = try situation.run()
    for event in Self.obeying(run) { try run.apply(event) }
    #expect(run.next == .none || !Self.obeying(run).isEmpty)
  }

  private static func obeying(_ run: HostRun) -> [HostRun.Event] {
    switch run.next {
    case .start(let step, let attempt): [.stepStarted(step: step, attempt: attempt)]
    case .observeThenAct(let step): [.stepSucceeded(step: step, completion: .alreadyDone)]
    case .reenterDrain: [.drainReentered]
    case .beginReturn: [.returnStarted]
    case .undo(let effect): [.undone(effect: effect, text: "")]
    case .endReturn: [.skipped]
    case .beginRestore: [.restoreStarted]
    case .restore: [.restoreEnded(restored: true, text: "")]
    case .quarantine: [.quarantined]
    case .none: []
    }
  }

  @Test("events that name another step or attempt are refused", arguments: Step.allCases)
  func otherStep(step: Step) throws {
    let before = try HostRun(steps: Step.allCases, replaying: RunSamples.upTo(step))
    var started = before
    try started.apply(.stepStarted(step: step, attempt: 1))
    for other in Step.allCases where other != step {
      Self.refuses(before, .stepStarted(step: other, attempt: 1))
      Self.refuses(started, .stepResumed(step: other))
      Self.refuses(started, .stepSucceeded(step: other, completion: .performed))
      Self.refuses(started, .stepFailed(step: other, failure: RunSamples.permanent))
    }
    for attempt in [0, 2, 3] { Self.refuses(before, .stepStarted(step: step, attempt: attempt)) }
  }

  @Test("effects: one intent at a time, an observation only of an open one") func effects() throws {
    let open = try RunSamples.Situation.inDoubtOpen.run()
    Self.refuses(open, .effectIntended(effect: RunSamples.cordon, token: "t2"))
    Self.refuses(open, .effectObserved(effect: EffectID(.disableService, "cmp-2"), result: .done("")))
    var seen = open
    try seen.apply(.effectObserved(effect: RunSamples.cordon, result: .done("disabled")))
    Self.refuses(seen, .effectObserved(effect: RunSamples.cordon, result: .done("")))
    #expect(seen.isDone(RunSamples.cordon))
    #expect(seen.lastDone(RunSamples.cordon)?.token == "t")
    try seen.apply(.effectIntended(effect: RunSamples.cordon, token: "t2"))
    #expect(seen.openEffect(RunSamples.cordon)?.token == "t2")
    try seen.apply(.effectObserved(effect: RunSamples.cordon, result: .failed("no")))
    #expect(!seen.isDone(RunSamples.cordon))
  }

  @Test("U1, U2: a reload or reset begins in activate and nowhere else", arguments: [EffectKind.reload, .reset])
  func activation(kind: EffectKind) throws {
    let effect = HostRun.Event.effectIntended(effect: EffectID(kind), token: "boot-1")
    for step in Step.allCases {
      var run = try HostRun(steps: Step.allCases, replaying: RunSamples.upTo(step))
      try run.apply(.stepStarted(step: step, attempt: 1))
      if step == .activate { try run.apply(effect) } else { Self.refuses(run, effect) }
      #expect(run.activationBegan == (step == .activate))
    }
    Self.refuses(try RunSamples.Situation.returning.run(), effect)
    Self.refuses(try RunSamples.Situation.restoring.run(), effect)
  }

  private static func refuses(
    _ run: HostRun, _ event: HostRun.Event, at location: SourceLocation = #_sourceLocation
  ) {
    var next = run
    #expect(throws: HostRun.IllegalEvent.self, sourceLocation: location) { try next.apply(event) }
  }

  private typealias SourceLocation = Testing.SourceLocation
}

extension HostRun.State {
  /// The case's name.
  var name: String {
    switch self {
    case .ready: "ready"
    case .inDoubt: "inDoubt"
    case .reentering: "reentering"
    case .failed: "failed"
    case .returning: "returning"
    case .restoring: "restoring"
    case .restored: "restored"
    case .converged: "converged"
    case .skipped: "skipped"
    case .quarantined: "quarantined"
    case .released: "released"
    }
  }
}
