import FleetCore
import Testing

@Suite("The rollout report: a fold of plan and journal") struct RolloutReportTests {
  private static let host = HostID("sev-1")

  /// Journal lines one second apart.
  private static func journal(_ events: [JournalEvent], host: HostID = host) -> [JournalEntry] {
    events.enumerated().map { index, event in
      JournalEntry(
        seq: Int64(index + 1), at: Instant(milliseconds: Int64(index) * 1000), rollout: "roll-1", host: host,
        event: event)
    }
  }

  private static func change(_ change: (inout HostChange) -> Void = { _ in }) -> HostChange {
    var value = HostChange(
      host: host, computeHost: .named("cmp-1"), expected: Bench.running, desired: Bench.newer,
      image: Bench.image(Bench.newer, spl: 25), direction: .upgrade, activation: .reload, stagePath: Bench.path,
      drain: DrainPlan(needed: true), sevES: SEVESImpact(verdict: .kept, text: ""),
      attestation: AttestationImpact(), reasons: [])
    change(&value)
    return value
  }

  private static func fold(
    _ events: [JournalEvent], change: HostChange = change(), now: Int64 = 1_000_000
  ) throws -> RolloutReport {
    try RolloutReport.fold(
      id: "roll-1", planID: "plan-1", plan: Plan(changes: [change], upToDate: [], excluded: []),
      entries: journal(events), now: Instant(milliseconds: now))
  }

  private static func row(
    _ events: [HostRun.Event], change: HostChange = change(), now: Int64 = 1_000_000
  ) throws -> RolloutReport.HostRow {
    try #require(try fold(events.map { .run($0) }, change: change, now: now).hosts.first)
  }

  private static let situations: [(RunSamples.Situation, RolloutReport.Outcome)] = [
    (.ready, .pending), (.inDoubt, .pending), (.inDoubtOpen, .pending), (.activating, .pending),
    (.reentering, .pending), (.failedBefore, .pending), (.failedAfter, .pending), (.failedNotApplied, .pending),
    (.returning, .pending), (.returningDone, .pending), (.returningBroken, .pending), (.restoring, .pending),
    (.restored, .pending), (.converged, .converged), (.skipped, .skipped), (.quarantined, .quarantined),
    (.released, .quarantined),
  ]

  @Test("every state has its outcome and a sentence", arguments: situations)
  func outcomes(situation: RunSamples.Situation, outcome: RolloutReport.Outcome) throws {
    let row = try Self.row(situation.events)
    #expect(row.outcome == outcome)
    #expect(!row.text.isEmpty)
    #expect(row.steps.map(\.step) == Step.allCases)
    #expect(row.state == (try situation.run().state))
    #expect((row.released != nil) == (situation == .released))
  }

