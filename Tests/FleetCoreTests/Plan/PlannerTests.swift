import FleetCore
import Testing

@Suite("RULES D3, D4: destinations across a plan") struct PlannerTests {
  private static func bench(_ number: Int) -> Bench {
    var bench = Bench()
    let name = "cmp-\(number)"
    bench.host.id = HostID("sev-\(number)")
    bench.host.computeHost = .named(name)
    bench.observation.host = bench.host.id
    bench.view.service.host = name
    bench.host.policy.drain.sev = .cold
    return bench
  }

  private static func plan(_ benches: [Bench], accept: Bool = false, outside: [String] = []) -> Plan {
    let options = PlanOptions(acceptSEVESLoss: accept)
    return Planner(catalog: benches[0].catalog, facts: SampleFacts.all, options: options, outsideHosts: outside)
      .plan(benches.map(\.situation))
  }

  private static func destinations(_ plan: Plan, _ server: String) -> [String]? {
    plan.changes.flatMap(\.drain.servers).first { $0.id == server }?.destinations
  }

  @Test("converged hosts first, then hosts outside the change, then Nova's others, then the last of the plan")
  func order() {
    var mover = Self.bench(1)
    mover.put(Bench.server("s1", .sev))
    var converged = Self.bench(2)
    converged.host.target = .version(Bench.running)
    var excluded = Self.bench(3)
    excluded.host.target = nil
    let plan = Self.plan([mover, Self.bench(4), Self.bench(5), excluded, converged], outside: ["cmp-9"])
    #expect(Self.destinations(plan, "s1") == ["cmp-2", "cmp-3", "cmp-9", "cmp-5", "cmp-4"])
  }

  @Test("a host that takes no servers is no destination") func unfit() {
    var mover = Self.bench(1)
    mover.put(Bench.server("s1", .sev))
    var disabled = Self.bench(2)
    disabled.view.service.isEnabled = false
    var down = Self.bench(3)
    down.view.service.isUp = false
    var forced = Self.bench(4)
    forced.view.service.forcedDown = true
    var quarantined = Self.bench(5)
    quarantined.quarantine = "roll-1"
    var unseen = Self.bench(6)
    unseen.failure = ProbeFailure(kind: .unreachable, text: "no answer")
    var outsideNova = Self.bench(7)
    outsideNova.host.computeHost = .notInNova
    let plan = Self.plan([mover, disabled, down, forced, quarantined, unseen, outsideNova, Self.bench(8)])
    #expect(Self.destinations(plan, "s1") == ["cmp-8"])
  }

  @Test("RULES S: who accepts a loss is told which servers elsewhere could no longer land here") func landing() {
    var losing = Self.bench(1)
    losing.host.target = .version(Bench.losing)
    var holder = Self.bench(2)
    holder.host.target = .version(Bench.running)
    holder.put(Bench.server("e2", .sevES), Bench.server("plain", .none))
    let plan = Self.plan([losing, holder], accept: true)
    let told = plan.changes.flatMap(\.reasons).filter { $0.text.contains("could not move here") }
    #expect(told.count == 1 && told[0].rule == "S", "\(plan.changes) \(plan.excluded)")
    #expect(told.first?.text.hasSuffix("e2 on sev-2") == true, "\(told)")
    #expect(
      Self.plan([holder, Self.bench(3)]).changes.flatMap(\.reasons).allSatisfy { !$0.text.contains("move here") })
  }

  @Test("a SEV-ES server goes to a host that keeps SEV-ES, and to no stranger") func keepsSEVES() {
    var mover = Self.bench(1)
    mover.put(Bench.server("e1", .sevES))
    var lost = Self.bench(2)
    lost.observation.firmware.kernelLog = Bench.log(Bench.losing)
    lost.observation.files = [FirmwareFile(path: Bench.path, version: Bench.losing, spl: 28)]
    lost.host.target = .version(Bench.losing)
    #expect(Self.plan([mover, lost], outside: ["cmp-9"]).excluded.map(\.exclusion.rule) == ["D3"])
    let plan = Self.plan([mover, lost, Self.bench(3)], outside: ["cmp-9"])
    #expect(Self.destinations(plan, "e1") == ["cmp-3"])
  }

  @Test("a host whose own change takes SEV-ES away is no destination, not even one that a first look had blocked")
  func noSwap() {
    var left = Self.bench(1)
    left.host.target = .version(Bench.losing)
    left.put(Bench.server("e1", .sevES))
    var right = Self.bench(2)
    right.host.target = .version(Bench.losing)
    right.put(Bench.server("e2", .sevES))
    let plan = Self.plan([left, right], accept: true)
    #expect(plan.changes.isEmpty)
    #expect(plan.excluded.map(\.exclusion.rule) == ["D3", "D3"])
    var keeper = Self.bench(3)
    keeper.host.target = .version(Bench.running)
    let saved = Self.plan([left, right, keeper], accept: true)
    #expect(Self.destinations(saved, "e1") == ["cmp-3"])
    #expect(Self.destinations(saved, "e2") == ["cmp-3"])
  }

  @Test("a host left alone for a SEV-ES loss is no destination: the loss may be accepted") func pendingLoss() {
    var mover = Self.bench(1)
    mover.put(Bench.server("e1", .sevES))
    var pending = Self.bench(2)
    pending.host.target = .version(Bench.losing)
    let plan = Self.plan([mover, pending])
    #expect(plan.excluded.map(\.exclusion.kind) == [.serversBlocked, .sevESLoss])
    #expect(plan.excluded.first?.exclusion.rule == "D3")
  }

  @Test("no more than the bounded number of destinations is kept") func bounded() {
    var mover = Self.bench(1)
    mover.put(Bench.server("s1", .sev))
    let plan = Self.plan([mover] + (2...30).map(Self.bench))
    #expect(Self.destinations(plan, "s1")?.count == Planner.maxDestinations)
  }

  @Test("an empty selection is an empty plan") func empty() {
    let plan = Planner(catalog: Catalog(), facts: SampleFacts.all, options: PlanOptions()).plan([])
    #expect(plan == Plan(changes: [], upToDate: [], excluded: []))
  }
}
