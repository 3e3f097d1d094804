import FleetCore
import Testing

@Suite("When a rollout will be done, as far as estimates go") struct RolloutForecastTests {
  private static let each = Duration.seconds(600)
  private static let soak = Duration.seconds(60)

  private static func budgets(_ changes: [HostChange], atOnce: Int, domains: Int = 9) -> RolloutBudgets {
    RolloutBudgets(
      maxDomains: domains,
      unavailable: Dictionary(uniqueKeysWithValues: changes.map { ($0.host, atOnce) }), soak: soak)
  }

  private static func forecast(
    _ world: RolloutWorld, spent: [HostID: Duration] = [:], closes: Instant? = nil,
    basis: HostEstimate.Basis = .history(runs: 5)
  ) -> RolloutForecast? {
    RolloutForecast(world.rollout, spent: spent, now: world.now, closes: closes) { _ in (Self.each, basis) }
  }

  private static func changes(_ waves: [Int]) -> [HostChange] {
    waves.enumerated().flatMap { wave, count in
      (0..<count).map { RolloutSamples.change("w\(wave + 1)-\($0)", wave: wave + 1) }
    }
  }

  // MARK: Before it begins

  /// Hosts of one wave share the slots; a wave begins when the one before has ended and soaked.
  @Test func wavesFollowOneAnotherWithASoakBetweenThem() throws {
    for waves in [[1], [3], [1, 2], [1, 4, 7], [2, 2, 2, 9]] {
      for atOnce in 1...5 {
        let changes = Self.changes(waves)
        let world = RolloutWorld(changes, Self.budgets(changes, atOnce: atOnce))
        let rounds = waves.reduce(0) { $0 + ($1 + atOnce - 1) / atOnce }
        let expected = Self.each * rounds + Self.soak * (waves.count - 1)
        let forecast = try #require(Self.forecast(world))
        #expect(forecast.left == expected, "\(waves) at once \(atOnce)")
      }
    }
  }

  @Test func onlyWhatActivatesSoaks() throws {
    let changes = (1...3).map { RolloutSamples.change("h\($0)", wave: $0, activation: $0 == 2 ? .reload : .none) }
    let world = RolloutWorld(changes, Self.budgets(changes, atOnce: 1))
    #expect(try #require(Self.forecast(world)).left == Self.each * 3 + Self.soak)
  }

  @Test func domainsThatMayBeUnderWorkAtOnceLimitAsWell() throws {
    for domains in 1...4 {
      let changes = (0..<4).map { RolloutSamples.change("h\($0)", domain: "d\($0)") }
      let world = RolloutWorld(changes, Self.budgets(changes, atOnce: 4, domains: domains))
      let rounds = (4 + domains - 1) / domains
      #expect(try #require(Self.forecast(world)).left == Self.each * rounds, "\(domains)")
    }
  }

  // MARK: Under way

  /// Followed through a whole run of one host at a time, the forecast is right at every turn.
  @Test func theForecastShrinksAsHostsEnd() throws {
    for outcome in [RolloutOutcome.converged, .skipped] {
      let changes = Self.changes([1, 2, 1])
      var world = RolloutWorld(changes, Self.budgets(changes, atOnce: 1))
      var left = changes.count
      while case .start(let change) = try world.advance() {
        try world.start(change)
        let waves = 3 - change.wave
        let whole = Self.each * left + Self.soak * waves
        #expect(try #require(Self.forecast(world)).left == whole, "\(outcome) \(change.host)")
        for seconds in [1, 599, 600, 5000] {
          let spent = try #require(Self.forecast(world, spent: [change.host: .seconds(seconds)]))
          #expect(spent.left == whole - min(Self.each, .seconds(seconds)), "\(change.host) \(seconds)")
        }
        try world.finish(change.host, outcome)
        left -= 1
      }
      #expect(left == 0)
      #expect(Self.forecast(world) == nil, "\(outcome)")
    }
  }

  @Test func aSoakUnderWayCountsOnlyWhatIsLeftOfIt() throws {
    let changes = Self.changes([1, 1])
    var world = RolloutWorld(changes, Self.budgets(changes, atOnce: 1))
    guard case .start(let change) = try world.advance() else { throw JournalCorruption(seq: 0, host: nil, text: "") }
    try world.start(change)
    try world.finish(change.host, .converged)
    #expect(try #require(Self.forecast(world)).left == Self.each + Self.soak)
    try world.write(.soakStarted(wave: 1, duration: Self.soak))
    let began = world.now
    for seconds in [0, 1, 59, 60, 61, 600] {
      world.now = began + .seconds(seconds)
      let rest = max(.zero, Self.soak - .seconds(seconds))
      #expect(try #require(Self.forecast(world)).left == Self.each + rest, "\(seconds)")
    }
    // A clock that was set back makes no soak longer than it is.
    world.now = began + .seconds(-5000)
    #expect(try #require(Self.forecast(world)).left == Self.each + Self.soak)
    try world.write(.waveJudged(wave: 1, failures: []))
    #expect(try #require(Self.forecast(world)).left == Self.each)
  }

  @Test func aWindowEndsItAtTheLatest() throws {
    let changes = Self.changes([4])
    let world = RolloutWorld(changes, Self.budgets(changes, atOnce: 1))
    let whole = Self.each * 4
    for seconds in [1, 600, 2399, 2400, 2401] {
      let forecast = try #require(Self.forecast(world, closes: world.now + .seconds(seconds)))
      #expect(forecast.left == min(whole, .seconds(seconds)), "\(seconds)")
    }
    // One that is over says nothing of hosts that are brought to their end.
    #expect(try #require(Self.forecast(world, closes: world.now)).left == whole)
  }

  // MARK: What it rests on

  @Test func theWeakestGroundIsTold() throws {
    let changes = Self.changes([3])
    let world = RolloutWorld(changes, Self.budgets(changes, atOnce: 1))
    let cases: [([HostEstimate.Basis], HostEstimate.Basis)] = [
      ([.history(runs: 9), .history(runs: 4), .history(runs: 20)], .history(runs: 4)),
      ([.history(runs: 9), .policy, .history(runs: 20)], .policy), ([.policy, .policy, .policy], .policy),
    ]
    for (bases, weakest) in cases {
      let byHost = Dictionary(uniqueKeysWithValues: zip(changes.map(\.host), bases))
      let forecast = RolloutForecast(world.rollout, spent: [:], now: world.now) {
        (Self.each, byHost[$0.host] ?? .policy)
      }
      #expect(forecast?.basis == weakest, "\(bases)")
    }
  }

  @Test func theSentenceRoundsUpAndSaysWhereItComesFrom() {
    let times: [(Int, String)] = [
      (0, "1 min"), (1, "1 min"), (60, "1 min"), (61, "2 min"), (2400, "40 min"), (7200, "120 min"),
      (7201, "2 h 10 min"), (10_800, "3 h"), (10_801, "3 h 10 min"), (86_400, "24 h"),
    ]
    for (seconds, text) in times {
      let history = RolloutForecast(left: .seconds(seconds), basis: .history(runs: 5))
      #expect(history.sentence == "about \(text) left (history of 5 runs)")
      #expect(RolloutForecast(left: .seconds(seconds), basis: .policy).sentence == "at most \(text) left, by policy")
    }
  }
}