  @Test("steps: performed, done already, failed, undone, not applicable, not begun") func steps() throws {
    var events = RunSamples.upTo(.cordon)
    events[3] = .stepSucceeded(step: .backup, completion: .alreadyDone)
    events += [.stepStarted(step: .cordon, attempt: 1)] + RunSamples.done(RunSamples.cordon)
    events += [
      .stepSucceeded(step: .cordon, completion: .performed), .stepStarted(step: .drain, attempt: 1),
      .stepFailed(step: .drain, failure: RunSamples.permanent), .returnStarted,
      .undone(effect: RunSamples.cordon, text: ""), .skipped,
    ]
    let row = try Self.row(events)
    #expect(
      row.steps.map(\.outcome) == [.performed, .alreadyDone, .performed, .undone, .failed, nil, nil, nil, nil, nil])
    #expect(row.steps.map(\.attempts) == [1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
    #expect(row.steps[3].startedAt == Instant(milliseconds: 6000))
    #expect(row.steps[3].endedAt == Instant(milliseconds: 9000))
    #expect(row.startedAt == Instant(milliseconds: 0))
  }

  @Test("steps that do not apply are reported, not left out (O)") func notApplicable() throws {
    let repair = Self.change {
      $0.direction = .repair
      $0.activation = .none
      $0.drain.needed = false
    }
    let row = try Self.row([], change: repair)
    let skipped = row.steps.filter { $0.outcome == .notApplicable }.map(\.step)
    #expect(skipped == [.cordon, .drain, .proveEmpty, .activate, .uncordon])
    #expect(row.steps.filter { $0.outcome == nil }.map(\.step) == [.observe, .backup, .prepare, .stage, .verify])
  }

  @Test("a drain that moved nothing on a host that needed none is not applicable") func emptyDrain() throws {
    let empty = Self.change { $0.drain.needed = false }
    let events =
      RunSamples.upTo(.drain) + [
        .stepStarted(step: .drain, attempt: 1), .stepSucceeded(step: .drain, completion: .alreadyDone),
      ]
    #expect(try Self.row(events, change: empty).steps[4].outcome == .notApplicable)
    #expect(try Self.row(events).steps[4].outcome == .alreadyDone)
  }

  @Test("attempts are the highest, and a step that runs again has not ended") func attempts() throws {
    var events: [HostRun.Event] = []
    for attempt in 1...2 {
      events += [
        .stepStarted(step: .observe, attempt: attempt),
        .stepFailed(step: .observe, failure: RunSamples.transient),
      ]
    }
    #expect(try Self.row(events).steps[0].outcome == .failed)
    events.append(.stepStarted(step: .observe, attempt: 3))
    let step = try Self.row(events).steps[0]
    #expect(step.attempts == 3)
    #expect(step.outcome == nil)
    #expect(step.startedAt == Instant(milliseconds: 0))
    #expect(step.endedAt == nil)
  }

  struct Disabled: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var seconds: Int64?
    var events: [HostRun.Event]
  }

  private static let cordonStarted = RunSamples.upTo(.cordon) + [.stepStarted(step: .cordon, attempt: 1)]
  private static let failing: [HostRun.Event] = [
    .stepFailed(step: .cordon, failure: RunSamples.permanent), .returnStarted,
  ]

  // The intent to disable is line 8, at second 7; the report is made at second 1000.
  static let disabled: [Disabled] = [
    Disabled(testDescription: "never", seconds: nil, events: RunSamples.upTo(.cordon)),
    Disabled(testDescription: "still", seconds: 993, events: cordonStarted + RunSamples.done(RunSamples.cordon)),
    Disabled(
      testDescription: "intended, not seen yet", seconds: 993,
      events: cordonStarted + [.effectIntended(effect: RunSamples.cordon, token: "t")]),
    Disabled(
      testDescription: "seen not to have happened", seconds: nil,
      events: cordonStarted + [
        .effectIntended(effect: RunSamples.cordon, token: "t"),
        .effectObserved(effect: RunSamples.cordon, result: .failed("refused")),
      ]),
    Disabled(
      testDescription: "enabled by the return path's own effect", seconds: 5,
      events: cordonStarted + RunSamples.done(RunSamples.cordon) + failing
        + RunSamples.done(EffectID(.enableService, "cmp-1"))
        + [.undone(effect: RunSamples.cordon, text: "enabled"), .skipped]),
    Disabled(
      testDescription: "found enabled on the return path", seconds: 4,
      events: cordonStarted + RunSamples.done(RunSamples.cordon) + failing
        + [.undone(effect: RunSamples.cordon, text: "it is enabled already"), .skipped]),
    Disabled(
      testDescription: "could not be enabled", seconds: 993,
      events: cordonStarted + RunSamples.done(RunSamples.cordon) + failing
        + [.undoFailed(effect: RunSamples.cordon, failure: RunSamples.permanent), .quarantined]),
    Disabled(
      testDescription: "given back by a person", seconds: 6,
      events: cordonStarted + RunSamples.done(RunSamples.cordon) + failing
        + [
          .undoFailed(effect: RunSamples.cordon, failure: RunSamples.permanent), .quarantined,
          .released(reason: "looked at"),
        ]),
  ]

  @Test("how long the service was disabled", arguments: disabled) func serviceDisabled(row: Disabled) throws {
    let found = try Self.row(row.events).serviceDisabled
    #expect(found == row.seconds.map { .seconds($0) })
  }

  @Test("the usual way round: disabled by cordon, enabled by uncordon") func usual() throws {
    var events = RunSamples.upTo(.uncordon, effects: [.cordon: [RunSamples.cordon]])
    let disabled = try #require(events.firstIndex { $0.kind == "effectIntended" })
    events += [.stepStarted(step: .uncordon, attempt: 1)] + RunSamples.done(EffectID(.enableService, "cmp-1"))
    let enabled = events.count - 1
    events.append(.stepSucceeded(step: .uncordon, completion: .performed))
    let row = try Self.row(events)
    #expect(row.serviceDisabled == .seconds(enabled - disabled))
    #expect(row.outcome == .converged)
  }

  @Test("facts, backup and restored file are carried") func carried() throws {
    let before = RunFacts(version: Bench.running)
    let after = RunFacts(version: Bench.newer)
    var events: [JournalEvent] = [.run(.recorded(phase: .before, facts: before)), .backupMade(id: "b-7")]
    events += RunSamples.Situation.restored.events.map { .run($0) }
    events += [.run(.recorded(phase: .after, facts: after)), .run(.quarantined)]
    let row = try #require(try Self.fold(events).hosts.first)
    #expect(row.before == before && row.after == after)
    #expect(row.backup == "b-7")
    #expect(row.fileRestored)
    #expect(row.failure?.kind == .needsBIOS)
    #expect(row.activation == .reboot)
  }

  @Test("a look holds until something is changed, and again once that is undone") func latest() throws {
    let before = RunFacts(version: Bench.running)
    let first: [HostRun.Event] = [.recorded(phase: .before, facts: before)]
    #expect(try Self.row(first + RunSamples.Situation.inDoubtOpen.events).latest == before)
    #expect(try Self.row(first + RunSamples.Situation.activating.events).latest == nil)
    #expect(try Self.row(first + RunSamples.Situation.quarantined.events).latest == nil)
    let staged =
      RunSamples.upTo(.stage) + [
        .stepStarted(step: .stage, attempt: 1), .effectIntended(effect: RunSamples.stage, token: "t"),
      ]
    #expect(try Self.row(first + staged).latest == nil, "what was intended may have happened")
    let failed =
      staged + [
        .effectObserved(effect: RunSamples.stage, result: .done("")),
        .stepFailed(step: .stage, failure: RunSamples.permanent), .returnStarted,
      ]
    #expect(try Self.row(first + failed).latest == nil)
    #expect(try Self.row(first + failed + [.undone(effect: RunSamples.stage, text: "")]).latest == before)
  }

  @Test("a failed undoing is told beside the failure") func undoing() throws {
    let row = try Self.row(RunSamples.Situation.returningBroken.events + [.quarantined])
    #expect(row.text == "no room; and no room")
  }

  @Test("events that cannot have happened are corruption, named by their line") func corruption() throws {
    let error = #expect(throws: JournalCorruption.self) {
      try Self.fold([.rolloutStarted(plan: "p", by: "me", emergency: nil), .run(.skipped)])
    }
    #expect(error?.seq == 2)
    #expect(error?.host == Self.host)
    #expect(error?.text.contains("skipped") == true)
  }

  @Test("lines of other hosts do not mix in, and the rows stand in the plan's order") func others() throws {
    let second = Self.change { $0.host = HostID("a-first") }
    let lines =
      Self.journal([.run(.stepStarted(step: .observe, attempt: 1))])
      + Self.journal([.run(.stepStarted(step: .observe, attempt: 1))], host: HostID("a-first"))
      + Self.journal([.run(.skipped)], host: HostID("not in the plan"))
    let report = try RolloutReport.fold(
      id: "r", planID: "p", plan: Plan(changes: [Self.change(), second], upToDate: [], excluded: []), entries: lines,
      now: Instant(milliseconds: 0))
    #expect(report.hosts.map(\.change.host) == [Self.host, HostID("a-first")])
    #expect(report.hosts.allSatisfy { $0.outcome == .pending && $0.steps[0].attempts == 1 })
  }

  private static let begun: [JournalEvent] = [.rolloutStarted(plan: "p", by: "me", emergency: nil)]

  struct Exit: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var state: RolloutReport.State
    var code: Int32
    var events: [JournalEvent]
  }

  private static func run(_ situation: RunSamples.Situation) -> [JournalEvent] {
    begun + situation.events.map { .run($0) }
  }

  static let exits: [Exit] = [
    Exit(testDescription: "running", state: .running, code: 130, events: begun),
    Exit(testDescription: "paused", state: .paused, code: 130, events: begun + [.rolloutPaused(reason: "Ctrl-C")]),
    Exit(
      testDescription: "paused beats a quarantine", state: .paused, code: 130,
      events: run(.quarantined) + [.rolloutPaused(reason: "Ctrl-C")]),
    Exit(
      testDescription: "resumed", state: .running, code: 130,
      events: begun + [.rolloutPaused(reason: "Ctrl-C"), .rolloutResumed]),
    Exit(
      testDescription: "halted beats a quarantine", state: .halted, code: 5,
      events: run(.quarantined) + [.rolloutHalted(reason: "max_failures")]),
    Exit(
      testDescription: "finished, quarantined", state: .finished, code: 3,
      events: run(.quarantined) + [.rolloutFinished]),
    Exit(testDescription: "finished, released", state: .finished, code: 3, events: run(.released) + [.rolloutFinished]),
    Exit(testDescription: "finished, skipped", state: .finished, code: 3, events: run(.skipped) + [.rolloutFinished]),
    Exit(
      testDescription: "finished, converged", state: .finished, code: 0, events: run(.converged) + [.rolloutFinished]),
  ]

  @Test("states and exit codes: 130 > 5 > 3 > 0", arguments: exits) func exitCodes(row: Exit) throws {
    let report = try Self.fold(row.events)
    #expect(report.state == row.state)
    #expect(report.exitCode == row.code)
    #expect((report.stateReason != nil) == (row.state == .paused || row.state == .halted))
  }
}
