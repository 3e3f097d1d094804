import FleetCore
import Testing

@Suite struct CapacityCheckTests {
  private static func room(
    _ host: String, _ vcpus: Int, _ memory: Int, takes: Bool = true, zone: String? = nil, domain: String? = nil,
    _ slots: [EncryptionModel: Int] = [:]
  ) -> ComputeRoom {
    ComputeRoom(
      host: host, takesServers: takes, zone: zone, domain: domain, freeVCPUs: vcpus, freeMemoryMB: memory,
      freeSlots: slots)
  }

  private static func need(
    _ id: String, _ vcpus: Int? = 1, _ memory: Int? = 1, _ model: EncryptionModel = .none
  ) -> ServerNeed {
    ServerNeed(id: id, vcpus: vcpus, memoryMB: memory, model: model)
  }

  @Test("nothing leaves, or nothing is on what leaves: it fits, whatever is free") func nothing() {
    let check = CapacityCheck(rooms: [Self.room("a", 0, 0)])
    #expect(check.answer(leaving: []).fits)
    #expect(check.answer(leaving: [LeavingHost(host: "a", needs: [])]).fits)
    #expect(check.answer(leaving: [LeavingHost(host: "elsewhere", needs: [])]).fits)
  }

  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var rooms: [ComputeRoom]
    var needs: [ServerNeed]
    var reach = CapacityCheck.Reach.zone
    /// Empty: it fits.
    var resources: [Shortage.Resource] = []
    var missing: [Int] = []
  }

  /// The leaving host is always `a`.
  static let rows: [Row] = [
    Row(testDescription: "exactly enough", rooms: [room("a", 0, 0), room("b", 2, 8)], needs: [need("s", 2, 8)]),
    Row(
      testDescription: "vCPUs", rooms: [room("a", 9, 9), room("b", 2, 8)], needs: [need("s", 3, 8)],
      resources: [.vcpus], missing: [1]),
    Row(
      testDescription: "memory", rooms: [room("a", 9, 99), room("b", 2, 8)],
      needs: [need("s", 1, 5), need("t", 1, 9)],
      resources: [.memoryMB], missing: [6]),
    Row(
      testDescription: "both", rooms: [room("a", 0, 0)], needs: [need("s", 3, 5)], resources: [.vcpus, .memoryMB],
      missing: [3, 5]),
    Row(
      testDescription: "slots of the very model", rooms: [room("a", 0, 0), room("b", 9, 9, [.sev: 4, .sevSNP: 1])],
      needs: [need("s", 1, 1, .sevES), need("t", 1, 1, .sevSNP), need("u", 1, 1, .sev)],
      resources: [.encryption(.sevES)], missing: [1]),
    Row(
      testDescription: "sums suffice, no host does", rooms: [room("a", 0, 0), room("b", 2, 9), room("c", 2, 9)],
      needs: [need("s", 3, 1)], resources: [.oneHost], missing: [1]),
    Row(
      testDescription: "a host that takes none", rooms: [room("a", 0, 0), room("b", 9, 9, takes: false)],
      needs: [need("s")], resources: [.vcpus, .memoryMB], missing: [1, 1]),
    Row(
      testDescription: "another zone's room is no room",
      rooms: [room("a", 0, 0, zone: "z1"), room("b", 9, 9, zone: "z2")], needs: [need("s")],
      resources: [.vcpus, .memoryMB], missing: [1, 1]),
    Row(
      testDescription: "another domain's room is room in the same zone",
      rooms: [room("a", 0, 0, domain: "r1"), room("b", 9, 9, domain: "r2")], needs: [need("s")]),
    Row(
      testDescription: "unless servers must stay in the domain",
      rooms: [room("a", 0, 0, domain: "r1"), room("b", 9, 9, domain: "r2")], needs: [need("s")], reach: .domain,
      resources: [.vcpus, .memoryMB], missing: [1, 1]),
    Row(
      testDescription: "an unknown size", rooms: [room("a", 0, 0), room("b", 9, 9)],
      needs: [need("s", nil), need("t")],
      resources: [.unknown], missing: [1]),
    Row(
      testDescription: "an unknown model", rooms: [room("a", 0, 0), room("b", 9, 9, [.unknown: 9])],
      needs: [need("s", 1, 1, .unknown)], resources: [.unknown], missing: [1]),
    Row(
      testDescription: "a host that Nova does not list", rooms: [room("b", 9, 9)], needs: [need("s")],
      resources: [.unknown], missing: [1]),
  ]

  @Test("what fits, and what is missing where it does not", arguments: rows) func table(_ row: Row) {
    let check = CapacityCheck(rooms: row.rooms, reach: row.reach)
    let found = check.answer(leaving: [LeavingHost(host: "a", needs: row.needs)])
    #expect(found.fits == row.resources.isEmpty)
    #expect(found.shortages.map(\.resource) == row.resources)
    #expect(found.shortages.map(\.missing) == row.missing)
    for shortage in found.shortages where shortage.resource != .unknown {
      #expect(shortage.text.contains("\(shortage.missing)"))
    }
  }

  @Test("the sentence names place, hosts and numbers") func sentence() {
    let check = CapacityCheck(rooms: [Self.room("a", 0, 0, zone: "az1"), Self.room("b", 28, 99, zone: "az1")])
    let found = check.answer(leaving: [LeavingHost(host: "a", needs: [Self.need("s", 40, 1)])])
    #expect(
      found.shortages.map(\.text) == [
        "az1: 12 vCPUs are missing: the servers of a need 40, the other hosts have 28 free"
      ])
  }

  @Test("what a host holds too much of counts as none, not as less than none") func overcommitted() {
    let check = CapacityCheck(rooms: [Self.room("a", 0, 0), Self.room("b", -5, -5), Self.room("c", 1, 1)])
    #expect(check.answer(leaving: [LeavingHost(host: "a", needs: [Self.need("s")])]).fits)
  }

  @Test("a change's servers: those that move, and those that came later; none where nothing is drained")
  func leaving() throws {
    var bench = Bench()
    bench.put(Bench.server("m"), Bench.server("l", status: .shutoff))
    var change = try #require(bench.change)
    #expect(change.drain.servers.map(\.move) == [.leave, .live])
    var servers = bench.view.servers + [Bench.server("new")]
    for index in servers.indices { (servers[index].vcpus, servers[index].memoryMB) = (index, 10) }
    let host = try #require(LeavingHost(change, servers: servers))
    #expect(host.host == Bench.name)
    #expect(host.needs.map(\.id) == ["m", "new"])
    #expect(host.needs.map(\.vcpus) == [0, 2])
    change.activation = .none
    #expect(LeavingHost(change, servers: servers)?.needs.isEmpty == true)
    change.computeHost = .notInNova
    #expect(LeavingHost(change, servers: servers) == nil)
  }

  // MARK: Random fleets

  private struct Fleet {
    var rooms: [ComputeRoom] = []
    var wave: [LeavingHost] = []

    init(_ random: inout SeededGenerator) {
      let models: [EncryptionModel] = [.none, .none, .sev, .sevES, .sevSNP]
      for number in 0..<Int.random(in: 2...6, using: &random) {
        var slots: [EncryptionModel: Int] = [:]
        for model in [EncryptionModel.sev, .sevES, .sevSNP] where random.chance(2, of: 3) {
          slots[model] = Int.random(in: 0...2, using: &random)
        }
        rooms.append(
          room(
            "h\(number)", Int.random(in: 0...9, using: &random), Int.random(in: 0...9, using: &random),
            takes: random.chance(5, of: 6), zone: random.chance(4, of: 5) ? "z" : "y", slots))
      }
      for number in 0..<Int.random(in: 1...3, using: &random) {
        let needs = (0..<Int.random(in: 0...3, using: &random)).map { index in
          need(
            "s\(number)-\(index)", random.chance(1, of: 40) ? nil : Int.random(in: 1...4, using: &random),
            Int.random(in: 1...4, using: &random), random.pick(models))
        }
        wave.append(LeavingHost(host: random.chance(1, of: 30) ? "x" : "h\(number)", needs: needs))
      }
    }
  }

  private static func forEachFleet(_ name: String, _ body: (Fleet, UInt64) -> Void) {
    let seed = TestEnvironment.seed()
    print("CapacityCheckTests.\(name) seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<TestEnvironment.sample(4000) { body(Fleet(&random), seed) }
  }

  @Test("never fits where no placement exists, and a sum that is short leaves none") func safe() {
    var (fit, short, mistaken) = (0, 0, 0)
    Self.forEachFleet("safe") { fleet, seed in
      let answer = CapacityCheck(rooms: fleet.rooms).answer(leaving: fleet.wave)
      let possible = PackingOracle.fits(fleet.rooms, leaving: fleet.wave)
      switch answer {
      case .fits:
        fit += 1
        if !possible { Issue.record("seed \(seed): says fits: \(fleet)") }
      case .short(let shortages):
        short += 1
        if shortages.isEmpty { Issue.record("seed \(seed): short of nothing: \(fleet)") }
        if possible { mistaken += 1 }
        let isCertain = shortages.contains { $0.resource != .oneHost }
        if possible, isCertain { Issue.record("seed \(seed): \(shortages) yet it fits: \(fleet)") }
        if shortages.contains(where: { $0.missing == 0 }) { Issue.record("seed \(seed): nothing missing: \(fleet)") }
      }
    }
    // Both answers were tried, and first fit is seldom wrong to the safe side: else the oracle proves little.
    #expect(fit * 10 > fit + short && short * 10 > fit + short)
    #expect(mistaken * 20 <= short)
  }

  @Test("the largest prefix fits, one more host does not, and order is kept") func prefix() {
    var cut = 0
    Self.forEachFleet("prefix") { fleet, seed in
      let check = CapacityCheck(rooms: fleet.rooms)
      let (count, lacking) = check.largestPrefix(of: fleet.wave)
      if count < fleet.wave.count { cut += 1 }
      if !check.answer(leaving: Array(fleet.wave.prefix(count))).fits {
        Issue.record("seed \(seed): \(count) do not fit: \(fleet)")
      }
      if (count == fleet.wave.count) != lacking.isEmpty { Issue.record("seed \(seed): \(lacking): \(fleet)") }
      if count < fleet.wave.count, check.answer(leaving: Array(fleet.wave.prefix(count + 1))).fits {
        Issue.record("seed \(seed): \(count + 1) fit as well: \(fleet)")
      }
    }
    #expect(cut > 0)
  }

  @Test("the order of rooms and of servers does not matter") func order() {
    Self.forEachFleet("order") { fleet, seed in
      var other = fleet
      other.rooms.reverse()
      for index in other.wave.indices { other.wave[index].needs.reverse() }
      let one = CapacityCheck(rooms: fleet.rooms).answer(leaving: fleet.wave)
      let two = CapacityCheck(rooms: other.rooms).answer(leaving: other.wave)
      if one.shortages.map(\.resource) != two.shortages.map(\.resource) { Issue.record("seed \(seed): \(fleet)") }
    }
  }
}
