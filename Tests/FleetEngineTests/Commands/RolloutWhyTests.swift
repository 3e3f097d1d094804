import FleetCommands
import FleetCore
import FleetFormats
import FleetStore
import Testing

@Suite("`why` of a rollout tells the first thing in its way, who has it in hand and what comes next")
struct RolloutWhyTests {
  private static let hosts = ["a", "b", "c"].map { HostID($0) }
  private static let holder = "sevfleet apply, process 7"
  private static let here = RolloutPresence.worksOn([StubRun.rollout], holder: holder)
  private static let failure = Failure(.stageFailed, "no room")

  private static func changes(domain: String? = nil) -> [HostChange] {
    hosts.enumerated().map { index, host in
      var change = StubRun.change()
      change.host = host
      change.wave = index == 2 ? 2 : 1
      change.standing = Standing(combination: "Milan", domain: domain.map { "\($0)\(index)" })
      return change
    }
  }

  private static func begun(domain: String? = nil, _ write: (StubRollout) throws -> Void) throws -> StubRollout {
    let rollout = try StubRollout()
    try rollout.begin(changes(domain: domain))
    try write(rollout)
    return rollout
  }

  private static func answer(
    _ rollout: StubRollout, _ presence: RolloutPresence = here, now: Int = 1000, atOnce: Int = 1
  ) throws -> WhyDocument {
    let unavailable = Dictionary(uniqueKeysWithValues: hosts.map { ($0, atOnce) })
    let around = WhySurroundings(
      now: StubRollout.time(now), presence: presence,
      budgets: { _ in RolloutBudgets(unavailable: unavailable, soak: .seconds(600)) },
      commandLine: { $0.joined(separator: " ") })
    return try RolloutWhy(try rollout.store.rollout(id: StubRun.rollout), rollout.store, around).answer()
  }

  private static func open(_ rollout: StubRollout) throws {
    try rollout.write(.waveStarted(wave: 1, hosts: Array(hosts.prefix(2)), note: nil), at: 10)
  }

  private static func skip(_ rollout: StubRollout, _ host: HostID, at seconds: Int) throws {
    let events: [HostRun.Event] = [
      .stepStarted(step: .observe, attempt: 1), .stepFailed(step: .observe, failure: failure), .returnStarted, .skipped,
    ]
    for event in events { try rollout.write(.run(event), host, at: seconds) }
  }

  private static func converge(_ rollout: StubRollout, _ host: HostID, at seconds: Int) throws {
    for step in StubRun.change().steps {
      try rollout.write(.run(.stepStarted(step: step, attempt: 1)), host, at: seconds)
      try rollout.write(.run(.stepSucceeded(step: step, completion: .performed)), host, at: seconds)
    }
  }

  // MARK: Where it stands

  @Test func aStopIsToldWithItsReasonAndTheCommandThatGoesOn() throws {
    let rows: [(JournalEvent, String, String, String?)] = [
      (.rolloutFinished, "finished", "it is finished: 3 pending", nil),
      (.rolloutHalted(reason: "halted by eve: bad image"), "halted", "halted by eve: bad image", "rollout resume r1"),
      (.rolloutPaused(reason: "paused by eve: lunch"), "paused", "paused by eve: lunch", "rollout resume r1"),
    ]
    for (event, kind, text, command) in rows {
      let rollout = try Self.begun { try $0.write(event, at: 42) }
      for presence in [.nobody, Self.here, .silent(Self.holder)] {
        let answer = try Self.answer(rollout, presence)
        #expect(answer.kind == kind && answer.text == text, "\(answer)")
        #expect(answer.since == StubRollout.time(42))
        #expect(answer.next?.command == command, "\(kind)")
        #expect(answer.rollout == StubRun.rollout && answer.host == nil)
        #expect(answer.holder == presence.holder)
      }
    }
  }

  @Test func aControllerThatIsGoneOrSilentIsTold() throws {
    let rollout = try Self.begun { try Self.open($0) }
    let rows: [(RolloutPresence, String, String)] = [
      (.nobody, "controllerGone", "rollout resume r1"),
      (.worksOn(["another"], holder: Self.holder), "controllerGone", "rollout resume r1"),
      (.silent(Self.holder), "controllerSilent", "rollout resume r1 --takeover"),
    ]
    for (presence, kind, command) in rows {
      let answer = try Self.answer(rollout, presence)
      #expect(answer.kind == kind, "\(answer)")
      #expect(answer.since == StubRollout.time(10), "\(kind)")
      #expect(answer.next?.command == command, "\(kind)")
    }
    #expect(try Self.answer(rollout, .nobody).text.contains(StubRollout.time(10).rfc3339))
  }

  // MARK: Under work

