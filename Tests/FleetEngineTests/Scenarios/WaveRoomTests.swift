import FleetLab
import Testing

/// What a rollout does where the rest of the fleet cannot hold the servers of a host (decision 0013).
@Suite struct WaveRoomTests {
  private static let vm: [LabWorldSpec.Server] = [.init("vm", flavor: "plain.small", on: "h1")]
  /// What the lab keeps of each host's memory, and a server of the flavor less one MiB.
  private static let tooSmall = 512 + 511

  @Test func aWaveWithoutRoomPausesAndGoesOnOnceThereIsSome() async throws {
    try await Lanes.shared.run {
      try await Scenario.with(hosts: [.milan("h1"), .milan("h2")], servers: Self.vm) { scenario in
        await scenario.world.compute?.addHost("h2", memoryMB: Self.tooSmall)
        let (ended, rollout) = try await scenario.apply(["h1"])
        #expect(ended.status == 130, "\(ended.stderr)")
        #expect(rollout.state == "paused")
        #expect(try rollout.host("h1").outcome == "pending")
        #expect(ended.stderr.contains("1 MB of memory are missing"), "\(ended.stderr)")
        #expect(await scenario.novaChanges().isEmpty, "nobody was touched")
        #expect(await scenario.server("vm")?.host == "h1")
        let why = try await scenario.sevfleet("why", "h1")
        #expect(why.stdout.contains("has no room"), "\(why.stdout)")
        await scenario.world.compute?.addHost("h2")
        let resumed = try await scenario.sevfleet("rollout", "resume", try #require(rollout.id), "--json", "--yes")
        let done = try RolloutSeen.read(resumed)
        #expect(resumed.status == 0, "\(resumed.stderr)")
        #expect(try done.host("h1").outcome == "converged")
        #expect(await scenario.server("vm")?.host == "h2")
      }
    }
  }

  /// The full host waits; the one behind it is not held up.
  @Test func aHostThatCannotBeEmptiedHoldsUpNobody() async throws {
    try await Lanes.shared.run {
      try await Scenario.with(
        hosts: [.milan("h1"), .milan("h2")], servers: Self.vm, policy: "waves: [100%]\nmax_unavailable: 2\n"
      ) { scenario in
        await scenario.world.compute?.addHost("h2", memoryMB: Self.tooSmall)
        let (ended, rollout) = try await scenario.apply()
        #expect(ended.status == 130, "\(ended.stderr)")
        #expect(try rollout.host("h1").outcome == "pending")
        #expect(try rollout.host("h2").outcome == "converged", "\(ended.stderr)")
        #expect(ended.stderr.contains("h1 waits for room"), "\(ended.stderr)")
      }
    }
  }
}
