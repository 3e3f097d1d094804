import FleetCore
import FleetStore
import Testing

/// Rollouts that wait for a window, and hosts that two of them want.
@Suite struct BookingTests {
  private static let date = CivilDate(daysSinceEpoch: 20_775)
  private static let opening = Opening(date: date, opens: Samples.time(3600), closes: Samples.time(7200))
  private static let (one, two) = (Samples.host(1), Samples.host(2))

  @discardableResult
  private static func book(_ id: String, _ hosts: [HostID], _ store: FleetStore, build: UInt8 = 36) throws -> Plan {
    let plan = Samples.plan(hosts, build: build)
    let planID = try Samples.planID(plan)
    try store.save(plan: plan, id: planID, at: Samples.start)
    try store.createRollout(
      id: id, plan: planID, at: Samples.start,
      events: [.rolloutScheduled(schedule: "nights", opening: opening, approvals: 1)])
    return plan
  }

  @Test func whatWaitsClaimsNoHost() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    try Self.book("r-night", [Self.one, Self.two], store)
    try Self.book("r-other", [Self.two], store, build: 37)
    #expect(try store.rollout(id: "r-night").isWaiting)
    #expect(try store.rollout(id: "r-night").state == .paused)
    for record in try store.rollouts() { #expect(try store.rollout(id: record.id) == record) }
    #expect(try store.hostsInOpenRollouts().isEmpty)
    try store.append(.rolloutApproved(by: "ada"), rollout: "r-night", host: nil, at: Samples.time(1))
    #expect(try store.rollout(id: "r-night").isWaiting, "an approval begins nothing")
    try store.append(
      .rolloutStarted(plan: "p", by: "ada", emergency: nil), rollout: "r-night", host: nil, at: Samples.time(2))
    #expect(try store.rollout(id: "r-night").isWaiting == false)
    #expect(try store.hostsInOpenRollouts() == [Self.one: "r-night", Self.two: "r-night"])
    #expect(try store.hostsInOpenRollouts(except: "r-night").isEmpty)
    #expect(try store.hostsInOpenRollouts(begunOnly: true).isEmpty)
    try store.append(run: [.stepStarted(step: .observe, attempt: 1)], "r-night", Self.two)
    #expect(try store.hostsInOpenRollouts(begunOnly: true) == [Self.two: "r-night"])
  }

