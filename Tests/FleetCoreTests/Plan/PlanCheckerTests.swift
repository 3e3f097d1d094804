import FleetCore
import Testing

@Suite("The plan checker") struct PlanCheckerTests {
  /// Every mutation is tried on every change of these many fleets.
  private static let fleets = max(250, TestEnvironment.sample(400))
  /// A mutation that fits fewer changes than this proves little.
  private static let enough = 5

  @Test("every spoilt plan is caught under its rule", arguments: PlanMutation.allCases)
  func caught(mutation: PlanMutation) {
    let seed = TestEnvironment.seed()
    print("PlanCheckerTests.\(mutation.rawValue) seed \(seed)")
    var tried = 0
    for number in 0..<Self.fleets {
      let fleet = RandomFleet(seed: seed &+ UInt64(number) &* 104_729)
      let plan = fleet.plan
      for index in plan.changes.indices {
        var seen = fleet.observations
        guard let spoilt = mutation.spoil(plan, at: index, &seen) else { continue }
        tried += 1
        let findings = PlanChecker(catalog: fleet.catalog, facts: fleet.facts).findings(spoilt, observations: seen)
        let host = plan.changes[index].host
        if !findings.contains(where: { $0.host == host && $0.rule == mutation.rule && !$0.text.isEmpty }) {
          Issue.record("seed \(seed): not caught on \(plan.changes[index].direction) of \(host): \(findings)")
        }
      }
    }
    #expect(tried >= Self.enough, "seed \(seed): it fitted only \(tried) changes")
  }

  @Test("a finding reads as one line with host and rule") func text() throws {
    var bench = Bench()
    bench.put(Bench.server("s1"))
    var change = try #require(bench.change)
    change.wave = 0
    let plan = Plan(changes: [change], upToDate: [], excluded: [])
    let findings = PlanChecker(catalog: bench.catalog, facts: bench.facts)
      .findings(plan, observations: [bench.host.id: bench.observation])
    #expect(findings.map(\.description) == ["sev-1: wave 0 is none (O)"])
  }
}