  @Test func hostsUnderWorkAreToldWithTheirStepAndItsBeginning() throws {
    let rollout = try Self.begun {
      try Self.open($0)
      try $0.write(.run(.stepStarted(step: .observe, attempt: 1)), Self.hosts[0], at: 20)
      try $0.write(.run(.stepSucceeded(step: .observe, completion: .performed)), Self.hosts[0], at: 30)
      try $0.write(.run(.stepStarted(step: .backup, attempt: 1)), Self.hosts[0], at: 31)
      try $0.write(.run(.stepStarted(step: .observe, attempt: 1)), Self.hosts[1], at: 40)
      try $0.write(.run(.stepSucceeded(step: .observe, completion: .performed)), Self.hosts[1], at: 41)
    }
    let answer = try Self.answer(rollout)
    #expect(answer.kind == "works")
    #expect(answer.text == "it works on a (backup since \(StubRollout.time(31).rfc3339)), b (before backup)")
    #expect(answer.since == StubRollout.time(31))
    #expect(answer.next?.command == nil && answer.next != nil)
  }

  @Test func whatKeepsTheNextHostFromBeingBegunIsTold() throws {
    // (hosts at once, domain, what comes next)
    let rows: [(Int, String?, String)] = [
      (1, nil, "max_unavailable is 1"), (3, "rack", "max_domains is 1"), (3, nil, "b is begun"),
    ]
    for (atOnce, domain, next) in rows {
      let rollout = try Self.begun(domain: domain) {
        try Self.open($0)
        try $0.write(.run(.stepStarted(step: .observe, attempt: 1)), Self.hosts[0], at: 20)
      }
      let answer = try Self.answer(rollout, atOnce: atOnce)
      #expect(answer.kind == "works")
      #expect(answer.next?.text.contains(next) == true, "\(answer)")
    }
  }

  @Test func aQuarantinedHostOfAnotherRolloutIsInTheWay() throws {
    let rollout = try StubRollout()
    let elsewhere = try rollout.quarantine()
    var changes = Self.changes()
    for index in changes.indices { changes[index].host = HostID("x\(index)") }
    try rollout.begin(changes, id: "r2")
    try rollout.write(.waveStarted(wave: 1, hosts: [changes[0].host], note: nil), rollout: "r2", at: 10)
    let around = WhySurroundings(
      now: StubRollout.time(20), presence: .worksOn(["r2"], holder: Self.holder),
      budgets: { _ in RolloutBudgets(unavailable: [:]) })
    let answer = try RolloutWhy(try rollout.store.rollout(id: "r2"), rollout.store, around).answer()
    #expect(answer.kind == "waits" && answer.text.hasPrefix("max_unavailable is 1"), "\(answer)")
    #expect(answer.text.contains(elsewhere.host.rawValue), "\(answer)")
  }

  // MARK: Between hosts

  @Test func aSoakIsToldWithItsEnd() throws {
    let rollout = try Self.begun {
      try Self.open($0)
      try Self.converge($0, Self.hosts[0], at: 20)
      try Self.skip($0, Self.hosts[1], at: 30)
      try $0.write(.soakStarted(wave: 1, duration: .seconds(600)), at: 40)
    }
    let until = StubRollout.time(640)
    let soaks = try Self.answer(rollout, now: 100)
    #expect(soaks.kind == "soaks" && soaks.text.contains(until.rfc3339), "\(soaks)")
    #expect(soaks.next?.at == until)
    #expect(soaks.since == StubRollout.time(40))
    let over = try Self.answer(rollout, now: 641)
    #expect(over.kind == "works" && over.next?.text.contains("wave 1 is looked at") == true, "\(over)")
  }

  @Test func whatComesNextIsToldWhereNothingIsInTheWay() throws {
    let fresh = try Self.begun { _ in }
    #expect(try Self.answer(fresh).next?.text == "wave 1 begins, if there is room: 2 hosts")
    let opened = try Self.begun { try Self.open($0) }
    #expect(try Self.answer(opened).next?.text == "a is begun")
    let done = try Self.begun { rollout in
      try Self.open(rollout)
      for host in Self.hosts { try Self.skip(rollout, host, at: 20) }
    }
    #expect(try Self.answer(done).next?.text == "it ends here: rollout finished")
  }

  // MARK: A schedule's

  @Test func aWindowAndItsApprovalsAreTold() throws {
    let opening = Opening(
      date: try #require(CivilDate(year: 2026, month: 12, day: 1)), opens: StubRollout.time(500),
      closes: StubRollout.time(900))
    // (approvals needed, given, now, kind, command, time)
    let rows: [(Int, [String], Int, String, String?, Int?)] = [
      (1, [], 100, "awaitsApproval", "rollout approve r1", 500), (1, ["eve"], 100, "awaitsWindow", nil, 500),
      (0, [], 100, "awaitsWindow", nil, 500), (1, ["eve"], 600, "awaitsServe", "serve", nil),
      (1, [], 900, "windowOver", nil, nil), (1, ["eve"], 900, "windowOver", nil, nil),
    ]
    for (needed, given, now, kind, command, at) in rows {
      let rollout = try StubRollout()
      try rollout.begin(
        Self.changes(), events: [.rolloutScheduled(schedule: "nightly", opening: opening, approvals: needed)])
      for person in given { try rollout.write(.rolloutApproved(by: person), at: 5) }
      let answer = try Self.answer(rollout, .nobody, now: now)
      #expect(answer.kind == kind, "\(answer)")
      #expect(answer.next?.command == command, "\(kind)")
      #expect(answer.next?.at == at.map { StubRollout.time($0) }, "\(kind)")
    }
  }

