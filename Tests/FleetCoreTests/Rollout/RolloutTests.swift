import FleetCore
import Testing

@Suite("One rollout: whose turn it is, and why not") struct RolloutTests {
  private static func id(_ name: String) -> HostID { HostID(name) }

  private static func world(_ changes: [HostChange], _ budgets: RolloutBudgets = RolloutBudgets()) -> RolloutWorld {
    var budgets = budgets
    for change in changes where budgets.unavailable[change.host] == nil { budgets.unavailable[change.host] = 100 }
    return RolloutWorld(changes, budgets)
  }

  /// Starts everything that may start now; the names in order.
  private static func started(_ world: inout RolloutWorld, absent: [HostID: Absence] = [:]) throws -> [String] {
    var names: [String] = []
    while case .start(let change) = try world.advance(absent: absent) {
      try world.start(change)
      names.append(change.host.rawValue)
    }
    return names
  }

  private static func ending(_ action: Rollout.Action) -> JournalEvent? {
    guard case .end(let event) = action else { return nil }
    return event
  }

  private static func paused(_ action: Rollout.Action) -> String? {
    guard case .rolloutPaused(let reason)? = ending(action) else { return nil }
    return reason
  }

  private static func halted(_ action: Rollout.Action) -> String? {
    guard case .rolloutHalted(let reason)? = ending(action) else { return nil }
    return reason
  }

  @Test("a wave ends before the next begins, and the last one ends the rollout") func waves() throws {
    let samples = [("a", 1), ("b", 2), ("c", 2)]
    var world = Self.world(samples.map { RolloutSamples.change($0.0, wave: $0.1) })
    #expect(try Self.started(&world) == ["a"])
    try world.finish(Self.id("a"), .converged)
    #expect(try Self.started(&world) == ["b", "c"])
    #expect(try world.advance() == .wait(nil))
    try world.finish(Self.id("c"), .skipped)
    #expect(try world.advance() == .wait(nil))
    try world.finish(Self.id("b"), .converged)
    #expect(try world.advance() == .end(.rolloutFinished))
    let began = world.entries.compactMap { if case .waveStarted(let wave, _, _) = $0.event { wave } else { nil } }
    #expect(began == [1, 2])
  }

  @Test("max_unavailable counts the hosts under work and those that others took out") func unavailable() throws {
    let changes = ["a", "b", "c", "d"].map { RolloutSamples.change($0) }
    let budgets = RolloutBudgets(unavailable: Dictionary(uniqueKeysWithValues: changes.map { ($0.host, 3) }))
    var world = Self.world(changes, budgets)
    #expect(try Self.started(&world, absent: [Self.id("z"): .disabled]) == ["a", "b"])
    guard case .wait(let text?) = try world.advance(absent: [Self.id("z"): .disabled]) else {
      Issue.record("nothing is told of what is waited for")
      return
    }
    #expect(text.contains("max_unavailable is 3") && text.contains("z (its compute service is disabled)"), "\(text)")
    #expect(try Self.started(&world) == ["c"], "once z is back, its place is free")
  }

  @Test("one host may always be out, however small the budget; two never by accident") func smallestBudget() throws {
    let changes = ["a", "b"].map { RolloutSamples.change($0) }
    var world = Self.world(changes, RolloutBudgets(unavailable: [Self.id("a"): 0, Self.id("b"): 0]))
    #expect(try Self.started(&world) == ["a"])
    try world.finish(Self.id("a"), .converged)
    let text = Self.paused(try world.advance(absent: [Self.id("z"): .down]))
    #expect(text?.contains("z (its compute service is down)") == true, "\(text ?? "not paused")")
  }

  @Test("the strictest budget of the hosts under work holds") func strictest() throws {
    let changes = ["a", "b", "c"].map { RolloutSamples.change($0) }
    let budgets = RolloutBudgets(unavailable: [Self.id("a"): 3, Self.id("b"): 2, Self.id("c"): 3])
    var world = Self.world(changes, budgets)
    #expect(try Self.started(&world) == ["a", "b"])
  }

