import FleetCore
import Testing

@Suite struct AuditLogTests {
  private static func rows(_ events: [(JournalEvent, String?)], rollout: String? = "r-1") -> [AuditRow] {
    var log = AuditLog()
    return events.enumerated().compactMap { index, event in
      log.row(
        of: JournalEntry(
          seq: Int64(index + 1), at: Instant(milliseconds: Int64(index)), rollout: rollout,
          host: event.1.map { HostID($0) }, event: event.0))
    }
  }

  @Test func whatIsDoneToAHostIsDoneForWhoeverBeganIt() {
    let effect = EffectID(.reload)
    let rows = Self.rows([
      (.rolloutStarted(plan: "plan-1", by: "ada", emergency: "bad image"), nil), (.hostDispatched, "h1"),
      (.run(.stepStarted(step: .activate, attempt: 1)), "h1"),
      (.run(.effectIntended(effect: effect, token: "t")), "h1"),
      (.run(.effectObserved(effect: effect, result: .done(""))), "h1"),
      (.audited(Action(by: "bob", .pauseRollout, "r-1", why: "lunch")), nil), (.rolloutPaused(reason: "lunch"), nil),
      (.audited(Action(by: "eve", .resumeRollout, "r-1")), nil), (.rolloutResumed, nil), (.hostDispatched, "h2"),
      (.rolloutFinished, nil),
    ])
    #expect(
      rows.map(\.sentence) == [
        "ada started rollout r-1 of plan-1: bad image", "ada began host h1", "ada did reload on h1",
        "bob paused rollout r-1: lunch", "sevfleet paused rollout r-1: lunch", "eve resumed rollout r-1",
        "eve resumed rollout r-1", "eve began host h2", "sevfleet finished rollout r-1",
      ])
    #expect(rows.map(\.seq) == [1, 2, 4, 6, 7, 8, 9, 10, 11])
    #expect(rows[2].host == HostID("h1") && rows[2].rollout == "r-1")
  }

  @Test func rolloutsAreToldApart() {
    var log = AuditLog()
    func entry(_ seq: Int64, _ rollout: String, _ event: JournalEvent) -> JournalEntry {
      JournalEntry(seq: seq, at: Instant(milliseconds: 0), rollout: rollout, host: HostID("h"), event: event)
    }
    _ = log.row(of: entry(1, "r-1", .rolloutLeft(by: "ada")))
    _ = log.row(of: entry(2, "r-2", .rolloutScheduled(schedule: "nights", opening: Self.opening, approvals: 0)))
    #expect(log.row(of: entry(3, "r-1", .hostDispatched))?.by == "ada")
    #expect(log.row(of: entry(4, "r-2", .hostDispatched))?.by == "schedule nights")
    #expect(log.row(of: entry(5, "r-3", .hostDispatched))?.sentence == "somebody began host h")
  }

  private static let opening = Opening(
    date: CivilDate(daysSinceEpoch: 20_000), opens: Instant(milliseconds: 0), closes: Instant(milliseconds: 1))

  @Test func everyKindHasWordsOfItsOwn() {
    let words = Action.Kind.allCases.map { Action(by: "ada", $0, "x").sentence }
    #expect(Set(words).count == words.count)
    #expect(words.allSatisfy { $0.hasPrefix("ada ") && $0.hasSuffix(" x") })
    #expect(Action(by: "ada", .haltRollout, "r-1", why: "fire").sentence == "ada halted rollout r-1: fire")
  }

  @Test func whatIsSeenIsNoAction() {
    let events: [JournalEvent] = [
      .observed(RunFacts()), .finding(kind: "note", text: "t"), .backupMade(id: "b"),
      .waveStarted(wave: 1, hosts: [], note: nil), .soakStarted(wave: 1, duration: .zero),
      .waveJudged(wave: 1, failures: []), .run(.stepStarted(step: .drain, attempt: 1)), .run(.returnStarted),
      .run(.stepSucceeded(step: .drain, completion: .performed)),
    ]
    #expect(Self.rows(events.map { ($0, "h1") }).isEmpty)
  }

  @Test func aFilterTakesEachOfItsParts() {
    let row = AuditRow(
      seq: 1, at: Instant(milliseconds: 5), by: "ada", what: .beginHost, subject: "h1", why: nil, rollout: "r-1",
      host: HostID("h1"))
    let fits = [
      AuditFilter(), AuditFilter(since: row.at), AuditFilter(by: "ada"), AuditFilter(host: HostID("h1")),
      AuditFilter(rollout: "r-1"),
      AuditFilter(since: Instant(milliseconds: 4), by: "ada", host: HostID("h1"), rollout: "r-1"),
    ]
    #expect(fits.allSatisfy { $0.holds(row) })
    let others = [
      AuditFilter(since: Instant(milliseconds: 6)), AuditFilter(by: "bob"), AuditFilter(host: HostID("h2")),
      AuditFilter(rollout: "r-2"), AuditFilter(by: "ada", rollout: "r-2"),
    ]
    #expect(others.allSatisfy { !$0.holds(row) })
  }

  /// A person is found with every token that they have, a token alone where it is named.
  @Test func aPersonIsFoundWithEveryToken() {
    for (by, fits, others) in [
      ("ada", ["ada"], ["ada/laptop", "bob", "ad"]),
      ("ada/laptop", ["ada", "ada/laptop"], ["laptop", "ada/phone", "ada/"]),
    ] {
      let row = AuditRow(
        seq: 1, at: Instant(milliseconds: 5), by: by, what: .beginHost, subject: "h1", why: nil, rollout: nil, host: nil
      )
      for name in fits { #expect(AuditFilter(by: name).holds(row), "\(name) and \(by)") }
      for name in others { #expect(!AuditFilter(by: name).holds(row), "\(name) and \(by)") }
    }
    let unsaid = AuditRow(
      seq: 1, at: Instant(milliseconds: 5), by: nil, what: .beginHost, subject: "h1", why: nil, rollout: nil, host: nil)
    #expect(!AuditFilter(by: "ada").holds(unsaid))
  }
}
