import FleetCommands
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Foundation
import Testing

@Suite("What a plan leaves in the store and asks Nova for, beside the plan itself") struct PlanMakerTests {
  private static let old = FirmwareVersion(1, 55, 29)
  private static let newer = FirmwareVersion(1, 55, 31)
  private static let refusal = "the cloud refused"
  private static let folder = FamilyModel(family: 25, modelHigh: 0)

  /// Two hosts on which an upgrade can be loaded by a reload, in a time that a test moves on.
  private struct Bed {
    static let names = [StubWorld.name, StubWorld.other]
    let stub: StubRollout
    let world: StubWorld
    let gateway: StubHost
    var hosts: [FleetCore.Host]
    var options = PlanOptions()

    /// One server on each host of `places`.
    init(_ places: [String] = []) throws {
      stub = try StubRollout()
      let servers = places.map { place in
        ComputeServer(
          id: "s-\(place)", name: "vm-\(place)", project: "p", status: .active, host: place,
          model: EncryptionModel.none)
      }
      world = StubWorld(servers, reason: "")
      world.change {
        $0.service.isEnabled = true
        $0.service.disabledReason = nil
      }
      gateway = StubHost(world)
      hosts = Self.names.map { name in
        Host(
          id: HostID(name), address: "192.0.2.1", ssh: SSHSettings(), computeHost: .named(name),
          target: .version(newer), declaredAt: SourceLocation(file: "hosts.yaml", line: 1))
      }
      for host in hosts {
        let guests = servers.filter { $0.host == host.id.rawValue }.enumerated().map { index, server in
          GuestProcess(pid: 100 + index, uuid: server.id, name: server.name, model: server.model)
        }
        var seen = Observation.milan(host.id, old)
        seen.virtualMachines = VirtualMachines(
          guests: guests, qemuProcesses: guests.count, kvmReferences: guests.count)
        let look = Result<Observation, ProbeFailure>.success(seen)
        gateway.change { $0.looks[host.id] = look }
        try stub.store.save(floors: [host.id: .milan])
      }
    }

    private var maker: PlanMaker {
      let image = FirmwareImage(
        familyModel: folder, version: newer, spl: 25, sha256: String(repeating: "a", count: 64), size: 64_000,
        kernelName: folder.kernelName, path: "catalog/\(folder)/\(newer)")
      return PlanMaker(
        services: EngineServices(
          store: stub.store, controller: StubRun.controller, hosts: gateway, compute: world, clock: world,
          facts: FactsFile.builtIn, catalog: Catalog(images: [image]), moves: MoveSlots()))
    }

    func plan(offline: Bool = false) async throws -> PlanMaker.Result {
      let made = try await maker.plan(hosts, options: options, waves: [.percent(100)], offline: offline)
      #expect(made.findings.isEmpty, "\(made.findings)")
      return made
    }

    func probe() async throws { _ = try await maker.probe(hosts) }

    /// - Returns: the time it is then.
    func pass(_ seconds: Int64) -> Instant {
      world.change { $0.time += seconds * 1000 }
      return world.now()
    }