  @Test("a service that this rollout gave back is waited for while there is patience") func patience() throws {
    let changes = ["a", "b"].map { RolloutSamples.change($0) }
    var world = Self.world(changes, RolloutBudgets(unavailable: [Self.id("a"): 1, Self.id("b"): 1]))
    #expect(try Self.started(&world) == ["a"])
    try world.finish(Self.id("a"), .converged)
    var view = world.view(absent: [Self.id("a"): .down])
    #expect(Self.paused(world.rollout.next(view)) != nil)
    view.isPatient = true
    guard case .wait(.some) = world.rollout.next(view) else {
      Issue.record("it does not wait: \(world.rollout.next(view))")
      return
    }
  }

  @Test("hosts of a rollout that just stops are waited for, and no others") func othersThatStop() throws {
    for absence in Absence.allCases {
      for stops in [false, true] {
        var world = Self.world(["a"].map { RolloutSamples.change($0) }, RolloutBudgets(unavailable: [Self.id("a"): 1]))
        _ = try world.advance(absent: [Self.id("z"): .ours])
        var view = world.view(absent: [Self.id("z"): absence])
        view.othersStop = stops
        let next = world.rollout.next(view)
        guard case .wait(.some) = next else {
          #expect(Self.paused(next) != nil && !(stops && absence == .ours), "\(absence), \(stops): \(next)")
          continue
        }
        #expect(stops && absence == .ours, "\(absence)")
      }
    }
  }

  @Test("who wants hosts given back has those taken up that were left") func givesBack() throws {
    let changes = ["a", "b", "c"].map { RolloutSamples.change($0) }
    let budgets = RolloutBudgets(unavailable: Dictionary(uniqueKeysWithValues: changes.map { ($0.host, 2) }))
    for givesBack in [false, true] {
      var world = Self.world(changes, budgets)
      #expect(try Self.started(&world) == ["a", "b"])
      try world.finish(Self.id("a"), .converged)
      var view = world.view()
      view.running = []
      view.wish = StopWish(.pause, by: "ada", givesBack: givesBack)
      let next = world.rollout.next(view)
      if givesBack {
        guard case .start(let change) = next else {
          Issue.record("\(next)")
          return
        }
        #expect(change.host == Self.id("b"))
        view.running = [change.host]
      }
      #expect(world.rollout.next(view) == .end(view.wish?.event))
    }
  }

  @Test("of two wishes the longer one holds, and hosts are given back if one of them wants it") func joinedWishes() {
    for first in StopWish.Kind.allCases {
      for second in StopWish.Kind.allCases {
        for (one, other) in [(false, false), (false, true), (true, false), (true, true)] {
          let wish = StopWish(first, by: "a", givesBack: one).joined(StopWish(second, by: "b", givesBack: other))
          let order: [StopWish.Kind] = [.leave, .pause, .halt]
          let later = order.firstIndex(of: second) ?? 0 > order.firstIndex(of: first) ?? 0
          #expect(wish == StopWish(later ? second : first, by: later ? "b" : "a", givesBack: one || other))
        }
      }
    }
  }

  @Test("two failure domains are never under work at once unless policy says so", arguments: [1, 2])
  func domains(allowed: Int) throws {
    let samples = [("a", "x"), ("b", "y"), ("c", "x"), ("d", "z")]
    let changes = samples.map { RolloutSamples.change($0.0, domain: $0.1) } + [RolloutSamples.change("e")]
    var world = Self.world(changes, RolloutBudgets(maxDomains: allowed))
    #expect(try Self.started(&world) == (allowed == 1 ? ["a", "c", "e"] : ["a", "b", "c", "e"]))
    guard case .wait(let text?) = try world.advance() else {
      Issue.record("nothing is told of what is waited for")
      return
    }
    #expect(text.contains("max_domains is \(allowed)") && text.contains("x"), "\(text)")
  }

