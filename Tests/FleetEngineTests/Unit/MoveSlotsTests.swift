import FleetCore
import FleetEngine
import Testing

@Suite("RULES D5: slots for moves") struct MoveSlotsTests {
  private static func move(_ number: Int) -> EffectID { EffectID(.moveLive, "s\(number)") }

  @Test("no more than the limit, and each effect once") func limit() async {
    let slots = MoveSlots(limit: 2)
    #expect(await slots.take(Self.move(1)))
    #expect(await slots.take(Self.move(1)), "the same effect needs no second slot")
    #expect(await slots.take(Self.move(2)))
    #expect(await !slots.take(Self.move(3)))
    await slots.give(Self.move(1))
    #expect(await slots.take(Self.move(3)))
  }

  @Test("what has no slot gives none back") func strangers() async {
    let slots = MoveSlots(limit: 1)
    #expect(await slots.take(Self.move(1)))
    await slots.give(EffectID(.confirmMove, "s1"))
    #expect(await !slots.take(Self.move(2)))
  }

  @Test("what is under way after a restart counts beyond the limit") func hold() async {
    let slots = MoveSlots(limit: 1)
    for number in 1...3 { await slots.hold(Self.move(number)) }
    await slots.give(Self.move(1))
    await slots.give(Self.move(2))
    #expect(await !slots.take(Self.move(4)))
    await slots.give(Self.move(3))
    #expect(await slots.take(Self.move(4)))
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
