import FleetCore
import FleetEngine
import FleetStore
import Testing

/// What an emergency may do under `serve`, whom it waits for and for how long. Nobody drives here.
@Suite struct ServeEmergencyTests {
  /// Hosts in the middle of their work would keep their places from the emergency.
  @Test func hostsThatALostControllerLeftAreGivenBackBeforeAnEmergency() async throws {
    let bench = try await ServeBench()
    try await bench.desk.update(schedules: [], hosts: ["h1", "h2", "h3"].map { HostID($0) })
    for (rollout, host) in [("r-amid", "h1"), ("r-asleep", "h3")] {
      #expect(try await bench.left(rollout, [host]).outcome == .accepted)
      try bench.write(.rolloutStarted(plan: "p", by: "ada", emergency: nil), rollout)
    }
    try bench.begin("r-amid", "h1")
    let plan = try bench.plan(["h2"], emergency: "bad image")
    try bench.store.createRollout(
      id: "r-rescue", plan: plan.id, at: bench.clock.now(), events: [.rolloutLeft(by: "bob")])
    #expect(try await bench.desk.next()?.rollout == "r-amid")
    #expect(bench.desk.control.wish(for: "r-amid")?.givesBack == true)
    #expect(try bench.state("r-asleep") == .paused)
    #expect(try await bench.desk.next()?.rollout == "r-rescue", "beside what is given back")
    #expect(try await bench.desk.next() == nil)
  }

  @Test func anEmergencyPausesAlsoWhatALostControllerHadInHand() async throws {
    let bench = try await ServeBench()
    try await bench.desk.update(schedules: [], hosts: ["h1", "h2"].map { HostID($0) })
    #expect(try await bench.left("r-ordinary", ["h1"]).outcome == .accepted)
    try bench.write(.rolloutStarted(plan: "p", by: "ada", emergency: nil), "r-ordinary")
    let plan = try bench.plan(["h2"], emergency: "bad image")
    try bench.store.createRollout(
      id: "r-rescue", plan: plan.id, at: bench.clock.now(), events: [.rolloutLeft(by: "bob")])
    #expect(try await bench.desk.next()?.rollout == "r-rescue")
    #expect(try bench.state("r-ordinary") == .paused)
    try bench.write(.rolloutFinished, "r-rescue")
    await bench.desk.ended("r-rescue")
    #expect(try await bench.desk.next() == nil, "nobody has looked")
  }

  @Test func anEmergencyPausesWhatRunsAndWhatWaits() async throws {
    let (bench, opening) = try await ServeDeskTests.booked(approvals: 0)
    #expect(try await bench.left("r-runs", ["h2"]).outcome == .accepted)
    #expect(try await bench.desk.next()?.rollout == "r-runs")
    #expect(try await bench.left("r-rescue", ["h3"], emergency: "bad image").outcome == .accepted)
    let wish = try #require(bench.desk.control.wish(for: "r-runs"))
    #expect(wish.kind == .pause && wish.givesBack && wish.sentence.contains("r-rescue"))
    #expect(try bench.store.booking(rollout: "r-night").isWaiting == false)
    #expect(try await bench.desk.next() == ServeJob(rollout: "r-rescue", isEmergency: true), "beside what is stopping")
    bench.clock.set(opening.opens)
    await bench.desk.ended("r-runs")
    #expect(try await bench.desk.next() == nil, "nothing ordinary begins before the emergency has ended")
    // A second one does not stop the first, and comes after it.
    #expect(try await bench.left("r-second", ["h2"], emergency: "worse").outcome == .accepted)
    #expect(bench.desk.control.wish(for: "r-rescue") == nil)
    #expect(try await bench.desk.next() == nil)
    try bench.write(.rolloutFinished, "r-rescue")
    await bench.desk.ended("r-rescue")
    #expect(try await bench.desk.next()?.rollout == "r-second")
  }

  /// With an emergency policy that wants so many people.
  private static func guarded(_ approvals: Int) async throws -> ServeBench {
    let bench = try await ServeBench()
    var policy = Policy.Emergency()
    policy.approvals = approvals
    try await bench.desk.update(schedules: [], hosts: ["h1", "h2"].map { HostID($0) }, emergency: policy)
    #expect(try await bench.left("r-ordinary", ["h1"]).outcome == .accepted)
    #expect(try await bench.desk.next()?.rollout == "r-ordinary")
    return bench
  }