  @Test("a quarantined host halts the rollout; who resumes it has seen that one") func halt() throws {
    let changes = ["a", "b", "c"].map { RolloutSamples.change($0) }
    let budgets = RolloutBudgets(unavailable: Dictionary(uniqueKeysWithValues: changes.map { ($0.host, 1) }))
    var world = Self.world(changes, budgets)
    #expect(try Self.started(&world) == ["a"])
    try world.finish(Self.id("a"), .quarantined)
    let text = Self.halted(try world.advance())
    #expect(text?.contains("max_failures is 0") == true && text?.contains("a") == true, "\(text ?? "not halted")")
    try world.write(.rolloutResumed)
    #expect(try Self.started(&world) == ["b"])
    try world.finish(Self.id("b"), .quarantined)
    let second = Self.halted(try world.advance())
    #expect(second?.hasSuffix(": b") == true, "\(second ?? "not halted")")
  }

  @Test("a share of failures is counted of each wave as well as of the run") func share() throws {
    let changes =
      (0..<4).map { RolloutSamples.change("a\($0)") }
      + (0..<96).map {
        RolloutSamples.change("b\($0)", wave: 2)
      }
    var world = Self.world(changes, RolloutBudgets(maxFailures: .percent(25)))
    #expect(try Self.started(&world).count == 4)
    try world.finish(Self.id("a0"), .converged)
    try world.finish(Self.id("a1"), .converged)
    try world.finish(Self.id("a2"), .quarantined)
    try world.finish(Self.id("a3"), .quarantined)
    let text = Self.halted(try world.advance())
    #expect(text?.contains("of wave 1") == true, "2 of 4 is above 25 % of the wave: \(text ?? "not halted")")
  }

  @Test("failures that cluster stop their combination and nobody else") func cluster() throws {
    let samples = [("a", "x"), ("b", "y"), ("c", "x"), ("d", "y"), ("e", "x")]
    let changes = samples.enumerated().map { index, sample in
      RolloutSamples.change(sample.0, wave: index < 2 ? 1 : 2, combination: sample.1)
    }
    var world = Self.world(changes, RolloutBudgets(maxFailures: .number(3)))
    #expect(try Self.started(&world) == ["a", "b"])
    try world.finish(Self.id("a"), .quarantined)
    try world.finish(Self.id("b"), .converged)
    #expect(try Self.started(&world) == ["d"])
    #expect(world.rollout.pausedCombinations == ["x"])
    try world.finish(Self.id("d"), .converged)
    let text = Self.paused(try world.advance())
    #expect(text?.contains("(x): c, e") == true, "\(text ?? "not paused")")
    try world.write(.rolloutResumed)
    #expect(try Self.started(&world) == ["c", "e"], "who resumes it has seen what failed")
  }

  @Test("as many converged as were quarantined is no cluster") func noCluster() throws {
    let changes = ["a", "b", "c"].enumerated().map { RolloutSamples.change($1, wave: $0 < 2 ? 1 : 2) }
    var world = Self.world(changes, RolloutBudgets(maxFailures: .number(3)))
    #expect(try Self.started(&world) == ["a", "b"])
    try world.finish(Self.id("a"), .quarantined)
    try world.finish(Self.id("b"), .converged)
    #expect(try Self.started(&world) == ["c"])
  }

  @Test("a combination is paused although others run, and a host that was cut off goes on") func cutOff() throws {
    let changes = ["a", "b", "c"].map { RolloutSamples.change($0, combination: "x") }
    var world = Self.world(changes, RolloutBudgets(maxFailures: .number(3), unavailable: [:]))
    #expect(try Self.started(&world) == ["a", "b", "c"])
    try world.finish(Self.id("a"), .quarantined)
    world.running = []
    #expect(try Self.started(&world) == ["b", "c"], "they hold their slots already")
    #expect(world.rollout.pausedCombinations.isEmpty, "there is nothing left to begin")
  }

