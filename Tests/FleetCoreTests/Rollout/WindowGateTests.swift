import FleetCore
import Testing

@Suite("No host is begun that would not be done before its window closes") struct WindowGateTests {
  private static func id(_ name: String) -> HostID { HostID(name) }

  /// `a` takes 10 minutes, `b` 40, `c` has no estimate; the window closes `minutes` from now.
  private static func world(minutes: Int) -> RolloutWorld {
    let changes = ["a", "b", "c"].map { RolloutSamples.change($0) }
    let budgets = RolloutBudgets(unavailable: Dictionary(uniqueKeysWithValues: changes.map { ($0.host, 3) }))
    let closes = Instant(milliseconds: 1_000_000) + .seconds(minutes * 60)
    return RolloutWorld(
      changes, budgets,
      gate: WindowGate(closes: closes, estimates: [id("a"): .seconds(600), id("b"): .seconds(2400)]))
  }

  private static func started(_ world: inout RolloutWorld) throws -> [String] {
    var names: [String] = []
    while case .start(let change) = try world.advance() {
      try world.start(change)
      names.append(change.host.rawValue)
    }
    return names
  }

  @Test("hosts that fit begin, the others are left and named, and the rollout does not count as done") func fits()
    throws
  {
    for (minutes, expected) in [(9, []), (10, ["a"]), (39, ["a"]), (40, ["a", "b"]), (600, ["a", "b"])] {
      var world = Self.world(minutes: minutes)
      #expect(try Self.started(&world) == expected, "\(minutes) minutes are left")
      for name in expected { try world.finish(Self.id(name), .converged) }
      guard case .end(.rolloutHalted(let reason)?) = try world.advance() else {
        Issue.record("\(minutes) minutes: it does not end as halted")
        continue
      }
      for name in ["a", "b", "c"] where !expected.contains(name) { #expect(reason.contains(name)) }
    }
  }

  @Test("a host that was begun goes on behind the end of the window") func begun() throws {
    var world = Self.world(minutes: 15)
    #expect(try Self.started(&world) == ["a"])
    world.running = []
    world.now = world.now + .seconds(24 * 3600)
    #expect(try Self.started(&world) == ["a"])
    try world.finish(Self.id("a"), .converged)
    guard case .end(.rolloutHalted?) = try world.advance() else {
      Issue.record("it goes on")
      return
    }
  }

  @Test("a first wave that is too late as a whole is not stepped over") func canaries() throws {
    for (minutes, expected) in [(15, []), (60, ["b"])] {
      let changes = [RolloutSamples.change("b", wave: 1), RolloutSamples.change("a", wave: 2)]
      let closes = Instant(milliseconds: 1_000_000) + .seconds(minutes * 60)
      var world = RolloutWorld(
        changes, RolloutBudgets(unavailable: [Self.id("a"): 3, Self.id("b"): 3]),
        gate: WindowGate(closes: closes, estimates: [Self.id("a"): .seconds(600), Self.id("b"): .seconds(2400)]))
      #expect(try Self.started(&world) == expected, "\(minutes) minutes are left")
    }
  }

  @Test("without a gate nothing is late") func none() throws {
    var world = RolloutWorld(
      ["a", "b"].map { RolloutSamples.change($0) },
      RolloutBudgets(unavailable: [Self.id("a"): 2, Self.id("b"): 2]))
    #expect(try Self.started(&world) == ["a", "b"])
  }

  @Test("of several wishes the one that stops for longer holds") func wishes() {
    let ranked = [StopWish.Kind.leave, .pause, .halt]
    #expect(Set(ranked) == Set(StopWish.Kind.allCases))
    for (low, first) in ranked.enumerated() {
      for (high, second) in ranked.enumerated() {
        let joined = StopWish(first, by: "ada").joined(StopWish(second, by: "bob"))
        #expect(joined.kind == ranked[max(low, high)])
        #expect(joined.by == (high > low ? "bob" : "ada"))
      }
      #expect((StopWish(first, by: "ada").event == nil) == (first == .leave))
    }
  }
}
