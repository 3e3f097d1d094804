import FleetLab
import Testing

/// The whole program against real Keystone, Placement and Nova; `SEVFLEET_BED` names the bed's `clouds.yaml`.
@Suite(.serialized, .enabled(if: BedCloud.cloudsFile != nil)) struct BedTests {
  static let drained = BedScenario.drained

  /// What every case asserts of the program's word and of Nova's.
  static func expect(
    _ result: (ended: Program.Ended, rollout: RolloutSeen), _ outcome: String, kind: String? = nil, exit: Int32
  ) throws {
    let host = try result.rollout.host(drained)
    #expect(host.outcome == outcome, "\(host.text) \(result.ended.stderr)")
    #expect(host.kind == kind, "\(host.text) \(result.ended.stderr)")
    #expect(result.ended.status == exit, "\(result.ended.stderr)")
  }

  /// The service as nobody's maintenance leaves it: enabled, and without a reason.
  static func expectInService(_ bed: BedScenario) async throws {
    let service = try await bed.service()
    #expect(service.isEnabled)
    #expect(service.disabled_reason == nil)
    // A service that was just started shows it with its next heartbeat.
    try await eventually("heartbeat of \(drained)", within: .seconds(60)) {
      let state = try await bed.service().state
      return (state == "up" ? true : nil, state)
    }
  }

  static func expectUpgraded(_ bed: BedScenario, _ upgraded: Bool) async throws {
    let running = try await bed.scenario.truth(drained).running
    #expect(running == (upgraded ? LabVersion(1, 55, 34) : LabVersion(1, 55, 31)))
  }

  /// A server rests where it was, or anywhere else.
  static func expectServer(
    _ bed: BedScenario, _ name: String, _ status: String, moved: Bool
  ) async throws {
    let server = try await bed.server(name)
    #expect(server.status == status, "\(name)")
    #expect(server.task == nil, "\(name)")
    #expect(server.host != nil, "\(name)")
    #expect((server.host != drained) == moved, "\(name) is on \(server.host ?? "no host")")
  }
}
