import FleetCore
import Testing

@Suite("Properties of every plan") struct PlannerPropertyTests {
  private static func forEachFleet(
    _ name: String, fleets: Int = TestEnvironment.sample(1500), _ body: (RandomFleet, Plan, UInt64) -> Void
  ) {
    let seed = TestEnvironment.seed()
    print("PlannerPropertyTests.\(name) seed \(seed)")
    for number in 0..<fleets {
      let fleet = RandomFleet(seed: seed &+ UInt64(number) &* 7919)
      body(fleet, fleet.plan, seed)
    }
  }

  @Test("the checker, which shares no code with the planner, signs every plan") func checked() {
    Self.forEachFleet("checked") { fleet, plan, seed in
      let findings = PlanChecker(catalog: fleet.catalog, facts: fleet.facts)
        .findings(plan, observations: fleet.observations)
      if !findings.isEmpty { Issue.record("seed \(seed): \(findings)") }
    }
  }

  @Test("every host stands in the plan exactly once, in the order of waves and of risk") func once() {
    Self.forEachFleet("once") { fleet, plan, seed in
      let all = plan.changes.map(\.host) + plan.upToDate + plan.excluded.map(\.host)
      let selected = fleet.situations.map(\.host.id)
      if all.sorted() != selected.sorted() { Issue.record("seed \(seed): \(all)") }
      let waves = plan.changes.map(\.wave)
      if waves != waves.sorted() { Issue.record("seed \(seed): waves \(waves)") }
      let last = plan.changes.last?.wave ?? 0
      for wave in stride(from: 2, through: last, by: 1) {
        let scores = plan.changes.filter { $0.wave == wave }.compactMap { $0.standing?.score }
        if scores != scores.sorted() { Issue.record("seed \(seed): wave \(wave) has \(scores)") }
      }
    }
  }

  @Test("the same input gives the same plan, and the order of Nova's answer does not matter") func same() {
    Self.forEachFleet("same") { fleet, plan, seed in
      if fleet.plan != plan { Issue.record("seed \(seed): a second plan differs") }
      var reversed = fleet
      for index in reversed.situations.indices {
        if case .known(var view) = reversed.situations[index].compute {
          view.servers.reverse()
          reversed.situations[index].compute = .known(view)
        }
      }
      if reversed.plan != plan { Issue.record("seed \(seed): the order of servers matters") }
    }
  }

  @Test("no change goes against what policy and options say") func consent() {
    Self.forEachFleet("consent") { fleet, plan, seed in
      for change in plan.changes {
        guard let situation = fleet.situations.first(where: { $0.host.id == change.host }) else { continue }
        let policy = situation.host.policy
        var faults: [String] = []
        if change.activation == .reload, !policy.activation.reload { faults.append("A1") }
        if change.activation == .reboot, !policy.activation.reboot { faults.append("A2") }
        if change.kernelChange != nil, !policy.activation.allowKernelChange { faults.append("A3") }
        if let desired = change.desired, desired < change.expected, !fleet.options.allowDowngrade {
          faults.append("A2")
        }
        if change.direction == .downgrade, change.floor == nil, !fleet.options.allowUnknownFloor { faults.append("A4") }
        if change.sevES.takesAway, !fleet.options.acceptSEVESLoss, policy.sevESLoss == .block { faults.append("S") }
        if change.direction == .factory, change.package?.treatment == .accept { faults.append("P") }
        for server in change.drain.restarts where policy.drain.sev == .wait || server.model == .none {
          faults.append("D2 \(server.id)")
        }
        if case .unknown = situation.compute, change.activation != .none { faults.append("E") }
        if !faults.isEmpty { Issue.record("seed \(seed), \(change.host): \(faults)") }
      }
    }
  }

  @Test("D3: every host that a SEV-ES server may go to keeps SEV-ES now and in this plan") func destinations() {
    Self.forEachFleet("destinations") { fleet, plan, seed in
      let losing = Set(plan.changes.filter(\.sevES.takesAway).compactMap(\.computeHost.name))
      var keeping: Set<String> = []
      for situation in fleet.situations {
        guard case .seen(let seen) = situation.look, let name = situation.host.computeHost.name else { continue }
        if SEVFeatures.judge(seen, facts: fleet.facts).sevES == .usable { keeping.insert(name) }
      }
      for server in plan.changes.flatMap(\.drain.servers) where server.model == .sevES && server.move == .cold {
        let wrong = server.destinations.filter { losing.contains($0) || !keeping.contains($0) }
        if !wrong.isEmpty || server.destinations.isEmpty { Issue.record("seed \(seed): \(server.id) to \(wrong)") }
      }
    }
  }

  @Test("the fleets are of every shape: no property holds for want of cases") func shapes() {
    var directions: Set<HostChange.Direction> = []
    var activations: Set<HostChange.Activation> = []
    var moves: Set<ServerMove.Move> = []
    var verdicts: Set<SEVESImpact.Verdict> = []
    var kinds: Set<ExclusionKind> = []
    var upToDate = 0
    Self.forEachFleet("shapes", fleets: 2500) { _, plan, _ in
      directions.formUnion(plan.changes.map(\.direction))
      activations.formUnion(plan.changes.map(\.activation))
      verdicts.formUnion(plan.changes.map(\.sevES.verdict))
      moves.formUnion(plan.changes.flatMap(\.drain.servers).map(\.move))
      kinds.formUnion(plan.excluded.map(\.exclusion.kind))
      upToDate += plan.upToDate.count
    }
    #expect(directions == Set(HostChange.Direction.allCases))
    #expect(activations == Set(HostChange.Activation.allCases))
    #expect(verdicts == Set(SEVESImpact.Verdict.allCases))
    #expect(moves == [.live, .cold, .stop, .leave])
    #expect(kinds == Set(ExclusionKind.allCases))
    #expect(upToDate > 100)
  }
}
