import FleetCore
import FleetLab
import FleetStore
import Foundation
import Testing

/// A waiver whose last day is over is told by `serve`: once, and only where what it covered is still there.
@Suite(.serialized) struct LapsedWaiverTests {
  private static func until(_ what: () async throws -> Bool) async throws {
    while try await !what() { try await Task.sleep(for: .milliseconds(50)) }
  }

  private static let rules = """
    waivers:
      - {hosts: [h1], finding: behind, owner: Mara, reason: "guests of the old one", expires: 2026-01-01}
      - {hosts: [h2], finding: behind, owner: Jo, reason: "renewed", expires: 2026-01-01}
      - {hosts: [h2], finding: behind, owner: Jo, reason: "renewed", expires: 2999-01-01}
      - {hosts: [h1], finding: ahead, owner: Mara, reason: "covers nothing", expires: 2026-01-01}
    """

  private static func told(_ scenario: Scenario) throws -> [String] {
    try FleetStore.open(folder: "\(scenario.folder)/state", readOnly: true).entries(after: 0).compactMap { entry in
      if case .finding(NotifyClass.waiverFinding, let text) = entry.event { text } else { nil }
    }
  }

  private static func lastLook(_ scenario: Scenario) throws -> Instant? {
    try FleetStore.open(folder: "\(scenario.folder)/state", readOnly: true).latestObservation(host: HostID("h1"))?.at
  }

  /// Serves until its first look is over. What has lapsed is told before that.
  private static func serve(_ scenario: Scenario) async throws {
    let before = try lastLook(scenario)
    let ended = try await Program.run(
      ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/firmware-catalog"]
        + ["serve", "--probe-every", "1h"], environment: scenario.environment
    ) { process in
      do {
        try await until { try lastLook(scenario) != before }
      } catch {
        kill(process, SIGKILL)
        throw error
      }
      kill(process, SIGTERM)
    }
    #expect(ended.status == 130, "\(ended.stderr)")
  }

  @Test func itIsToldOnceWhereItMatters() async throws {
    try await Lanes.shared.run {
      try await Scenario.with(hosts: [.milan("h1"), .milan("h2")], hasCloud: false) { scenario in
        let file = "\(scenario.world.inventoryFolder)/compliance.yaml"
        try Self.rules.write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try await scenario.sevfleet("probe").status == 0)
        for _ in 0..<2 {
          try await Self.serve(scenario)
          let told = try Self.told(scenario)
          #expect(told.count == 1, "\(told)")
          #expect(told.first?.contains("guests of the old one") == true && told.first?.contains("Mara") == true)
        }
      }
    }
  }
}
