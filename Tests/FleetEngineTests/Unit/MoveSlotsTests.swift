import FleetCommands
import FleetCore
import FleetEngine
import Testing

@Suite("RULES D5: slots for moves") struct MoveSlotsTests {
  private static func move(_ number: Int, _ rollout: String = "r1", host: String = "h1") -> MoveSlots.Move {
    MoveSlots.Move(rollout: rollout, host: HostID(host), effect: EffectID(.moveLive, "s\(number)"))
  }

  @Test("no more than the limit, and each move once") func limit() async {
    let slots = MoveSlots()
    #expect(await slots.take(Self.move(1), limit: 2))
    #expect(await slots.take(Self.move(1), limit: 2), "the same move needs no second slot")
    #expect(await slots.take(Self.move(2), limit: 2))
    #expect(await !slots.take(Self.move(3), limit: 2))
    await slots.give(Self.move(1))
    #expect(await slots.take(Self.move(3), limit: 2))
  }

  @Test("rollouts count together, each under its own limit") func together() async {
    for (ordinary, emergency) in [(1, 1), (2, 5), (5, 2), (20, 60), (0, 3)] {
      let slots = MoveSlots()
      var moves: [MoveSlots.Move] = []
      for (rollout, limit) in [("ordinary", ordinary), ("emergency", emergency), ("ordinary", ordinary)] {
        for number in 0..<100 {
          let move = Self.move(number, rollout)
          guard !moves.contains(move), await slots.take(move, limit: limit) else { continue }
          moves.append(move)
          #expect(moves.count <= max(1, limit))
        }
      }
      #expect(moves.count == max(1, ordinary, emergency), "\(ordinary), \(emergency)")
    }
  }

  @Test("the same server by another rollout or from another host is another move") func servers() async {
    let slots = MoveSlots()
    let first = Self.move(1)
    let others = [Self.move(1, "r2"), Self.move(1, host: "h2")]
    #expect(await slots.take(first, limit: 1))
    for other in others {
      #expect(await !slots.take(other, limit: 1))
      await slots.give(other)
      #expect(await !slots.take(other, limit: 1), "who holds nothing gives nothing back")
    }
  }

  @Test("what is under way after a restart counts beyond the limit") func hold() async {
    let slots = MoveSlots()
    for number in 1...3 { await slots.hold(Self.move(number)) }
    await slots.give(Self.move(1))
    await slots.give(Self.move(2))
    #expect(await !slots.take(Self.move(4), limit: 1))
    await slots.give(Self.move(3))
    #expect(await slots.take(Self.move(4), limit: 1))
  }

  @Test("one cloud has one set of slots, whoever asks and when") func clouds() {
    let clouds = CloudMoves()
    let names = [nil, "a", "b", nil, "a", "b"]
    let slots = names.map { clouds.slots($0) }
    for (first, one) in zip(names, slots) {
      for (second, other) in zip(names, slots) { #expect((one === other) == (first == second)) }
    }
  }
}

@Suite("RULES D4: hosts that converged in a rollout") struct ConvergedHostsTests {
  private static func events(of host: HostID, name: String, converges: Bool, into hosts: inout ConvergedHosts) {
    let enable = EffectID(.enableService, name)
    hosts.note(.effectIntended(effect: enable, token: "t"), of: host)
    hosts.note(.effectObserved(effect: enable, result: .done("")), of: host)
    if converges { hosts.note(.stepSucceeded(step: .uncordon, completion: .performed), of: host) }
  }

  @Test("in order, and not those that were given back on the return path") func order() {
    var hosts = ConvergedHosts()
    Self.events(of: HostID("h2"), name: "cmp-2", converges: true, into: &hosts)
    Self.events(of: HostID("h3"), name: "cmp-3", converges: false, into: &hosts)
    Self.events(of: HostID("h1"), name: "cmp-1", converges: true, into: &hosts)
    #expect(hosts.names == ["cmp-2", "cmp-1"])
  }
}
