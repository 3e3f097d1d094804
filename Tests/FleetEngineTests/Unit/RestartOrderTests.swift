import FleetCore
import FleetEngine
import Testing

@Suite("FEATURES 54: what the drain stopped is started again, in the order in which it was stopped")
struct RestartOrderTests {
  /// On a host that has been verified, with these servers stopped by the drain in this order; `other` was off before.
  private static func uncordon(
    stopped: [String], answers: [StubWorld.Answer] = []
  ) async throws -> (ended: StubRun.Ended, world: StubWorld) {
    let servers = (stopped + ["other"]).sorted().map { id in
      ComputeServer(
        id: id, name: "vm-\(id)", project: "p", status: .shutoff, powerState: 4, host: StubWorld.name, model: .sev)
    }
    let world = StubWorld(servers, reason: StubRun.reason)
    world.change {
      $0.answers["start"] = answers
      $0.service.updatedAt = Instant(milliseconds: $0.time)
      $0.after(5_000) { $0.service.updatedAt = Instant(milliseconds: $0.time) }
    }
    let unit = "nova-compute.service"
    var run = StubRun(world, StubHost(world))
    run.come(
      to: .uncordon,
      [
        .drain: stopped.map { EffectID(.stopServer, $0) }, .proveEmpty: [EffectID(.stopCompute, unit)],
        .activate: [EffectID(.reload)], .verify: [EffectID(.startCompute, unit)],
      ])
    return (try await run.drive(), world)
  }

  private static func notStarted(_ ended: StubRun.Ended) -> [String] {
    ended.findings.filter { $0.hasPrefix("serverNotStarted") }
  }

  private static func started(_ world: StubWorld) -> [String] {
    world.seen.requests.filter { $0.word == "start" }.map(\.server)
  }

  /// Neither by id nor newest first: an order that only the record has.
  @Test(arguments: [["c", "a", "b"], ["a", "b", "c"], ["b", "c", "a"]])
  func asRecorded(stopped: [String]) async throws {
    let (ended, world) = try await Self.uncordon(stopped: stopped)
    #expect(ended.run.state == .converged, "\(ended.run.state)")
    #expect(Self.started(world) == stopped)
    #expect(world.seen.servers.filter { $0.status == .active }.map(\.id) == ["a", "b", "c"])
    #expect(Self.notStarted(ended).isEmpty, "\(ended.findings)")
  }

  @Test("one that does not start holds up nobody") func refused() async throws {
    let (ended, world) = try await Self.uncordon(stopped: ["c", "a", "b"], answers: [.accept, .refuse(.notAllowed)])
    #expect(ended.run.state == .converged, "\(ended.run.state)")
    #expect(Self.started(world) == ["c", "a", "b"])
    #expect(world.seen.servers.filter { $0.status == .active }.map(\.id) == ["b", "c"])
    let left = Self.notStarted(ended)
    #expect(left.count == 1 && left.first?.hasPrefix("serverNotStarted: server a ") == true, "\(ended.findings)")
  }
}