    func standing() throws -> [String: StandingTarget] {
      let targets = try stub.store.standingTargets()
      return Dictionary(targets.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    func views() throws -> [ComputeHostView] {
      try stub.store.computeViews().sorted { $0.key < $1.key }.map(\.value.view)
    }
  }

  // MARK: Since when hosts are wanted to run what they are

  private static func both(_ wanted: String, _ since: Instant) -> [String: StandingTarget] {
    let target = StandingTarget(wanted: wanted, since: since)
    return Dictionary(Bed.names.map { ($0, target) }, uniquingKeysWith: { first, _ in first })
  }

  @Test("a plan and a probe keep since when hosts are wanted to run a version; the same keeps its time")
  func sameTarget() async throws {
    for probesFirst in [false, true] {
      var bed = try Bed()
      let first = bed.pass(1)
      if probesFirst { try await bed.probe() } else { _ = try await bed.plan() }
      #expect(try bed.standing() == Self.both("1.55.31", first))
      _ = bed.pass(1)
      _ = try await bed.plan()
      try await bed.probe()
      for index in bed.hosts.indices { bed.hosts[index].target = .named("q3", versions: [Self.folder: Self.newer]) }
      _ = try await bed.plan()
      #expect(try bed.standing() == Self.both("1.55.31", first), "called otherwise, it is the same")
      // What one command asks for is nothing that the inventory wants.
      bed.options.target = .factory
      _ = try await bed.plan()
      #expect(try bed.standing() == Self.both("1.55.31", first))
    }
  }

  @Test("another version begins anew, for the host whose it is") func otherTarget() async throws {
    var bed = try Bed()
    let first = bed.pass(1)
    _ = try await bed.plan()
    let second = bed.pass(1)
    bed.hosts[1].target = .factory
    _ = try await bed.plan()
    var expected = Self.both("1.55.31", first)
    expected[StubWorld.other] = StandingTarget(wanted: "factory", since: second)
    #expect(try bed.standing() == expected)
    // Back and forth is a new wish.
    let third = bed.pass(1)
    bed.hosts[1].target = .version(Self.newer)
    _ = try await bed.plan()
    expected[StubWorld.other] = StandingTarget(wanted: "1.55.31", since: third)
    #expect(try bed.standing() == expected)
  }

  @Test("a host that was not seen, or has no target, keeps what is known of it") func unseen() async throws {
    var bed = try Bed()
    let failure = ProbeFailure(kind: .unreachable, text: "no answer")
    let silent = bed.hosts[0].id
    let look = bed.gateway.seen.looks[silent]
    bed.gateway.change { $0.looks[silent] = .failure(failure) }
    let first = bed.pass(1)
    _ = try await bed.plan()
    #expect(try bed.standing() == [StubWorld.other: StandingTarget(wanted: "1.55.31", since: first)])
    bed.gateway.change { $0.looks[silent] = look }
    let second = bed.pass(1)
    _ = try await bed.plan()
    var expected = Self.both("1.55.31", first)
    expected[StubWorld.name] = StandingTarget(wanted: "1.55.31", since: second)
    #expect(try bed.standing() == expected)
    _ = bed.pass(1)
    bed.gateway.change { $0.looks[silent] = .failure(failure) }
    bed.hosts[0].target = .factory
    bed.hosts[1].target = nil
    _ = try await bed.plan()
    #expect(try bed.standing() == expected)
  }

  @Test("an offline plan looks at no host, so that it tells nothing of when") func offline() async throws {
    var bed = try Bed()
    let first = bed.pass(1)
    _ = try await bed.plan()
    _ = bed.pass(1)
    for index in bed.hosts.indices { bed.hosts[index].target = .factory }
    _ = try await bed.plan(offline: true)
    #expect(try bed.standing() == Self.both("1.55.31", first))
  }

  // MARK: Servers that keep apart

  private static func reasons(_ made: PlanMaker.Result) -> [String] {
    made.plan.changes.flatMap { change in
      change.reasons.filter { $0.text.contains("server groups") }.map { "\(change.host) \($0.rule): \($0.text)" }
    }
  }

  @Test("where Nova tells no server groups, every view and the plan say why, offline too") func unread() async throws {
    let bed = try Bed(Bed.names)
    bed.world.change { $0.groups = .failure(ComputeError(.notAllowed, Self.refusal)) }
    let why = "Nova tells no server groups, so failure domains alone keep its servers from their peers: \(Self.refusal)"
    for isOffline in [false, true] {
      let made = try await bed.plan(offline: isOffline)
      #expect(made.plan.changes.count == 2, "\(made.plan.excluded)")
      #expect(try bed.views().map(\.peersUnread) == [Self.refusal, Self.refusal])
      #expect(Set(Self.reasons(made)) == Set(Bed.names.map { "\($0) D: \(why)" }))
      let text = PlanText.text(made.plan, id: made.id.rawValue)
      #expect(text.split(separator: "\n").count { $0 == "  D: \(why)" } == 2, "\(text)")
      let document = PlanDocument(made.plan, id: made.id.rawValue, createdAt: bed.world.now())
      #expect(try JSONText.pretty(document).components(separatedBy: why).count == 3)
      #expect(bed.world.seen.groupsAsked == 1, "once for all hosts, and never offline")
    }
  }

  @Test("what Nova tells of server groups stands with the servers, and nothing is unread") func told() async throws {
    let bed = try Bed(Bed.names)
    let members = bed.world.seen.servers.map(\.id)
    bed.world.change { $0.groups = .failure(ComputeError(.unreachable, Self.refusal)) }
    _ = try await bed.plan()
    bed.world.change { $0.groups = .success([PeerGroup(id: "g1", members: members)]) }
    for isOffline in [false, true] {
      let made = try await bed.plan(offline: isOffline)
      #expect(try bed.views().map(\.peersUnread) == [nil, nil], "what was stored before is over")
      #expect(try bed.views().flatMap(\.servers).map(\.peerGroups) == [["g1"], ["g1"]])
      #expect(made.plan.changes.map(\.drain.peerGroups) == [["g1"], ["g1"]])
      #expect(Self.reasons(made).isEmpty)
    }
  }

  @Test("of a fleet without servers Nova is not asked which keep apart") func noServers() async throws {
    for (places, asked) in [([], 0), ([StubWorld.name], 1), ([StubWorld.other], 1)] {
      let bed = try Bed(places)
      bed.world.change { $0.groups = .failure(ComputeError(.notAllowed, Self.refusal)) }
      let made = try await bed.plan()
      #expect(bed.world.seen.groupsAsked == asked, "\(places)")
      #expect(made.plan.changes.count == 2, "\(made.plan.excluded)")
      #expect(Self.reasons(made).count == asked, "only where something moves")
      #expect(try bed.views().allSatisfy { ($0.peersUnread != nil) == (asked > 0) })
    }
  }
}
