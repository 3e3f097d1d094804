import FleetCore
import Testing

@Suite("The order of a plan: by what goes wrong if anything does") struct TurnOrderTests {
  private static func bench(_ number: Int, domain: String? = nil, servers: [ComputeServer] = []) -> Bench {
    var bench = Bench()
    let name = "cmp-\(number)"
    bench.host.id = HostID("sev-\(number)")
    bench.host.computeHost = .named(name)
    bench.host.failureDomain = domain
    bench.observation.host = bench.host.id
    bench.view.service.host = name
    bench.view.servers = servers
    let guests = servers.enumerated().map { index, server in
      GuestProcess(pid: 100 + index, uuid: server.id, name: server.name, model: server.model)
    }
    bench.observation.virtualMachines = VirtualMachines(
      guests: guests, qemuProcesses: guests.count, kvmReferences: guests.count)
    return bench
  }

  /// It is up to date, so that nobody is the last one that can run SEV-ES.
  private static func keeper() -> Bench {
    var bench = bench(9)
    bench.host.target = .version(Bench.running)
    return bench
  }

  private static func plain(_ host: Int, _ count: Int) -> [ComputeServer] {
    (0..<count).map { Bench.server("\(host)-\($0)", .none) }
  }

  private static func plan(_ benches: [Bench], waves: [Amount] = [.percent(100)]) -> Plan {
    Planner(catalog: benches[0].catalog, facts: SampleFacts.all, options: PlanOptions(), waves: waves)
      .plan(benches.map(\.situation))
  }

  private static func names(_ plan: Plan) -> [String] { plan.changes.map(\.host.rawValue) }

  @Test("the emptiest host first; equals keep the order of the inventory") func emptiest() {
    let plan = Self.plan([
      Self.bench(1, servers: Self.plain(1, 3)), Self.bench(2), Self.bench(3, servers: Self.plain(3, 1)), Self.bench(4),
      Self.keeper(),
    ])
    #expect(Self.names(plan) == ["sev-2", "sev-4", "sev-3", "sev-1"])
    #expect(plan.changes.compactMap(\.standing?.score) == [0, 0, 1, 3])
    #expect(plan.changes.last?.standing?.text == "3 servers to move")
  }

  @Test("the CPU of the host is kept, also where a change has no image") func model() {
    for target in [FirmwareTarget.version(Bench.newer), .factory] {
      var bench = Self.bench(1)
      bench.host.target = target
      bench.options.allowDowngrade = true
      let plan = Planner(catalog: bench.catalog, facts: SampleFacts.all, options: bench.options, waves: [.percent(100)])
        .plan([bench.situation])
      #expect(plan.changes.map(\.standing?.model) == [bench.observation.cpu?.familyModel], "\(plan.excluded)")
      #expect((plan.changes.first?.image == nil) == (target == .factory))
    }
  }

  @Test("a server that is switched off weighs more than ten that move") func restarts() {
    var stops = Self.bench(1, servers: [Bench.server("1-0", .sev)])
    stops.host.policy.drain.sev = .stop
    let plan = Self.plan([stops, Self.bench(2, servers: Self.plain(2, 9)), Self.keeper()])
    #expect(Self.names(plan) == ["sev-2", "sev-1"])
    #expect(plan.changes.last?.standing?.text == "1 to switch off")
  }

  @Test("the last host of a domain that can run SEV-ES comes last of all") func keeper() {
    let plan = Self.plan([
      Self.bench(1, domain: "rack-1"), Self.bench(2, domain: "rack-1"),
      Self.bench(3, domain: "rack-2", servers: Self.plain(3, 5)),
    ])
    #expect(Self.names(plan) == ["sev-1", "sev-3", "sev-2"])
    #expect(plan.changes.last?.standing?.text.contains("the last host of rack-1 that can run SEV-ES") == true)
    #expect(plan.changes[1].standing?.score == 5, "rack-2 has one such host: nothing that is done first could spare it")
  }

  @Test("a domain that keeps a host that can run SEV-ES has no last one") func kept() {
    var stays = Self.bench(3, domain: "rack-1")
    stays.host.target = .version(Bench.running)
    let plan = Self.plan([Self.bench(1, domain: "rack-1"), Self.bench(2, domain: "rack-1"), stays])
    #expect(plan.changes.allSatisfy { ($0.standing?.score ?? -1) < TurnOrder.lastKeeper }, "\(plan.changes)")
  }

  @Test("the combination is of generation, stepping, kernel and BIOS") func combination() {
    var other = Self.bench(2)
    other.observation.bios = "B 1.3"
    other.floor?.bios = "B 1.3"
    let plan = Self.plan([Self.bench(1), other, Self.bench(3)], waves: [.number(1)])
    let combinations = plan.changes.compactMap(\.standing?.combination)
    #expect(combinations.first == "Milan stepping 1, kernel 6.1.0-40-amd64, BIOS B 1.2")
    #expect(plan.changes.map(\.wave) == [1, 1, 2], "one canary of each")
    #expect(Self.names(plan) == ["sev-1", "sev-2", "sev-3"])
  }
}
