import FleetCore
import Testing

@Suite("The policy of an emergency") struct EmergencyPolicyTests {
  private static var ordinary: Policy {
    var policy = Policy()
    policy.emergency.maxUnavailable = .number(7)
    policy.emergency.maxFailures = .number(3)
    policy.emergency.maxMoves = 50
    policy.emergency.waves = [.number(2), .percent(100)]
    policy.soak = .seconds(60)
    policy.drain.sev = .wait
    return policy
  }

  @Test("without an emergency nothing changes") func none() {
    #expect(Self.ordinary.inForce(PlanOptions()) == Self.ordinary)
    #expect(Self.ordinary.inForce(PlanOptions(target: .factory, allowDowngrade: true)) == Self.ordinary)
  }

  @Test("budgets, moves and waves are its own, there is no soak, and nothing else is loosened") func own() {
    let found = Self.ordinary.inForce(PlanOptions(emergency: "EntrySign"))
    #expect(found.maxUnavailable == .number(7))
    #expect(found.maxFailures == .number(3))
    #expect(found.drain.maxMoves == 50)
    #expect(found.waves == [.number(2), .percent(100)])
    #expect(found.soak == .zero)
    var rest = found
    rest.maxUnavailable = Self.ordinary.maxUnavailable
    rest.maxFailures = Self.ordinary.maxFailures
    rest.drain.maxMoves = Self.ordinary.drain.maxMoves
    rest.waves = Self.ordinary.waves
    rest.soak = Self.ordinary.soak
    #expect(rest == Self.ordinary)
  }

  @Test("by default a tenth of the hosts at once, one host first") func defaults() {
    let found = Policy().inForce(PlanOptions(emergency: "now"))
    #expect(found.maxUnavailable.of(200) == 20 && found.maxUnavailable.of(5) == 1)
    #expect(found.maxFailures.of(200) == 20)
    #expect(found.waves.first == .number(1))
    #expect(found.drain.maxMoves > Policy().drain.maxMoves)
  }
}
