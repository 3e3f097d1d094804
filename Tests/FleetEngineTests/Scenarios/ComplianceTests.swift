import FleetFormats
import FleetLab
import Foundation
import Testing

/// `report compliance` of hosts of the lab, through the program's own formats.
@Suite(.serialized) struct ComplianceTests {
  private struct Report: Decodable {
    struct TCB: Decodable { var snp: Int }
    struct TCBs: Decodable {
      var current: TCB?
      var committed: TCB?
      var reported: TCB?
    }
    struct Bulletin: Decodable {
      var bulletin: String
      var state: String
    }
    struct Finding: Decodable { var kind: String }
    struct Mitigations: Decodable, Equatable {
      var supported: [Int]?
      var verified: [Int]?
    }
    struct Host: Decodable {
      var host: String
      var state: String
      var outcome: String
      var tcbs: TCBs
      var mitigations: Mitigations?
      var bulletins: [Bulletin]
      var findings: [Finding]

      func state(_ bulletin: String) -> String? { bulletins.first { $0.bulletin == bulletin }?.state }
    }
    struct Server: Decodable {
      var name: String
      var verdict: String
    }

    var hosts: [Host]
    var servers: [Server]?
  }

  private static func report(_ scenario: Scenario, _ arguments: String...) async throws -> Report {
    let ended = try await scenario.sevfleet(["report", "compliance", "--json"] + arguments)
    #expect(ended.status == 0, "\(ended.stderr)")
    return try JSONDecoder().decode(Report.self, from: Data(ended.stdout.utf8))
  }

  private static func declare(_ text: String, _ scenario: Scenario) throws {
    try text.write(toFile: "\(scenario.world.inventoryFolder)/compliance.yaml", atomically: true, encoding: .utf8)
  }

  /// A bulletin of AMD's own facts is shown; once somebody declared what counts, it counts until a waiver covers it; its
  /// last day over, it counts again.
  @Test func aBulletinCountsUntilItIsWaived() async throws {
    try await Scenario.with(hosts: [.milan("h1")], target: "same", hasCloud: false) { scenario in
      _ = try await scenario.sevfleet("probe")
      let shown = try #require(try await Self.report(scenario).hosts.first)
      #expect(shown.state == "compliant" && shown.outcome == "compliant")
      #expect(shown.state("AMD-SB-3023") == "behind")
      #expect(try await scenario.sevfleet("report", "compliance", "--exit-code").status == 0)
      try Self.declare("milan_attestation_caveat: true\n", scenario)
      let host = try #require(try await Self.report(scenario).hosts.first)
      #expect(host.state == "behind" && host.outcome == "nonCompliant")
      #expect(host.state("AMD-SB-3023") == "behind" && host.state("AMD-SB-3007") == "unknown")
      #expect(host.tcbs.current?.snp == 25 && host.tcbs.reported?.snp == 25)
      #expect(try await scenario.sevfleet("report", "compliance", "--exit-code").status == 6)
      let waiver = "hosts: [h1], bulletin: AMD-SB-3023, owner: Mara, reason: SEV-ES guests"
      try Self.declare("waivers: [{\(waiver), expires: 2999-12-31}]\n", scenario)
      #expect(try await scenario.sevfleet("report", "compliance", "--exit-code").status == 0)
      let junit = try await scenario.sevfleet("report", "compliance", "--format", "junit")
      #expect(junit.stdout.contains("skipped=\"1\"") && junit.stdout.contains("failures=\"0\""))
      try Self.declare("waivers: [{\(waiver), expires: 2020-12-31}]\n", scenario)
      #expect(try await scenario.sevfleet("report", "compliance", "--exit-code").status == 6)
      let lapsed = try #require(try await Self.report(scenario).hosts.first)
      #expect(lapsed.findings.map(\.kind).contains("expiredWaiver"))
      try Self.declare("waivers: [{\(waiver), expires: soon}]\n", scenario)
      #expect(try await scenario.sevfleet("report", "compliance").status == 65)
    }
  }

  /// A server keeps the TCB it was launched on when its host gets more; it is listed until it is started anew.
  @Test func launchTCBs() async throws {
    try await Scenario.with(
      hosts: [.milan("h1")], servers: [.init("snp", flavor: "sev-snp.small", on: "h1")], target: "same"
    ) { scenario in
      _ = try await scenario.sevfleet("probe")
      let found = try #require(try await Self.report(scenario, "--servers").servers)
      // It was made before the first look, so nobody can tell.
      #expect(found.map(\.name) == ["snp"] && found.map(\.verdict) == ["unknown"])
      let csv = try await scenario.sevfleet("report", "compliance", "--format", "csv")
      #expect(csv.stdout.split(separator: "\r\n").count == 2)
      let past = try await scenario.sevfleet("report", "compliance", "--servers", "--at", "2026-01-01T00:00:00Z")
      #expect(past.status == 64)
    }
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      let refused = try await scenario.sevfleet("report", "compliance", "--servers")
      #expect(refused.status == 64)
    }
  }

  /// Recent kernels show the masks of the mitigation vector, where SNP runs; the probe leaves them as they are.
  @Test func theMitigationVectorIsRead() async throws {
    let recent = LabHostSpec.milan("recent").with { $0.kernels = [.recent] }
    let hosts = [
      LabHostSpec.milan("old"), recent,
      recent.with { $0.name = "fixed" }.running(LabVersion(1, 55, 36), spl: 28),
      recent.with { ($0.name, $0.snpEnabled) = ("dark", false) },
    ]
    try await Scenario.with(hosts: hosts, target: "same", hasCloud: false) { scenario in
      _ = try await scenario.sevfleet("probe")
      let found = try await Self.report(scenario).hosts
      let masks = Dictionary(uniqueKeysWithValues: found.map { ($0.host, $0.mitigations) })
      #expect(masks["old"] == .some(nil) && masks["dark"] == .some(nil))
      #expect(masks["recent"]??.supported == [] && masks["recent"]??.verified == [])
      #expect(masks["fixed"]??.supported == [1, 2] && masks["fixed"]??.verified == [1, 2])
      // Whether ccp loaded it since the boot decides whether anybody can tell what is committed.
      #expect(found.allSatisfy { $0.tcbs.committed?.snp == $0.tcbs.current?.snp })
    }
  }

  @Test func factsAreListed() async throws {
    try await Scenario.with(hosts: [.milan("h1")], hasCloud: false) { scenario in
      let inForce = try await scenario.sevfleet("catalog", "facts", "--bulletin", "AMD-SB-3034", "--json")
      #expect(inForce.status == 0 && !inForce.stdout.contains("withdrawn\": \""))
      let all = try await scenario.sevfleet("catalog", "facts", "--bulletin", "AMD-SB-3034", "--all", "--json")
      #expect(all.stdout.contains("\"standing\": \"withdrawn\"") && all.stdout.contains("\"grade\": \"B\""))
      #expect(try await scenario.sevfleet("catalog", "facts", "--bulletin", "AMD-SB-1").status == 64)
    }
  }
}