  // MARK: An emergency's people

  @Test func anEmergencyThatWaitsIsToldWithWhoeverIsWaitedFor() throws {
    // (people needed, given, presence, kind, command)
    let rows: [(Int, [String], RolloutPresence, String, String?)] = [
      (1, [], .nobody, "awaitsApproval", "rollout approve r1"),
      (2, ["eve"], Self.here, "awaitsApproval", "rollout approve r1"),
      (1, ["eve"], .nobody, "awaitsServe", "rollout resume r1"), (1, ["eve"], Self.here, "awaitsServe", nil),
    ]
    for (needed, given, presence, kind, command) in rows {
      for again in [nil, JournalEvent.rolloutLeft(by: "ada")] {
        let rollout = try StubRollout()
        try rollout.begin(Self.changes(), events: [.rolloutLeft(by: "ada", approvals: needed)])
        for person in given { try rollout.write(.rolloutApproved(by: person), at: 5) }
        if let again { try rollout.write(again, at: 6) }
        let answer = try Self.answer(rollout, presence)
        #expect(answer.kind == kind && answer.next?.command == command, "\(answer)")
        let around = WhySurroundings(
          now: StubRollout.time(100), presence: presence, commandLine: { $0.joined(separator: " ") })
        let host = try Why.answer(Self.hosts[0], rollout.store, around)
        #expect(host.rollout == StubRun.rollout && host.next?.command == command, "\(host)")
        #expect(host.text.contains(answer.text), "\(host)")
      }
    }
  }

  @Test func aQuestionIsToldWithItsEndAndAfterIt() throws {
    let rollout = try StubRollout()
    try rollout.begin(Self.changes(), events: [.rolloutLeft(by: "ada", approvals: 1)])
    let end = 1 + Int(RolloutBooking.answerTime.wholeSeconds)
    let waiting = try Self.answer(rollout, .nobody, now: end - 1)
    #expect(waiting.kind == "awaitsApproval", "\(waiting)")
    #expect(waiting.next?.text.contains(StubRollout.time(end).rfc3339) == true, "\(waiting)")
    let over = try Self.answer(rollout, .nobody, now: end)
    #expect(over.kind == "lapsed" && over.next == nil && over.since == StubRollout.time(end), "\(over)")
    #expect(over.text.contains("24 hours"), "\(over)")
  }

  @Test func aBrokenGlassIsToldWhateverTheAnswerIs() throws {
    let glass = BrokenGlass.finding(by: "ada", reason: "nobody is awake")
    let told = "begun by ada without anybody else's approval: nobody is awake"
    let stops: [JournalEvent?] = [nil, .rolloutPaused(reason: "x"), .rolloutHalted(reason: "x"), .rolloutFinished]
    for event in stops {
      for isBroken in [false, true] {
        let rollout = try Self.begun { rollout in
          if isBroken { try rollout.write(glass, at: 1) }
          try rollout.write(.finding(kind: "computeUnknown", text: "no answer"), at: 2)
          if let event { try rollout.write(event, at: 3) }
        }
        #expect(try Self.answer(rollout).breakGlass == (isBroken ? told : nil), "\(String(describing: event))")
        let host = try Why.answer(Self.hosts[1], rollout.store)
        #expect(host.breakGlass == (isBroken ? told : nil), "\(String(describing: event))")
      }
    }
  }

  // MARK: Hosts of a rollout

  @Test func aHostUnderARolloutIsToldWhatComesNextForIt() throws {
    let paused = try Self.begun { try $0.write(.rolloutPaused(reason: "lunch"), at: 42) }
    let around = WhySurroundings(now: StubRollout.time(100))
    let answer = try Why.answer(Self.hosts[1], paused.store, around)
    #expect(answer.kind == "otherMaintenance" && answer.text.hasSuffix("; resume that"), "\(answer)")
    #expect(answer.rollout == StubRun.rollout && answer.holder == "rollout r1")
    #expect(answer.next?.command == "sevfleet rollout resume r1")
    let running = try Self.begun { try Self.open($0) }
    let held = WhySurroundings(now: StubRollout.time(100), presence: Self.here)
    let worked = try Why.answer(Self.hosts[1], running.store, held)
    #expect(worked.holder == Self.holder && worked.next?.command == nil, "\(worked)")
  }

  @Test func everyOtherAnswerOfAHostNamesTheCommandThatGoesOn() throws {
    let quarantined = try StubRollout()
    _ = try quarantined.quarantine()
    let released = try Why.answer(StubRun.host, quarantined.store)
    #expect(released.next?.command == "sevfleet host release \(StubRun.host) --reason TEXT")
    let excluded = try StubRollout()
    try excluded.exclude(Exclusion(.needsBIOS, rule: "A4", "an older BIOS"))
    for store in [excluded.store, try StubRollout().store] {
      #expect(try Why.answer(StubRun.host, store).next?.command == "sevfleet plan \(StubRun.host)")
    }
  }
}