  @Test(arguments: 1...2) func anEmergencyWaitsForOtherPeople(_ approvals: Int) async throws {
    let bench = try await Self.guarded(approvals)
    #expect(try await bench.left("r-rescue", ["h2"], emergency: "bad").outcome == .accepted)
    #expect(try bench.state("r-rescue") == .paused)
    #expect(await bench.ask(.resume, "r-rescue").outcome == .accepted, "and it waits all the same")
    for person in 0..<approvals {
      #expect(await bench.ask(.approve, "r-rescue", by: "ada").kind == "samePerson", "she asked for it")
      #expect(try await bench.desk.next() == nil, "it waits")
      #expect(bench.desk.control.wish(for: "r-ordinary") == nil, "nothing is paused for what may never begin")
      #expect(await bench.ask(.status, "r-rescue").rollouts == ["r-ordinary"])
      #expect(await bench.ask(.approve, "r-rescue", by: "person \(person)").outcome == .done)
    }
    #expect(try await bench.desk.next()?.rollout == "r-rescue")
    #expect(bench.desk.control.wish(for: "r-ordinary")?.kind == .pause)
  }

  @Test func aBrokenGlassBeginsAtOnceAndIsRecorded() async throws {
    for approvals in 0...2 {
      let bench = try await Self.guarded(approvals)
      let plan = try bench.plan(["h2"], emergency: "bad")
      let answer = await bench.ask(.run, "r-rescue", plan: plan.id, breakGlass: "nobody\nis awake")
      #expect(answer.outcome == .accepted)
      #expect(bench.desk.control.wish(for: "r-ordinary")?.kind == .pause)
      #expect(try await bench.desk.next()?.rollout == "r-rescue")
      let told = try bench.store.entries(rollout: "r-rescue").map(\.event)
      let text = "begun by ada without anybody else's approval: nobody is awake"
      let action = Action(by: "ada", .breakGlass, "r-rescue", why: "nobody is awake")
      #expect(told == [.rolloutLeft(by: "ada"), .finding(kind: "breakGlass", text: text), .audited(action)])
    }
  }

