import FleetCore
import FleetEngine
import FleetLab
import FleetStore
import Foundation
import Testing

@Suite("`serve` tells once of what time alone brings, and `why` of a host that is late", .serialized)
struct TimedNewsTests {
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

  private static func told(_ scenario: Scenario, _ kind: String) throws -> [String] {
    try FleetStore.open(folder: "\(scenario.folder)/state", readOnly: true).entries(after: 0).compactMap { entry in
      if case .finding(kind, let text) = entry.event { text } else { nil }
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

  @Test("a waiver that lapsed, and the host that it kept from being late, are told once") func once() async throws {
    try await Lanes.shared.run {
      try await Scenario.with(
        hosts: [.milan("h1"), .milan("h2")], policy: "comply_within: 14d\n", hasCloud: false
      ) { scenario in
        let file = "\(scenario.world.inventoryFolder)/compliance.yaml"
        try Self.rules.write(toFile: file, atomically: true, encoding: .utf8)
        let since = try scenario.sawLongAgo(["h1", "h2"])
        let due = since + .seconds(14 * 86_400)
        #expect(try await scenario.sevfleet("probe").status == 0)
        for _ in 0..<2 {
          try await Self.serve(scenario)
          let lapsed = try Self.told(scenario, NotifyClass.waiverFinding)
          #expect(lapsed.count == 1, "\(lapsed)")
          #expect(lapsed.first?.contains("guests of the old one") == true && lapsed.first?.contains("Mara") == true)
          #expect(
            try Self.told(scenario, ComplianceLateness.kind) == [
              "1 host is not where its target wants it: h1 (due \(due.day))"
            ])
        }
        let line =
          "policy wanted it where its target is by \(due.day), and it has not been seen there since \(since.day)"
        let late = try await scenario.sevfleet("why", "h1")
        #expect(late.stdout.split(separator: "\n").contains { $0 == "overdue: \(line)" }, "\(late)")
        let document = try await scenario.sevfleet("why", "h1", "--json").stdout
        let members = try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any]
        #expect(members?["overdue"] as? String == line, "\(document)")
        let waived = try await scenario.sevfleet("why", "h2")
        #expect(waived.status == 0 && !waived.stdout.contains("overdue"), "\(waived)")
      }
    }
  }
}

extension Scenario {
  /// Whoever kept this state before saw the hosts, which are wanted to run `newer`, elsewhere 30 days ago.
  ///
  /// - Returns: when.
  func sawLongAgo(_ hosts: [String]) throws -> Instant {
    let store = try FleetStore.open(folder: "\(folder)/state")
    let past = SystemClock().now() + .seconds(-30 * 86_400)
    for host in hosts.map({ HostID($0) }) {
      try store.save(wanted: [host: "1.55.34"], at: past)
      let seen = Observation.milan(host, FirmwareVersion(1, 55, 31), at: past)
      try store.save(observations: [(host: host, result: .success(seen), at: past)])
    }
    try store.close()
    return past
  }
}
