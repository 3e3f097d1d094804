import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Testing

/// What the desk of `serve` lets be staged ahead, and that nobody else is on a host meanwhile (decision 0021).
@Suite("Staging ahead, as the desk of serve decides it") struct StagingDeskTests {
  private static let ahead: Duration? = .seconds(1800)
  private static let rollout = "r-night"
  private static let fleet = (1...9).map { "h\($0)" }

  /// A rollout of these hosts, booked by a schedule; with `approved`, at a time at which it may be staged.
  private static func booked(
    _ hosts: [String], approved: Bool = true, stageAhead: Duration? = ahead
  ) async throws -> (bench: ServeBench, opening: Opening) {
    let bench = try await ServeBench()
    let window = MaintenanceWindow(
      days: Weekday.allCases, start: 11 * 60, duration: .seconds(4 * 3600), zone: ZoneRules.utc)
    let opening = try #require(window.opening(on: ZoneRules.utc.date(at: ServeBench.opens)))
    bench.clock.set(opening.opens + .seconds(-3600))
    let schedule = Schedule(name: "nights", window: window, approvals: 1, stageAhead: stageAhead)
    try await bench.desk.update(schedules: [schedule], hosts: fleet.map { HostID($0) })
    let plan = try bench.plan(hosts)
    let said = try await bench.desk.book(schedule, opening, plan: plan.plan, planID: plan.id, rollout: rollout)
    #expect(said != nil)
    guard approved else { return (bench, opening) }
    #expect(await bench.ask(.approve, rollout).outcome == .done)
    bench.clock.set(opening.opens + .seconds(-60))
    return (bench, opening)
  }

  private static func ids(_ hosts: [String]) -> [HostID] { hosts.map { HostID($0) } }

  private static func left(
    _ bench: ServeBench, _ rollout: String, _ hosts: [String], emergency: String? = nil
  ) async throws {
    let plan = try bench.plan(hosts, emergency: emergency)
    #expect(await bench.ask(.run, rollout, plan: plan.id).outcome == .accepted)
  }

