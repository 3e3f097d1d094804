import FleetCommands
import FleetCore
import FleetEngine
import FleetStore
import Testing

@Suite("RULES U2: a quarantined host is given back by a person") struct ReleaseTests {
  private static let stop = EffectID(.stopCompute, "nova-compute.service")
  private static let start = EffectID(.startCompute, "nova-compute.service")

  private static func release(
    _ rollout: StubRollout, _ world: StubWorld, _ effects: [Step: [EffectID]] = [:],
    hosts: any HostGateway = IdleHost()
  ) async throws -> String {
    let host = Host(
      id: StubRun.host, address: "192.0.2.1", ssh: SSHSettings(), computeHost: .named(StubWorld.name),
      declaredAt: SourceLocation(file: "hosts.yaml", line: 1))
    let services = EngineServices(
      store: rollout.store, controller: StubRun.controller, hosts: hosts, compute: world, clock: world, facts: Facts(),
      catalog: Catalog(),
      moves: MoveSlots())
    let quarantine = try rollout.quarantine(effects)
    return try await Release(host: host, quarantine: quarantine, services: services).release(
      reason: "looked at", by: "ops")
  }

  private static func world(_ change: @Sendable (inout ComputeServiceState) -> Void = { _ in }) -> StubWorld {
    let world = StubWorld([], reason: StubRun.reason)
    world.change { change(&$0.service) }
    return world
  }

  @Test("our service is enabled, and the host is free") func ours() async throws {
    let (rollout, world) = (try StubRollout(), Self.world())
    #expect(try await Self.release(rollout, world) == "its compute service is enabled")
    #expect(world.seen.service.isEnabled)
    #expect(try rollout.store.quarantines().isEmpty)
  }

  @Test("another's reason stays, and is told") func others() async throws {
    let (rollout, world) = (try StubRollout(), Self.world { $0.disabledReason = "disk" })
    let said = try await Self.release(rollout, world)
    #expect(said.contains("stays disabled") && said.contains("disk"), "\(said)")
    #expect(!world.seen.service.isEnabled)
    #expect(try rollout.store.quarantines().isEmpty)
  }

  @Test("what somebody enabled is left enabled") func enabled() async throws {
    let (rollout, world) = (try StubRollout(), Self.world { $0.isEnabled = true })
    #expect(try await Self.release(rollout, world).contains("enabled already"))
    #expect(try rollout.store.quarantines().isEmpty)
  }

  @Test("D2: servers that the drain stopped are named") func stopped() async throws {
    let rollout = try StubRollout()
    let stops: [Step: [EffectID]] = [.drain: [EffectID(.stopServer, "a"), EffectID(.stopServer, "b")]]
    let said = try await Self.release(rollout, Self.world(), stops)
    #expect(said.hasPrefix("its compute service is enabled; ") && said.hasSuffix(" by hand: a, b"), "\(said)")
  }

  @Test("K: the lease goes last; one that cannot be given back bars no release", arguments: [false, true])
  func lease(isUnreachable: Bool) async throws {
    let (rollout, world) = (try StubRollout(), Self.world())
    let hosts = StubHost(world)
    if isUnreachable { hosts.change { $0.remainsError = HostError(.unreachable, "no route") } }
    let said = try await Self.release(rollout, world, hosts: hosts)
    #expect(said.contains("its compute service is enabled; "), "\(said)")
    #expect(said.contains(isUnreachable ? "could not be given back: no route" : "its lease is given back"), "\(said)")
    #expect((hosts.seen.observation.lease == nil) != isUnreachable)
    #expect(try rollout.store.quarantines().isEmpty)
  }

  @Test("K: a lease that somebody took over is not given back") func othersLease() async throws {
    let (rollout, world) = (try StubRollout(), Self.world())
    let hosts = StubHost(world)
    let theirs = HostLease(
      line: ControllerIdentity(id: String(repeating: "b", count: 32), hostName: "x")
        .holder(rollout: "r9").line)
    hosts.change { $0.observation.lease = theirs }
    #expect(try await Self.release(rollout, world, hosts: hosts) == "its compute service is enabled")
    #expect(hosts.seen.observation.lease == theirs)
  }

  @Test("a service that is down is not enabled; the door that the rollout closed is named", arguments: [true, false])
  func down(isClosed: Bool) async throws {
    let (rollout, world) = (try StubRollout(), Self.world { $0.isUp = false })
    let effects: [Step: [EffectID]] = [.proveEmpty: isClosed ? [Self.stop] : [Self.stop, Self.start]]
    let error = await #expect(throws: CommandError.self) { try await Self.release(rollout, world, effects) }
    #expect(error?.kind == "computeDown")
    #expect(error?.text.contains("nova-compute.service") == isClosed, "\(error?.text ?? "")")
    #expect(!world.seen.service.isEnabled)
    #expect(try rollout.store.quarantines().count == 1, "a release that Nova did not take is no release")
  }
}
