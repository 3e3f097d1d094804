import FleetCore
import Testing

@Suite("Servers that keep apart are never taken away together") struct PeerGroupTests {
  private static func world(_ samples: [(String, [String]?)]) -> RolloutWorld {
    let changes = samples.map { name, groups in
      var change = RolloutSamples.change(name)
      change.drain.peerGroups = groups
      return change
    }
    var budgets = RolloutBudgets()
    for change in changes { budgets.unavailable[change.host] = 100 }
    return RolloutWorld(changes, budgets)
  }

  private static func started(_ world: inout RolloutWorld) throws -> [String] {
    var names: [String] = []
    while case .start(let change) = try world.advance() {
      try world.start(change)
      names.append(change.host.rawValue)
    }
    return names
  }

  @Test("of hosts that share a group one is under work at a time, and others go on") func oneAtATime() throws {
    var world = Self.world([("a", ["g1", "g2"]), ("b", ["g2"]), ("c", ["g3"]), ("d", nil), ("e", ["g1", "g3"])])
    #expect(try Self.started(&world) == ["a", "c", "d"])
    guard case .wait(let text?) = try world.advance() else {
      Issue.record("nothing is told of what is waited for")
      return
    }
    #expect(text.contains("g2") && text.contains("a, which is being worked on"), "\(text)")
    try world.finish(HostID("a"), .converged)
    #expect(try Self.started(&world) == ["b"], "e shares g3 with c")
    try world.finish(HostID("c"), .skipped)
    #expect(try Self.started(&world) == ["e"])
  }

  @Test("of random groups no two hosts under work ever share one, and every host has its turn") func random() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let samples = (0..<8).map { index in
        let groups = (0..<4).filter { _ in random.chance(1, of: 3) }.map { "g\($0)" }
        return ("h\(index)", groups.isEmpty ? nil : groups)
      }
      let groups = Dictionary(uniqueKeysWithValues: samples.map { (HostID($0.0), Set($0.1 ?? [])) })
      var world = Self.world(samples)
      var done = 0
      while done < samples.count {
        _ = try Self.started(&world)
        for (index, host) in world.running.enumerated() {
          for other in world.running.dropFirst(index + 1) {
            let isApart = groups[host]?.isDisjoint(with: groups[other] ?? []) == true
            #expect(isApart, "seed \(seed): \(host) and \(other) in \(samples)")
          }
        }
        guard let next = world.running.randomElement(using: &random) else {
          Issue.record("seed \(seed): nobody is under work after \(done) of \(samples)")
          return
        }
        try world.finish(next, .converged)
        done += 1
      }
    }
  }

  @Test("a quarantined host holds back the peers of what was stopped on it, not of what left it")
  func quarantined() throws {
    for (move, isHeldBack) in [(ServerMove.Move.stop, true), (.live, false), (.cold, false), (.leave, false)] {
      var changes = [RolloutSamples.change("a"), RolloutSamples.change("b", combination: "Rome")]
      for index in changes.indices { changes[index].drain.peerGroups = ["g1"] }
      changes[0].drain.servers = [
        ServerMove(id: "s1", name: "s1", project: "p", model: .none, move: move, why: "", rule: "E2", wasRunning: true)
      ]
      var budgets = RolloutBudgets()
      budgets.maxFailures = .number(1)
      for change in changes { budgets.unavailable[change.host] = 100 }
      var world = RolloutWorld(changes, budgets)
      #expect(try Self.started(&world) == ["a"])
      try world.finish(HostID("a"), .quarantined)
      let started = try Self.started(&world)
      #expect(started == (isHeldBack ? [] : ["b"]), "\(move)")
      guard isHeldBack else { continue }
      guard case .end(.rolloutPaused(let text)) = try world.advance() else {
        Issue.record("nothing is told of what is waited for")
        return
      }
      #expect(text.contains("g1") && text.contains("a, which is quarantined with stopped servers"), "\(text)")
    }
  }

  @Test("where Nova tells no groups, a plan that moves servers says so") func unread() throws {
    var bench = Bench()
    bench.view.peersUnread = "the cloud refused"
    #expect(try #require(bench.change).reasons.allSatisfy { !$0.text.contains("server groups") }, "nothing moves")
    bench.put(Bench.server("s1"))
    #expect(
      try #require(bench.change).reasons.contains {
        $0.text.contains("tells no server groups") && $0.text.hasSuffix("the cloud refused")
      })
  }

  @Test("a plan names the groups of the servers that it touches, where they are not alone") func plans() throws {
    var bench = Bench()
    bench.put(Bench.server("s1"), Bench.server("s2"), Bench.server("s3", status: .shutoff))
    let groups = [
      PeerGroup(id: "g1", members: ["s1", "elsewhere"]), PeerGroup(id: "alone", members: ["s2"]),
      PeerGroup(id: "left", members: ["s3", "elsewhere"]), PeerGroup(id: "g0", members: ["s1", "s9"]),
    ]
    #expect(try #require(bench.change).drain.peerGroups == nil, "nobody asked")
    bench.view = bench.view.marked(with: PeerGroup.byServer(groups))
    #expect(bench.view.servers.map(\.peerGroups) == [["g0", "g1"], nil, ["left"]])
    #expect(try #require(bench.change).drain.peerGroups == ["g0", "g1"], "what is left stays with its peers")
    bench.view = bench.view.marked(with: PeerGroup.byServer([]))
    #expect(bench.view.servers.allSatisfy { $0.peerGroups == nil })
  }
}
