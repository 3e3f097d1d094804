import FleetCore
import FleetEngine
import Testing

@Suite("RULES D9, E1: who enables the service, and after which heartbeat") struct HeartbeatTests {
  private static let unit = "nova-compute.service"
  private static let stop = EffectID(.stopCompute, unit)
  private static let server = "s"

  /// Its one server was stopped by the drain and is off; the service is disabled by us and gave its last sign of life.
  private static func world(_ status: ServerStatus = .shutoff) -> StubWorld {
    let server = ComputeServer(
      id: server, name: "vm", project: "p", status: status, host: StubWorld.name, model: .none)
    let world = StubWorld([server], reason: StubRun.reason)
    world.change { $0.service.updatedAt = Instant(milliseconds: $0.time) }
    return world
  }

  private static func takeOver(_ state: inout StubWorld.State) {
    state.service.disabledReason = "mine"
    state.service.updatedAt = Instant(milliseconds: state.time)
  }

  private static func beat(_ state: inout StubWorld.State) {
    state.service.updatedAt = Instant(milliseconds: state.time)
  }

  /// Right before its service is enabled again, with a server that the drain stopped.
  private static func uncordon(_ world: StubWorld) async throws -> StubRun.Ended {
    var run = StubRun(world, StubHost(world))
    run.come(
      to: .uncordon,
      [
        .cordon: [StubRun.cordon], .drain: [EffectID(.stopServer, server)], .proveEmpty: [stop],
        .activate: [EffectID(.reload)], .verify: [EffectID(.startCompute, unit)],
      ])
    return try await run.drive()
  }

  /// With nova-compute stopped for the proof, and on from `own`; the door is opened, once, and nothing else is done but
  /// to give the lease back.
  private static func shut(_ world: StubWorld, then own: [HostRun.Event]) async throws -> StubRun.Ended {
    let hosts = StubHost(world)
    hosts.change { $0.computeRuns = false }
    var run = StubRun(world, hosts)
    run.come(to: .proveEmpty, then: StubRun.done(stop) + own)
    let ended = try await run.drive()
    #expect(hosts.seen.acts.map(\.act).filter { $0 != .giveLease } == [.openDoor(.unit(.systemd(unit: unit)))])
    return ended
  }

  private static func checkTakenOver(_ ended: StubRun.Ended, _ world: StubWorld) {
    guard case .quarantined(.uncordon, let failure) = ended.run.state else {
      Issue.record("\(ended.run.state)")
      return
    }
    #expect(failure.kind == .serviceTakenOver, "\(failure.text)")
    #expect(failure.found == "mine")
    #expect(!world.seen.service.isEnabled && world.seen.service.disabledReason == "mine")
    #expect(world.seen.calls.isEmpty, "its server is not started on a host that is not given back")
    let named = ended.findings.filter { $0.hasPrefix("serverNotStarted: ") }
    #expect(named.count == 1 && named[0].contains("server \(server) "), "\(ended.findings)")
  }

  @Test("a new heartbeat gives the host and its server back") func given() async throws {
    let world = Self.world()
    world.change { $0.after(20_000, Self.beat) }
    let ended = try await Self.uncordon(world)
    #expect(ended.run.state == .converged, "\(ended.run.state)")
    #expect(world.seen.service.isEnabled)
    #expect(world.seen.calls == ["start"])
    #expect(!ended.findings.contains { $0.hasPrefix("serverNotStarted") }, "\(ended.findings)")
  }

  @Test("another's reason while the heartbeat is waited for: not enabled, and no sign of life") func whileWaiting()
    async throws
  {
    let world = Self.world()
    world.change { $0.after(20_000, Self.takeOver) }
    Self.checkTakenOver(try await Self.uncordon(world), world)
  }

  @Test("another's reason after the heartbeat, right before it is enabled") func beforeEnabling() async throws {
    let world = Self.world()
    world.change {
      $0.after(20_000, Self.beat)
      $0.onInventory = Self.takeOver
    }
    Self.checkTakenOver(try await Self.uncordon(world), world)
  }

  @Test("U1: on the way back another's reason stays, and only a real heartbeat counts") func wayBack() async throws {
    let world = Self.world()
    world.change {
      $0.after(20_000, Self.takeOver)
      $0.after(60_000, Self.beat)
    }
    let began = world.seen.time
    let ended = try await Self.shut(
      world, then: [.stepFailed(step: .proveEmpty, failure: Failure(.unknownVMs, "a VM")), .returnStarted])
    guard case .skipped(.proveEmpty, _) = ended.run.state else {
      Issue.record("\(ended.run.state)")
      return
    }
    #expect(world.seen.time - began >= 60_000)
    #expect(!world.seen.service.isEnabled && world.seen.service.disabledReason == "mine")
  }

  @Test("U3: a drain that is entered again moves nobody before a new heartbeat") func reentered() async throws {
    let world = Self.world(.active)
    world.change { $0.after(20_000, Self.beat) }
    let began = world.seen.time
    let ended = try await Self.shut(
      world,
      then: [
        .stepFailed(step: .proveEmpty, failure: Failure(.serverAppeared, "a server came")), .drainReentered,
        .stepStarted(step: .drain, attempt: 1),
      ])
    #expect(ended.run.state == .ready(.stage, attempt: 1), "\(ended.run.state)")
    try #require(world.seen.calls == ["live"])
    #expect(world.seen.requests[0].at - began >= 20_000)
  }
}