  @Test("a soak holds back the next wave, and its verdict decides") func soak() throws {
    let changes = [RolloutSamples.change("a"), RolloutSamples.change("b", wave: 2)]
    var world = Self.world(changes, RolloutBudgets(soak: .seconds(600)))
    #expect(try Self.started(&world) == ["a"])
    try world.finish(Self.id("a"), .converged)
    let ended = world.now
    let text = Self.paused(try world.advance(verdict: ["a: its compute service is down"]))
    #expect(text?.contains("wave 1 did not pass its soak: a: its compute") == true, "\(text ?? "not paused")")
    #expect(world.now - ended == .seconds(600))
    try world.write(.rolloutResumed)
    let before = world.now
    #expect(try Self.started(&world) == ["b"], "a second look found nothing")
    #expect(world.now == before, "who resumes it does not soak twice")
    try world.finish(Self.id("b"), .converged)
    #expect(try world.advance() == .end(.rolloutFinished), "there is no wave behind the last")
  }

  @Test("a clock that was set back does not make a soak of minutes one of years") func clock() throws {
    let changes = [RolloutSamples.change("a"), RolloutSamples.change("b", wave: 2)]
    var world = Self.world(changes, RolloutBudgets(soak: .seconds(600)))
    #expect(try Self.started(&world) == ["a"])
    try world.finish(Self.id("a"), .converged)
    try world.write(.soakStarted(wave: 1, duration: .seconds(600)))
    world.now = Instant(milliseconds: 0)
    #expect(world.rollout.next(world.view()) == .beginSoak(wave: 1))
  }

  @Test("a wave of which nothing was activated does not soak", arguments: [RolloutOutcome.converged, .skipped])
  func nothingToSoak(outcome: RolloutOutcome) throws {
    let first = RolloutSamples.change("a", activation: outcome == .converged ? .none : .reload)
    var world = Self.world([first, RolloutSamples.change("b", wave: 2)], RolloutBudgets(soak: .seconds(600)))
    #expect(try Self.started(&world) == ["a"])
    try world.finish(Self.id("a"), outcome)
    #expect(try Self.started(&world) == ["b"])
  }

  @Test("a host that may not be begun is skipped and holds up nobody") func claimed() throws {
    var world = Self.world(["a", "b"].map { RolloutSamples.change($0) })
    #expect(try Self.started(&world) == ["a", "b"])
    world = Self.world(["a", "b"].map { RolloutSamples.change($0) })
    var view = world.view()
    view.claims = [Self.id("a"): RunSamples.permanent]
    #expect(world.rollout.next(view) == .skip(Self.id("a"), RunSamples.permanent))
  }

  @Test("a wish to stop ends the rollout as it was wished", arguments: StopWish.Kind.allCases)
  func wish(kind: StopWish.Kind) throws {
    var world = Self.world(["a", "b"].map { RolloutSamples.change($0) })
    #expect(try Self.started(&world) == ["a", "b"])
    try world.finish(Self.id("a"), .converged)
    let wish = StopWish(kind, by: "ada", reason: "the night is over")
    let action = try world.advance(wish: wish)
    switch (kind, Self.ending(action)) {
    case (.pause, .rolloutPaused(let reason)?), (.halt, .rolloutHalted(let reason)?):
      #expect(reason == "\(kind == .pause ? "paused" : "halted") by ada: the night is over")
    case (.leave, nil): #expect(action == .end(nil), "it stops and says nothing")
    case (.pause, let event), (.halt, let event), (.leave, let event): Issue.record("ended by \(event as Any)")
    }
    try world.finish(Self.id("b"), .converged)
    #expect(try world.advance(wish: wish) == .end(.rolloutFinished), "nothing is left to stop")
  }

  @Test("an event that cannot have happened is told with its place in the journal") func corrupt() throws {
    var world = Self.world([RolloutSamples.change("a")])
    #expect(throws: JournalCorruption.self) { try world.write(.run(.skipped), Self.id("a")) }
  }
}