  /// An emergency that waits for people keeps nobody from a host, whatever became of its question.
  @Test func whatWaitsForPeopleClaimsNoHost() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let plan = Samples.plan([Self.one])
    let planID = try Samples.planID(plan)
    try store.save(plan: plan, id: planID, at: Samples.start)
    try store.createRollout(
      id: "r-rescue", plan: planID, at: Samples.start, events: [.rolloutLeft(by: "ada", approvals: 1)])
    for event in [nil, JournalEvent.rolloutApproved(by: "bob"), .rolloutPaused(reason: "x"), .rolloutLeft(by: "ada")] {
      if let event { try store.append(event, rollout: "r-rescue", host: nil, at: Samples.time(1)) }
      #expect(try store.rollout(id: "r-rescue").isWaiting)
      #expect(try store.hostsInOpenRollouts().isEmpty)
      #expect(try store.booking(rollout: "r-rescue").question == .init(by: "ada", approvals: 1))
    }
    try store.append(
      .rolloutStarted(plan: "p", by: "bob", emergency: "x"), rollout: "r-rescue", host: nil, at: Samples.time(2))
    #expect(try store.hostsInOpenRollouts() == [Self.one: "r-rescue"])
  }

  /// Nobody works on it, so it must not be told as running: its controller would be missed where it is only people.
  @Test func whatWasLeftRunsOnceItIsBegun() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    try Self.book("r-night", [Self.one], store)
    let events: [(JournalEvent, RolloutReport.State)] = [
      (.rolloutPaused(reason: "x"), .paused), (.rolloutLeft(by: "ada"), .paused),
      (.rolloutStarted(plan: "p", by: "ada", emergency: nil), .running), (.rolloutPaused(reason: "x"), .paused),
      (.rolloutLeft(by: "ada"), .running),
    ]
    for (event, state) in events {
      try store.append(event, rollout: "r-night", host: nil, at: Samples.time(1))
      #expect(try store.rollout(id: "r-night").state == state, "\(event)")
    }
    #expect(try store.booking(rollout: "r-night").leftBy == "ada")
  }

  /// Every sequence of up to three events after every beginning: list and report agree, and what waits is paused.
  @Test func aListTellsTheStateThatAReportTells() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let plan = Samples.plan([Self.one])
    let planID = try Samples.planID(plan)
    try store.save(plan: plan, id: planID, at: Samples.start)
    let words: [JournalEvent] = [
      .rolloutApproved(by: "bob"), .rolloutPaused(reason: "x"), .rolloutHalted(reason: "x"), .rolloutLeft(by: "ada"),
      .rolloutStarted(plan: planID, by: "ada", emergency: nil),
    ]
    var sequences: [[JournalEvent]] = [
      [.rolloutScheduled(schedule: "nights", opening: Self.opening, approvals: 1)],
      [.rolloutLeft(by: "ada", approvals: 1)], [.rolloutLeft(by: "ada")], [],
    ]
    var longest = sequences
    for _ in 0..<3 {
      longest = longest.flatMap { start in words.map { start + [$0] } }
      sequences += longest
    }
    for (number, events) in sequences.enumerated() {
      let id = "r-\(1000 + number)"
      try store.createRollout(id: id, plan: planID, at: Samples.start, events: events)
    }
    let records = Dictionary(uniqueKeysWithValues: try store.rollouts().map { ($0.id, $0) })
    for (number, events) in sequences.enumerated() {
      let id = "r-\(1000 + number)"
      let report = try RolloutReport.fold(
        id: id, planID: planID, plan: plan, entries: try store.entries(rollout: id), now: Samples.time(1))
      #expect(records[id]?.state == report.state, "\(events)")
      if report.booking.isWaiting { #expect(report.state == .paused, "\(events)") }
    }
  }

  @Test func everyOpeningThatWasBookedIsKnown() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    #expect(try store.bookedOpenings().isEmpty)
    try Self.book("r-night", [Self.one], store)
    try store.append(.rolloutHalted(reason: "x"), rollout: "r-night", host: nil, at: Samples.time(1))
    #expect(try store.bookedOpenings() == [BookedOpening(schedule: "nights", date: Self.date)])
    #expect(try store.openBookings().isEmpty, "it is halted")
    try store.append(.rolloutLeft(by: "ada"), rollout: "r-night", host: nil, at: Samples.time(1))
    #expect(try store.openBookings().map(\.record.id) == ["r-night"])
    try store.append(.rolloutFinished, rollout: "r-night", host: nil, at: Samples.time(2))
    #expect(try store.openBookings().isEmpty)
    #expect(try store.bookedOpenings().count == 1, "also of what is finished")
  }

  /// Two rollouts never begin one host, whatever they saw before.
  @Test func aHostIsBegunByOne() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let plan = try store.begin("r-1", [Self.one, Self.two])
    try store.begin("r-2", [Self.one, Self.two], build: 35)
    let first = JournalEvent.run(.stepStarted(step: .observe, attempt: 1))
    try store.appendBeginning(first, rollout: "r-1", host: Self.one, at: Samples.time(1))
    #expect(throws: StoreError.hostTaken(Self.one, by: "r-1")) {
      try store.appendBeginning(first, rollout: "r-2", host: Self.one, at: Samples.time(2))
    }
    #expect(try store.entries(rollout: "r-2", host: Self.one).isEmpty)
    try store.appendBeginning(first, rollout: "r-2", host: Self.two, at: Samples.time(2))
    #expect(throws: StoreError.hostTaken(Self.one, by: "r-1"), "its own run is begun already") {
      try store.appendBeginning(first, rollout: "r-1", host: Self.one, at: Samples.time(2))
    }
    // One that came to its end is free again.
    let change = try #require(plan.changes.first)
    try store.append(run: Array(Samples.converged(change).dropFirst()), "r-1", Self.one)
    try store.appendBeginning(first, rollout: "r-2", host: Self.one, at: Samples.time(3))
  }

  @Test func hostsOfEmergenciesAreRemembered() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    try store.begin("r-1", [Self.one])
    var plan = Samples.plan([Self.two])
    plan.options.emergency = "bad image"
    let id = try Samples.planID(plan)
    try store.save(plan: plan, id: id, at: Samples.start)
    try store.createRollout(id: "r-rescue", plan: id, at: Samples.time(100))
    #expect(try store.emergencyHosts(since: Samples.time(100)) == [Self.two])
    #expect(try store.emergencyHosts(since: Samples.time(101)).isEmpty)
  }

  @Test func hostsThatAreWorkedOnMeanwhileAreKnown() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    try store.begin("r-1", [Self.one, Self.two])
    let seq = try store.lastSeq()
    #expect(try store.hostsWorkedOn(after: seq).isEmpty)
    try store.append(.observed(RunFacts()), rollout: nil, host: Self.one, at: Samples.time(1))
    #expect(try store.hostsWorkedOn(after: seq).isEmpty, "a look outside a rollout is none of its work")
    try store.append(run: [.stepStarted(step: .observe, attempt: 1)], "r-1", Self.two)
    #expect(try store.hostsWorkedOn(after: seq) == [Self.two])
    #expect(try store.hostsWorkedOn(after: seq + 2).isEmpty)
  }

  @Test func durationsLeaveOutTimesInWhichNobodyWorked() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let plan = try store.begin("r-1", [Self.one, Self.two])
    let events = Samples.converged(try #require(plan.changes.first))
    let half = events.count / 2
    try store.append(run: Array(events.prefix(half)), "r-1", Self.one, at: Samples.time(10))
    try store.append(.finding(kind: "k", text: "t"), rollout: "r-1", host: Self.one, at: Samples.time(20))
    try store.append(.rolloutPaused(reason: "x"), rollout: "r-1", host: nil, at: Samples.time(20))
    try store.append(.rolloutResumed, rollout: "r-1", host: nil, at: Samples.time(1020))
    try store.append(run: Array(events.dropFirst(half)), "r-1", Self.one, at: Samples.time(1050))
    // One that failed tells nothing of how long it takes.
    try store.append(
      run: Samples.quarantined(try #require(plan.changes.last)), "r-1", Self.two, at: Samples.time(1060))
    let samples = try store.hostDurations()
    #expect(samples == [.init(key: .init(plan.changes[0]), duration: .seconds(40))])
    try Self.book("r-night", [Self.one], store, build: 35)
    #expect(try store.hostDurations() == samples)
  }
}