  /// A late approval would begin the same once more, and pause everybody for it.
  @Test func aQuestionEndsOnceTheSameIsBegunWithoutItsAnswer() async throws {
    let befores: [[JournalEvent]] = [[], [.rolloutPaused(reason: "x")], [.rolloutApproved(by: "bob")]]
    // (hosts, reason, whether it is the same wish)
    let rows = [(["h2"], "bad", true), (["h2"], "worse", false), (["h1", "h2"], "bad", false)]
    for before in befores {
      for (hosts, reason, isSame) in rows {
        for breakGlass in [nil, "nobody is awake"] {
          let bench = try await Self.guarded(1)
          #expect(try await bench.left("r-asks", ["h2"], emergency: "bad").outcome == .accepted)
          for event in before { try bench.write(event, "r-asks") }
          let plan = try bench.plan(hosts, emergency: reason)
          #expect(await bench.ask(.run, "r-now", plan: plan.id, breakGlass: breakGlass).outcome == .accepted)
          let isOver = isSame && breakGlass != nil
          #expect(try bench.state("r-asks") == (isOver ? .halted : .paused), "\(before) \(hosts) \(reason)")
          if isOver { #expect(await bench.ask(.approve, "r-asks", by: "eve").kind == "halted") }
        }
      }
    }
  }

  @Test func aQuestionThatIsTakenUpAgainIsNotToldAsRunning() async throws {
    let bench = try await Self.guarded(1)
    #expect(try await bench.left("r-rescue", ["h2"], emergency: "bad").outcome == .accepted)
    for verb in [ControlRequest.Verb.pause, .resume, .resume] {
      _ = await bench.ask(verb, "r-rescue")
      #expect(try bench.state("r-rescue") == .paused, "\(verb)")
      #expect(await bench.ask(.status, "").rollouts == ["r-ordinary"], "\(verb)")
    }
    #expect(await bench.ask(.approve, "r-rescue", by: "bob").outcome == .done)
    #expect(await bench.ask(.status, "").rollouts == ["r-ordinary", "r-rescue"], "it begins by itself")
    #expect(try await bench.desk.next()?.rollout == "r-rescue")
  }

  @Test func resumingAnEmergencyPausesTheOthersToo() async throws {
    let bench = try await ServeBench()
    try await bench.desk.update(schedules: [], hosts: ["h1", "h2"].map { HostID($0) })
    #expect(try await bench.left("r-rescue", ["h1"], emergency: "bad").outcome == .accepted)
    try bench.write(.rolloutPaused(reason: "max_unavailable"), "r-rescue")
    #expect(try await bench.left("r-one", ["h2"]).outcome == .accepted)
    #expect(try await bench.desk.next()?.rollout == "r-one")
    #expect(await bench.ask(.resume, "r-rescue").outcome == .accepted)
    #expect(bench.desk.control.wish(for: "r-one")?.kind == .pause)
    #expect(try await bench.desk.next()?.rollout == "r-rescue")
  }

  @Test func aQuestionThatNobodyAnswersIsClosedAfterADay() async throws {
    let befores: [[JournalEvent]] = [[], [.rolloutPaused(reason: "x")], [.rolloutLeft(by: "ada")]]
    for before in befores {
      for isLate in [false, true] {
        for isAnswered in [false, true] {
          let bench = try await Self.guarded(1)
          #expect(try await bench.left("r-asks", ["h2"], emergency: "bad").outcome == .accepted)
          for event in before { try bench.write(event, "r-asks") }
          if isAnswered { #expect(await bench.ask(.approve, "r-asks", by: "bob").outcome == .done) }
          bench.clock.set(bench.clock.now() + RolloutBooking.answerTime + .seconds(isLate ? 0 : -1))
          let isOver = isLate && !isAnswered
          let row = "\(before) late: \(isLate), answered: \(isAnswered)"
          let wanted: String? = isOver ? "lapsed" : (isAnswered ? "approvedAlready" : nil)
          let kind = await bench.ask(.approve, "r-asks", by: "eve").kind
          #expect(kind == wanted, "\(row)")
          guard isOver else { continue }
          #expect(await bench.ask(.resume, "r-asks").kind == "lapsed", "\(row)")
          #expect(try await bench.desk.next() == nil, "\(row)")
          #expect(try bench.state("r-asks") == .halted, "\(row)")
          let told = try bench.store.entries(rollout: "r-asks").map(\.event)
          guard case .rolloutHalted(let reason)? = told.last else {
            Issue.record("\(row): \(told)")
            continue
          }
          #expect(reason.contains("ada") && reason.contains("24 hours"), "\(reason)")
        }
      }
    }
  }

  @Test func whoHoldsTheLockClosesWhatNobodyAnswered() async throws {
    for isLate in [false, true] {
      let bench = try await Self.guarded(2)
      #expect(try await bench.left("r-asks", ["h2"], emergency: "bad").outcome == .accepted)
      let now = bench.clock.now() + RolloutBooking.answerTime + .seconds(isLate ? 0 : -1)
      try EmergencyQuestions.closeLapsed(bench.store, at: now)
      #expect(try bench.state("r-asks") == (isLate ? .halted : .paused))
      #expect(try bench.state("r-ordinary") == .running)
    }
  }

  /// Nobody is passed over, so the rollout does not tell of it; who looks for broken glasses finds it.
  @Test func aGlassThatIsBrokenForNothingIsRecordedToo() async throws {
    let bench = try await Self.guarded(0)
    #expect(try await bench.left("r-rescue", ["h2"], emergency: "bad").outcome == .accepted)
    #expect(try await bench.desk.next()?.rollout == "r-rescue")
    #expect(await bench.ask(.resume, "r-rescue", by: "bob", breakGlass: "nobody\nis awake").outcome == .accepted)
    let told = try bench.store.entries(rollout: "r-rescue").map(\.event)
    let action = BrokenGlass.needless(by: "bob", "r-rescue", reason: "nobody is awake")
    #expect(told.last == .audited(action) && action.what == .breakGlass, "\(told)")
    for event in told {
      if case .finding(let kind, _) = event { #expect(kind != BrokenGlass.kind, "\(told)") }
    }
  }
}
