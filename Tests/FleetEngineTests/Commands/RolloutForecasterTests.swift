import FleetCommands
import FleetCore
import FleetStore
import Testing

@Suite("The forecast of a rollout, by its journal as it grows") struct RolloutForecasterTests {
  private static let each = 1000
  private static let hosts = ["a", "b", "c"].map { HostID($0) }

  private static func changes() -> [HostChange] {
    hosts.map { host in
      var change = StubRun.change()
      change.host = host
      return change
    }
  }

  private static func forecaster(_ rollout: StubRollout, closes: Instant? = nil) -> RolloutForecaster {
    let changes = changes()
    let answers = changes.map {
      ($0.host, (duration: Duration.seconds(each), basis: HostEstimate.Basis.history(runs: 4)))
    }
    return RolloutForecaster(
      StubRun.rollout, rollout.store, plan: Plan(changes: changes, upToDate: [], excluded: []),
      budgets: RolloutBudgets(unavailable: [:], soak: .zero), closes: closes,
      estimates: Dictionary(uniqueKeysWithValues: answers))
  }

  /// Each row: what is journalled, when, and what is left at a later look. The same forecaster is asked all along, and
  /// a new one at each look says the same.
  @Test func itFollowsTheJournalAndCountsNoTimeInWhichNobodyWorked() throws {
    let rollout = try StubRollout()
    try rollout.begin(Self.changes())
    var followed = Self.forecaster(rollout)
    func look(_ seconds: Int, _ left: Int?, _ name: String) throws {
      let now = StubRollout.time(seconds)
      var fresh = Self.forecaster(rollout)
      let expected = left.map { Duration.seconds($0) }
      #expect(try followed.forecast(at: now)?.left == expected, "\(name)")
      #expect(try fresh.forecast(at: now)?.left == expected, "\(name), read at once")
    }
    let (first, all) = (Self.hosts[0], Self.each * 3)
    try look(5, all, "nothing is begun")
    try rollout.write(.waveStarted(wave: 1, hosts: Self.hosts, note: nil), at: 10)
    try look(100, all, "the wave is begun")
    try rollout.write(.run(.stepStarted(step: .observe, attempt: 1)), first, at: 100)
    try look(300, all - 200, "a host is under work")
    try rollout.write(.finding(kind: "k", text: "t"), first, at: 300)
    try rollout.write(.rolloutPaused(reason: "lunch"), at: 300)
    try rollout.write(.rolloutResumed, at: 5300)
    try look(5400, all - 300, "a pause took no time")
    try rollout.write(.run(.stepSucceeded(step: .observe, completion: .performed)), first, at: 5400)
    // The controller was lost and said nothing; once it was paused before it was taken up.
    try rollout.write(.rolloutResumed, at: 7400)
    try look(7450, all - 350, "a lost controller took no time")
    try rollout.write(.finding(kind: "k", text: "t"), first, at: 7450)
    try rollout.write(.rolloutPaused(reason: "lost"), at: 8000)
    try rollout.write(.rolloutResumed, at: 9400)
    try look(9450, all - 400, "nor where it was paused afterwards")
    let failure = Failure(.stageFailed, "no room")
    try rollout.write(.run(.stepStarted(step: .backup, attempt: 1)), first, at: 9500)
    try rollout.write(.run(.stepFailed(step: .backup, failure: failure)), first, at: 9600)
    try rollout.write(.run(.returnStarted), first, at: 9600)
    try rollout.write(.run(.skipped), first, at: 9600)
    try look(9600, all - Self.each, "a host ended")
    for host in Self.hosts.dropFirst() {
      try rollout.write(.run(.stepStarted(step: .observe, attempt: 1)), host, at: 9700)
      try rollout.write(.run(.stepFailed(step: .observe, failure: failure)), host, at: 9700)
      try rollout.write(.run(.returnStarted), host, at: 9700)
      try rollout.write(.run(.skipped), host, at: 9700)
    }
    try look(9800, nil, "nothing is left")
  }

  @Test func aWindowEndsIt() throws {
    let rollout = try StubRollout()
    try rollout.begin(Self.changes())
    var forecaster = Self.forecaster(rollout, closes: StubRollout.time(500))
    #expect(try forecaster.forecast(at: StubRollout.time(100))?.left == .seconds(400))
  }

  @Test func aJournalThatCannotBeBelievedGivesNone() throws {
    let rollout = try StubRollout()
    try rollout.begin(Self.changes())
    try rollout.write(.run(.quarantined), Self.hosts[0], at: 10)
    #expect(throws: JournalCorruption.self) {
      var forecaster = Self.forecaster(rollout)
      return try forecaster.forecast(at: StubRollout.time(20))
    }
  }
}
