import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Testing

/// What `serve` drives next and what it answers, decision by decision. Nobody drives here.
@Suite struct ServeDeskTests {
  private static let zone = ZoneRules.utc
  /// Opens at `ServeBench.opens`, which is 11:06:40 UTC: the minute before is where the window begins.
  private static let date = zone.date(at: ServeBench.opens)

  private static func schedule(_ approvals: Int = 1, restarts: Int = 0) throws -> (Schedule, Opening) {
    let window = MaintenanceWindow(days: Weekday.allCases, start: 11 * 60, duration: .seconds(4 * 3600), zone: zone)
    let schedule = Schedule(name: "nights", window: window, approvals: approvals, acceptRestarts: restarts)
    return (schedule, try #require(window.opening(on: date)))
  }

  /// A rollout `r-night` of these hosts, booked by a schedule.
  static func booked(
    _ hosts: [String] = ["h1"], approvals: Int = 1, restarts: Int = 0, accepted: Int = 0
  ) async throws -> (ServeBench, Opening) {
    let bench = try await ServeBench()
    let (schedule, opening) = try schedule(approvals, restarts: accepted)
    bench.clock.set(opening.opens + .seconds(-3600))
    try await bench.desk.update(schedules: [schedule], hosts: ["h1", "h2", "h3"].map { HostID($0) })
    let plan = try bench.plan(hosts, restarts: restarts)
    let said = try await bench.desk.book(schedule, opening, plan: plan.plan, planID: plan.id, rollout: "r-night")
    #expect(said != nil)
    return (bench, opening)
  }

  // MARK: Schedules

  @Test func itBeginsInItsWindowAfterApproval() async throws {
    let (bench, opening) = try await Self.booked()
    #expect(try await bench.desk.next() == nil)
    #expect(try bench.state("r-night") == .paused)
    #expect(await bench.ask(.approve, "r-night", by: "ada").outcome == .done)
    #expect(try await bench.desk.next() == nil, "its window is not open yet")
    bench.clock.set(opening.opens)
    #expect(try await bench.desk.next() == ServeJob(rollout: "r-night", isEmergency: false, until: opening.closes))
    #expect(try await bench.desk.next() == nil, "it is in hand")
  }

  @Test func anOpeningIsBookedOnce() async throws {
    let (bench, opening) = try await Self.booked()
    let (schedule, _) = try Self.schedule()
    let plan = try bench.plan(["h1"])
    #expect(try await bench.desk.book(schedule, opening, plan: plan.plan, planID: plan.id, rollout: "r-again") == nil)
    try bench.write(.rolloutHalted(reason: "no"), "r-night")
    #expect(try await bench.desk.book(schedule, opening, plan: plan.plan, planID: plan.id, rollout: "r-again") == nil)
    #expect(try bench.store.rollouts().map(\.id) == ["r-night"])
  }

  @Test func whatNobodyApprovedInTimeIsClosed() async throws {
    let (bench, opening) = try await Self.booked()
    bench.clock.set(opening.closes)
    #expect(try await bench.desk.next() == nil)
    #expect(try bench.state("r-night") == .halted)
    #expect(await bench.ask(.approve, "r-night").kind == "halted")
    #expect(await bench.ask(.resume, "r-night").kind == "scheduled")
    #expect(try bench.state("r-night") == .halted)
  }

  /// The first finding of a review: halted and taken up again, it began without approval and outside its window.
  @Test func noStopAndResumeGoesAroundApprovalOrWindow() async throws {
    for verb in [ControlRequest.Verb.pause, .halt] {
      let (bench, opening) = try await Self.booked()
      #expect(await bench.ask(verb, "r-night").outcome == .done)
      bench.clock.set(opening.opens)
      #expect(try await bench.desk.next() == nil, "\(verb)")
      #expect(await bench.ask(.resume, "r-night").outcome == .accepted)
      #expect(try await bench.desk.next() == nil, "\(verb): nobody has approved it")
      #expect(await bench.ask(.approve, "r-night").outcome == .done)
      bench.clock.set(opening.opens + .seconds(-60))
      #expect(try await bench.desk.next() == nil, "\(verb): its window is not open")
      bench.clock.set(opening.opens)
      #expect(try await bench.desk.next()?.until == opening.closes)
    }
  }

  @Test func aPauseHoldsWhatWaits() async throws {
    let (bench, opening) = try await Self.booked()
    #expect(await bench.ask(.approve, "r-night").outcome == .done)
    let answer = await bench.ask(.pause, "r-night", by: "bob")
    #expect(answer.outcome == .done, "\(answer)")
    bench.clock.set(opening.opens)
    #expect(try await bench.desk.next() == nil)
    #expect(try RolloutBooking(bench.store.entries(rollout: "r-night")).isWaiting == false)
    #expect(await bench.ask(.pause, "r-night").text.contains("already"))
  }

  @Test func aBlackoutOrADeletedScheduleCounts() async throws {
    for gone in [true, false] {
      let (bench, opening) = try await Self.booked(approvals: 0)
      var schedules: [Schedule] = []
      if !gone {
        var (schedule, _) = try Self.schedule(0)
        schedule.window.blackouts = [.init(first: opening.date, last: opening.date)]
        schedules = [schedule]
      }
      try await bench.desk.update(schedules: schedules, hosts: [HostID("h1")])
      bench.clock.set(opening.opens)
      #expect(try await bench.desk.next() == nil)
      #expect(try bench.state("r-night") == .paused, "the file may only be rewritten at this moment")
      bench.clock.set(opening.closes)
      #expect(try await bench.desk.next() == nil)
      #expect(try bench.state("r-night") == .halted)
    }
  }

  @Test func aWindowThatChangesReachesWhatIsDriven() async throws {
    let (bench, opening) = try await Self.booked(approvals: 0)
    bench.clock.set(opening.opens)
    #expect(try await bench.desk.next()?.until == opening.closes)
    let (same, _) = try Self.schedule(0)
    try await bench.desk.update(schedules: [same], hosts: [HostID("h1")])
    #expect(bench.desk.control.wish(for: "r-night") == nil)
    var shorter = same
    shorter.window.duration = .seconds(3600)
    try await bench.desk.update(schedules: [shorter], hosts: [HostID("h1")])
    #expect(bench.desk.control.wish(for: "r-night")?.kind == .leave)
    await bench.desk.ended("r-night")
    #expect(try await bench.desk.next()?.until == opening.opens + .seconds(3600))
  }

  @Test func whatWasPausedBeforeItsWindowIsClosedBehindIt() async throws {
    let (bench, opening) = try await Self.booked()
    #expect(await bench.ask(.pause, "r-night").outcome == .done)
    bench.clock.set(opening.closes)
    #expect(try await bench.desk.next() == nil)
    #expect(try bench.state("r-night") == .halted)
  }

  /// What an emergency asked of a rollout in hand was lost with its controller; the next one finds the emergency only.
  @Test func whatWasBegunIsEndedBehindItsWindow() async throws {
    let (bench, opening) = try await Self.booked(approvals: 0)
    try bench.write(.rolloutStarted(plan: "p", by: "schedule nights", emergency: nil), "r-night")
    try bench.begin("r-night", "h1")
    bench.clock.set(opening.closes + .seconds(3600))
    #expect(try await bench.desk.next()?.until == opening.closes, "the gate is shut, and the host is not forgotten")
  }

  @Test func restartsNeedAPerson() async throws {
    for (restarts, accepted, missing) in [(0, 0, 0), (2, 2, 0), (2, 3, 0), (2, 1, 1)] {
      let (bench, _) = try await Self.booked(approvals: 0, restarts: restarts, accepted: accepted)
      #expect(try bench.store.booking(rollout: "r-night").missing == missing, "\(restarts) of \(accepted)")
      guard missing > 0 else { continue }
      let few = await bench.ask(.approve, "r-night", restarts: restarts - 1)
      #expect(few.kind == "restartsNotAccepted" && few.expected == "--accept-restarts \(restarts)")
      #expect(await bench.ask(.approve, "r-night", restarts: restarts).outcome == .done)
    }
  }

  @Test func afterAnEmergencyAPersonHasToLook() async throws {
    let bench = try await ServeBench()
    #expect(try await bench.left("r-rescue", ["h1"], emergency: "bad image").kind == "noHost")
    let (schedule, opening) = try Self.schedule(0)
    bench.clock.set(opening.opens + .seconds(-3600))
    try await bench.desk.update(schedules: [schedule], hosts: ["h1", "h2"].map { HostID($0) })
    #expect(try await bench.left("r-rescue", ["h1"], emergency: "bad image").outcome == .accepted)
    for (hosts, missing) in [(["h1", "h2"], 1), (["h2"], 0)] {
      let plan = try bench.plan(hosts)
      let opening = Opening(date: opening.date.adding(days: missing), opens: opening.opens, closes: opening.closes)
      let rollout = "r-night-\(missing)"
      _ = try await bench.desk.book(schedule, opening, plan: plan.plan, planID: plan.id, rollout: rollout)
      #expect(try bench.store.booking(rollout: rollout).missing == missing)
    }
  }

  // MARK: What is handed over

  @Test func theSameRequestTwiceBeginsOneRollout() async throws {
    let bench = try await ServeBench()
    try await bench.desk.update(schedules: [], hosts: ["h1", "h2"].map { HostID($0) })
    #expect(try await bench.left("r-one", ["h1"]).outcome == .accepted)
    #expect(try await bench.left("r-one", ["h1"]).outcome == .accepted)
    #expect(try await bench.left("r-one", ["h2"]).kind == "immutable")
    #expect(try bench.store.rollouts().count == 1)
    #expect(try bench.store.entries(rollout: "r-one").map(\.event.kind) == ["rolloutLeft"])
    #expect(try await bench.desk.next() == ServeJob(rollout: "r-one", isEmergency: false))
  }

  @Test func restartsAreCountedBeforeAnythingIsCreated() async throws {
    let bench = try await ServeBench()
    try await bench.desk.update(schedules: [], hosts: [HostID("h1")])
    let plan = try bench.plan(["h1"], restarts: 2)
    for (given, isTaken) in [(nil, false), (1, false), (3, false), (2, true)] as [(Int?, Bool)] {
      let answer = await bench.ask(.run, "r-one", plan: plan.id, restarts: given)
      #expect((answer.outcome == .accepted) == isTaken)
      #expect(try bench.store.rollouts().isEmpty == !isTaken)
    }
  }

  @Test func oneAfterTheOtherInTheOrderInWhichTheyCame() async throws {
    let bench = try await ServeBench()
    try await bench.desk.update(schedules: [], hosts: ["h1", "h2", "h3"].map { HostID($0) })
    for host in ["h2", "h1", "h3"] {
      #expect(try await bench.left("r-\(host)", [host]).outcome == .accepted)
    }
    #expect(await bench.ask(.status, "").rollouts == ["r-h1", "r-h2", "r-h3"])
    for rollout in ["r-h2", "r-h1", "r-h3"] {
      #expect(try await bench.desk.next()?.rollout == rollout)
      #expect(try await bench.desk.next() == nil)
      try bench.write(.rolloutFinished, rollout)
      await bench.desk.ended(rollout)
    }
    #expect(try await bench.desk.next() == nil)
    #expect(await bench.ask(.status, "").rollouts.isEmpty)
  }

  @Test func aHostOfAnotherRolloutIsRefused() async throws {
    let bench = try await ServeBench()
    try await bench.desk.update(schedules: [], hosts: ["h1", "h2"].map { HostID($0) })
    #expect(try await bench.left("r-one", ["h1", "h2"]).outcome == .accepted)
    let second = try await bench.left("r-two", ["h2"])
    #expect(second.kind == "otherMaintenance" && second.found == "r-one")
    #expect(try bench.store.rollouts().map(\.id) == ["r-one"])
    // An emergency takes what was not begun, and nothing else.
    try bench.begin("r-one", "h1")
    #expect(try await bench.left("r-three", ["h1"], emergency: "bad").kind == "otherMaintenance")
    #expect(try await bench.left("r-four", ["h2"], emergency: "bad").outcome == .accepted)
  }

  // MARK: Emergencies

  @Test func whatIsJustStoppingIsNotResumed() async throws {
    let bench = try await ServeBench()
    try await bench.desk.update(schedules: [], hosts: [HostID("h1")])
    #expect(try await bench.left("r-one", ["h1"]).outcome == .accepted)
    #expect(try await bench.desk.next()?.rollout == "r-one")
    #expect(await bench.ask(.resume, "r-one").outcome == .accepted, "it is being worked on")
    #expect(await bench.ask(.pause, "r-one").outcome == .accepted)
    #expect(await bench.ask(.resume, "r-one").kind == "stopping")
    try bench.write(.rolloutPaused(reason: "by ada"), "r-one")
    await bench.desk.ended("r-one")
    #expect(await bench.ask(.resume, "r-one").outcome == .accepted)
    #expect(try await bench.desk.next()?.rollout == "r-one")
  }

  @Test func whatCameToNothingIsPlannedAgainAfterAWhile() async throws {
    let bench = try await ServeBench()
    let (schedule, opening) = try Self.schedule()
    let now = bench.clock.now()
    #expect(await bench.desk.isDue(schedule.name, opening, at: now))
    await bench.desk.foundNothing(for: schedule.name, opening, at: now)
    #expect(await bench.desk.isDue(schedule.name, opening, at: now + .seconds(60)) == false)
    #expect(await bench.desk.isDue("others", opening, at: now + .seconds(60)))
    #expect(await bench.desk.isDue(schedule.name, opening, at: now + .seconds(3600)))
    await bench.desk.leave()
    #expect(await bench.desk.isDue("others", opening, at: now + .seconds(3600)) == false)
  }

  // MARK: Leaving

  @Test func whoLeavesBeginsNothingAndTellsNothing() async throws {
    let bench = try await ServeBench()
    try await bench.desk.update(schedules: [], hosts: ["h1", "h2"].map { HostID($0) })
    #expect(try await bench.left("r-one", ["h1"]).outcome == .accepted)
    #expect(try await bench.left("r-two", ["h2"]).outcome == .accepted)
    #expect(try await bench.desk.next()?.rollout == "r-one")
    await bench.desk.leave()
    #expect(bench.desk.control.wish(for: "r-one")?.event == nil)
    #expect(bench.desk.control.wish(for: "r-one")?.kind == .leave)
    #expect(await bench.desk.hasLeft == false)
    await bench.desk.ended("r-one")
    #expect(await bench.desk.hasLeft)
    #expect(try await bench.desk.next() == nil)
    #expect(try bench.state("r-one") == .running, "the next controller finds it as it was left")
  }

  @Test func whatIsNotAskedRightIsRefused() async throws {
    let bench = try await ServeBench()
    for request in [
      ControlRequest(.run, by: "ada"), ControlRequest(.resume, by: "ada"), ControlRequest(.approve, by: "ada"),
      ControlRequest(.run, rollout: "r-one", by: "ada"), ControlRequest(.release, by: "ada"),
      ControlRequest(.adopt, by: "ada", reason: "gone"), ControlRequest(.adopt, by: "ada", host: HostID("h1")),
    ] { #expect(await bench.desk.answer(request).kind == "usage", "\(request)") }
    for verb in [ControlRequest.Verb.resume, .approve, .pause, .halt] {
      #expect(await bench.ask(verb, "r-none").kind == "notFound", "\(verb)")
    }
    #expect(await bench.ask(.run, "r-one", plan: "plan-00000000").kind == "notFound")
  }
}