  @Test("Between approval and window, as long before as the schedule says") func when() async throws {
    for stageAhead in [nil, Self.ahead] {
      for approved in [false, true] {
        let (bench, opening) = try await Self.booked(["h1"], approved: false, stageAhead: stageAhead)
        if approved { #expect(await bench.ask(.approve, Self.rollout).outcome == .done) }
        for (seconds, isTime) in [(-1801, false), (-1800, true), (-1, true), (0, false)] {
          bench.clock.set(opening.opens + .seconds(seconds))
          let mayBe = isTime && approved && stageAhead != nil
          #expect(try await bench.desk.beginStaging() == (mayBe ? Self.rollout : nil), "\(seconds) s, \(approved)")
          await bench.desk.endStaging(Self.rollout)
        }
      }
    }
  }

  @Test("Each host is given once, so many at once as is said") func batches() async throws {
    for count in 1...Self.fleet.count {
      let hosts = Array(Self.fleet.prefix(count))
      let (bench, _) = try await Self.booked(hosts)
      #expect(try await bench.desk.stage(Self.rollout, next: Self.ids(hosts)).isEmpty, "it is not taken for that")
      #expect(try await bench.desk.beginStaging(but: [Self.rollout]) == nil, "each once a turn")
      #expect(try await bench.desk.beginStaging() == Self.rollout)
      var left = Self.ids(hosts)
      while !left.isEmpty {
        let batch = try await bench.desk.stage(Self.rollout, next: left)
        #expect(batch == Array(left.prefix(StageAhead.atOnce)))
        left.removeFirst(max(1, batch.count))
      }
      #expect(try await bench.desk.stage(Self.rollout, next: left).isEmpty)
    }
  }

  @Test("It stops at the next host once somebody stops it, its window opens, or serve leaves") func stops() async throws
  {
    let stops: [(String, (ServeBench, Opening) async throws -> Void)] = [
      ("pause", { bench, _ in #expect(await bench.ask(.pause, Self.rollout).outcome == .done) }),
      ("halt", { bench, _ in #expect(await bench.ask(.halt, Self.rollout).outcome == .done) }),
      ("leave", { bench, _ in await bench.desk.leave() }),
      ("window", { bench, opening in bench.clock.set(opening.opens) }),
      ("no schedule", { bench, _ in try await bench.desk.update(schedules: [], hosts: Self.ids(Self.fleet)) }),
    ]
    for (name, stop) in stops {
      let (bench, opening) = try await Self.booked(Self.fleet)
      #expect(try await bench.desk.beginStaging() == Self.rollout)
      #expect(
        try await bench.desk.stage(Self.rollout, next: Self.ids(Self.fleet)).count == StageAhead.atOnce, "\(name)")
      try await stop(bench, opening)
      #expect(try await bench.desk.stage(Self.rollout, next: Self.ids(Self.fleet)).isEmpty, "\(name)")
    }
  }

  @Test("A host on which others have work is not staged") func claimed() async throws {
    let claims: [(String, (ServeBench) async throws -> Void)] = [
      ("an open rollout", { try await Self.left($0, "r-other", ["h1"]) }),
      (
        "a rollout in hand",
        { bench in
          try await Self.left(bench, "r-other", ["h1"])
          #expect(try await bench.desk.next()?.rollout == "r-other")
        }
      ),
      (
        "a host that was begun, in a rollout that is paused",
        { bench in
          let plan = try bench.plan(["h1"])
          try bench.store.createRollout(
            id: "r-other", plan: plan.id, at: bench.clock.now(),
            events: [.rolloutStarted(plan: plan.id, by: "ada", emergency: nil)])
          try bench.begin("r-other", "h1")
          try bench.write(.rolloutPaused(reason: "no"), "r-other")
        }
      ),
      (
        "a quarantine",
        { bench in
          let plan = try bench.plan(["h1"])
          try bench.store.createRollout(
            id: "r-other", plan: plan.id, at: bench.clock.now(),
            events: [.rolloutStarted(plan: plan.id, by: "ada", emergency: nil)])
          for step in plan.plan.changes[0].steps {
            try bench.write(.run(.stepStarted(step: step, attempt: 1)), "r-other", "h1")
            guard step == .verify else {
              let events: [HostRun.Event] = step == .activate ? StubRun.done(EffectID(.reload)) : []
              for event in events { try bench.write(.run(event), "r-other", "h1") }
              try bench.write(.run(.stepSucceeded(step: step, completion: .performed)), "r-other", "h1")
              continue
            }
            let failure = Failure(.unknownVersion, "nobody knows")
            try bench.write(.run(.stepFailed(step: step, failure: failure)), "r-other", "h1")
            try bench.write(.run(.quarantined), "r-other", "h1")
            break
          }
          try bench.write(.rolloutFinished, "r-other")
        }
      ),
    ]
    for (name, claim) in claims {
      let (bench, _) = try await Self.booked(["h1", "h2"])
      try await claim(bench)
      #expect(try await bench.desk.beginStaging() == Self.rollout, "\(name)")
      #expect(try await bench.desk.stage(Self.rollout, next: Self.ids(["h1", "h2"])) == Self.ids(["h2"]), "\(name)")
    }
  }

  /// Two workers on one host would upload over each other, and each would see what the other only tries.
  @Test("Nothing begins on a host that is under a look, whoever wants it") func oneWorker() async throws {
    let first = Array(Self.fleet.prefix(StageAhead.atOnce))
    let last = String(Self.fleet[Self.fleet.count - 1])
    for emergency in [nil, "bad image"] {
      for wanted in first + [last] {
        let (bench, _) = try await Self.booked(Self.fleet)
        #expect(try await bench.desk.beginStaging() == Self.rollout)
        #expect(try await bench.desk.stage(Self.rollout, next: Self.ids(Self.fleet)) == Self.ids(first))
        try await Self.left(bench, "r-other", [wanted, last], emergency: emergency)
        let isUnderLook = wanted != last
        let name = "\(wanted), \(emergency ?? "ordinary")"
        #expect(try await bench.desk.next()?.rollout == (isUnderLook ? nil : "r-other"), "\(name)")
        let rest = try await bench.desk.stage(Self.rollout, next: Self.ids(Array(Self.fleet.dropFirst(first.count))))
        #expect(!rest.contains(HostID(last)), "\(name)")
        #expect(rest.isEmpty == (emergency != nil), "an emergency ends it, \(name)")
        if isUnderLook { #expect(try await bench.desk.next()?.rollout == "r-other", "\(name)") }
      }
    }
  }

  /// A rollout that waits for its window claims nothing before it is in hand; it must not wait for look after look.
  @Test("A rollout that waits for a look to end begins right after it") func noStarving() async throws {
    let (bench, opening) = try await Self.booked(Self.fleet)
    let open = MaintenanceWindow(
      days: Weekday.allCases, start: 10 * 60, duration: .seconds(3600 * 3), zone: ZoneRules.utc)
    let early = Schedule(name: "early", window: open, approvals: 0)
    let nights = Schedule(
      name: "nights",
      window: MaintenanceWindow(
        days: Weekday.allCases, start: 11 * 60, duration: .seconds(4 * 3600), zone: ZoneRules.utc),
      approvals: 1, stageAhead: Self.ahead)
    try await bench.desk.update(schedules: [nights, early], hosts: Self.ids(Self.fleet))
    #expect(try await bench.desk.beginStaging() == Self.rollout)
    let first = try await bench.desk.stage(Self.rollout, next: Self.ids(Self.fleet))
    let plan = try bench.plan(Self.fleet.reversed())
    let now = try #require(open.opening(on: opening.date))
    #expect(
      try await bench.desk.book(early, now, plan: plan.plan, planID: plan.id, rollout: "r-early") != nil)
    #expect(try await bench.desk.next() == nil)
    let left = Array(Self.ids(Self.fleet).dropFirst(first.count))
    #expect(try await bench.desk.stage(Self.rollout, next: left).isEmpty)
    #expect(try await bench.desk.next()?.rollout == "r-early")
    #expect(try await bench.desk.stage(Self.rollout, next: left).isEmpty, "it is in hand and has claimed nothing yet")
  }

  @Test("Its own rollout begins once staging has ended") func afterStaging() async throws {
    let (bench, opening) = try await Self.booked(["h1"])
    #expect(try await bench.desk.beginStaging() == Self.rollout)
    bench.clock.set(opening.opens)
    #expect(try await bench.desk.next() == nil, "a host may still be under a look")
    await bench.desk.endStaging(Self.rollout)
    #expect(try await bench.desk.next()?.rollout == Self.rollout)
    #expect(try await bench.desk.beginStaging() == nil)
  }
}
