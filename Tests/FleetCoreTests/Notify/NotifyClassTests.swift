import FleetCore
import Testing

@Suite struct NotifyClassTests {
  private static let opening = Opening(
    date: CivilDate(daysSinceEpoch: 20_000), opens: Instant(milliseconds: 0), closes: Instant(milliseconds: 1))

  static let news: [(event: JournalEvent, notifyClass: NotifyClass)] = [
    (.run(.quarantined), .quarantine), (.rolloutHalted(reason: "r"), .halt), (.rolloutPaused(reason: "r"), .pause),
    (.combinationPaused(combination: "c", reason: "r"), .pause), (.rolloutFinished, .finished),
    (.rolloutScheduled(schedule: "s", opening: opening, approvals: 1), .approvalWanted),
    (.rolloutLeft(by: "ada", approvals: 2), .approvalWanted),
    (.rolloutStarted(plan: "p", by: "ada", emergency: "bad image"), .emergency),
    (BrokenGlass.finding(by: "ada", reason: "r"), .emergency), (.observed(RunFacts()), .drift),
    (.finding(kind: "armedReboot", text: "t"), .drift), (.finding(kind: "waiverExpired", text: "t"), .waiverExpired),
    (.finding(kind: "controllerLost", text: "t"), .controllerLost), (.finding(kind: "overdue", text: "t"), .overdue),
    (.audited(Action(by: "ada", .takeOver, "pid 7")), .controllerLost),
  ]

  @Test func everyClassHasItsEvents() {
    for (event, expected) in Self.news { #expect(NotifyClass.of(event) == expected, "\(event)") }
    #expect(Set(Self.news.map(\.notifyClass)) == Set(NotifyClass.allCases))
  }

  @Test func whatIsNoNewsIsNone() {
    #expect(NotifyClass.of(.observed(RunFacts()), isFirstLook: true) == nil, "nothing was known of the host")
    var quiet: [JournalEvent] = [
      .rolloutResumed, .hostDispatched, .sevESLossAccepted(servers: ["s"]), .backupMade(id: "b"),
      .finding(kind: "note", text: "t"), .waveStarted(wave: 1, hosts: [], note: nil),
      .soakStarted(wave: 1, duration: .seconds(1)), .waveJudged(wave: 1, failures: []), .rolloutApproved(by: "bob"),
      .rolloutScheduled(schedule: "s", opening: Self.opening, approvals: 0), .rolloutLeft(by: "ada"),
      .rolloutLeft(by: "ada", approvals: 0), .rolloutStarted(plan: "p", by: "ada", emergency: nil),
      .run(.skipped), .run(.released(reason: "r")), .run(.stepStarted(step: .drain, attempt: 1)),
    ]
    quiet += Action.Kind.allCases.filter { $0 != .takeOver }.map { .audited(Action(by: "ada", $0, "x")) }
    for event in quiet { #expect(NotifyClass.of(event) == nil, "\(event)") }
  }

  /// They stand in operators' files.
  @Test func wordsAreStable() {
    #expect(
      NotifyClass.allCases.map(\.rawValue) == [
        "quarantine", "halt", "pause", "finished", "approval_wanted", "emergency", "drift", "waiver_expired",
        "overdue", "controller_lost",
      ])
  }

  @Test func itSaysWhereAndWhy() {
    func said(_ rollout: String?, _ host: String?, failure: Failure? = nil, base: String? = "https://s") -> Notification
    {
      let entry = JournalEntry(
        seq: 1, at: Instant(milliseconds: 0), rollout: rollout, host: host.map { HostID($0) }, event: .rolloutFinished)
      return Notification(.finished, entry, failure: failure, linkBase: base)
    }
    #expect(said("r-1", nil).text == "r-1: rollout finished")
    #expect(said("r-1", nil).link == "https://s/rollouts/r-1")
    #expect(said(nil, "h1").link == "https://s/hosts/h1")
    #expect(said("r-1", "h1").link == "https://s/rollouts/r-1")
    #expect(said(nil, nil).link == "https://s" && said(nil, nil, base: nil).link == nil)
    #expect(
      said("r-1", "h1", failure: Failure(.unhealthy, "SEV is off")).text
        == "h1: rollout finished (unhealthy: SEV is off)")
  }
}
