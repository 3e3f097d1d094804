import FleetCore
import FleetLab
import Foundation
import Testing

/// `report openstack` and `report tempest` over the lab's hosts and its compute API.
@Suite(.serialized) struct CloudAuditTests {
  /// The lab's own compute API.
  struct Embedded: CloudStage {
    let scenario: Scenario
    let images: LabCompute
    var environment: [String: String] { [:] }

    func setFlavor(_ name: String, _ extraSpecs: [String: String]) async throws {
      await images.addFlavor(name, extraSpecs: extraSpecs)
    }

    func setAggregate(_ name: String, hosts: [String], metadata: [String: String]) async throws {
      await images.removeAggregate(name)
      for host in hosts { await images.addHost(host, toAggregate: name, metadata: metadata) }
    }

    func boot(_ flavor: String, on host: String) async throws {
      _ = try await images.addServer("planted", flavor: flavor, host: host, boot: .image(GlanceImageID.uefi))
    }

    func setMemoryRatio(_ ratio: Double, on host: String) async throws {
      await images.setMemoryRatio(ratio, on: host)
    }
  }

  private static func play(_ body: (Embedded) async throws -> Void) async throws {
    try await Scenario.with(hosts: ["sev-a01", "sev-a02", "sev-a03"].map { .milan($0) }) { scenario in
      let stage = Embedded(scenario: scenario, images: try #require(scenario.world.compute))
      try await stage.clean()
      try await stage.look(stage.hosts)
      try await body(stage)
    }
  }

  @Test func everyKindIsPlanted() {
    let planted = CloudPlant.all.reduce(into: Set<String>()) { $0.formUnion($1.kinds) }
    #expect(planted == Set(CloudFault.Kind.allCases.map(\.rawValue)))
  }

  @Test func eachFaultAloneIsFoundAndACleanCloudHasNone() async throws {
    try await Self.play { stage in
      let before = try await stage.audit()
      #expect(before.clean && before.findings.isEmpty, "\(before.texts)")
      #expect(before.schema == "sevfleet.cloudaudit/1")
      for plant in CloudPlant.all {
        try await stage.clean()
        try stage.retarget("newer")
        try await plant.plant(stage)
        let seen = try await stage.audit()
        #expect(seen.kinds == plant.kinds, "\(plant.testDescription): \(seen.texts)")
        #expect(seen.own.contains { $0.subject.name == plant.subject }, "\(plant.testDescription): \(seen.texts)")
        #expect(seen.own.allSatisfy { !$0.fix.isEmpty && !$0.source.isEmpty }, "\(plant.testDescription)")
        if plant.testDescription == "SNP does not start" {
          try await stage.scenario.world.lab.clear(.initFails, on: "sev-a03")
          try await stage.restart(["sev-a03"])
        }
      }
      // Every host refuses SEV-ES now, and Placement still offers it.
      let tempest = try await stage.report("tempest")
      #expect(tempest.status == 0, "\(tempest.stderr)")
      #expect(tempest.stdout.contains("      modes: [sev, sev-snp]\n"), "\(tempest.stdout)")
      #expect(tempest.stdout.contains("# sev-es is left out: the firmware of sev-a01, sev-a02, sev-a03 refuses"))
    }
  }

  @Test func reportsGoWhereTheyAreWanted() async throws {
    try await Self.play { stage in
      try await stage.configure("sev-a02", ["DEFAULT/ram_allocation_ratio": ""])
      try await stage.setMemoryRatio(1.5, on: "sev-a02")
      let table = try await stage.report("openstack")
      #expect(table.status == 0, "findings are no failure unless asked: \(table.stderr)")
      #expect(table.stdout.contains("ramAllocationRatio: host sev-a02 promises its memory more than once"))
      #expect(table.stdout.contains("(ram_allocation_ratio 1.5, told by Placement)"), "\(table.stdout)")
      #expect(table.stdout.hasSuffix("1 finding; looked at 6 flavors, 3 images, 2 aggregates, 3 compute hosts\n"))
      let file = "\(stage.scenario.folder)/audit.json"
      let written = try await stage.report("openstack", "--format", "json", "--output", file)
      #expect(written.stdout.isEmpty && written.status == 0, "\(written.stderr)")
      let seen = try JSONDecoder().decode(
        CloudAuditSeen.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
      #expect(seen.kinds == ["ramAllocationRatio"])
      // The whole fleet can run every mode.
      let tempest = try await stage.report("tempest")
      #expect(tempest.stdout.contains("      modes: [sev, sev-es, sev-snp]\n"), "\(tempest.stdout)")
      #expect(tempest.stdout.contains("      sev_snp_image_ref: \(GlanceImageID.stateless)\n"))
      // Nothing was changed anywhere.
      #expect(await stage.scenario.novaChanges().isEmpty)
    }
  }

  @Test func aCloudWithoutImagesIsNeverClean() async throws {
    try await Scenario.with(hosts: [.milan("sev-a01")], change: { $0.compute.hasImageService = false }) { scenario in
      let stage = Embedded(scenario: scenario, images: try #require(scenario.world.compute))
      try await stage.clean()
      try await stage.look(stage.hosts)
      let seen = try await stage.audit()
      #expect(seen.own.map(\.kind) == ["unread"] && seen.own.first?.subject.name == "images", "\(seen.texts)")
    }
  }

  @Test func withoutACloudThereIsNothingToReport() async throws {
    try await Scenario.with(hosts: [.milan("sev-a01")], hasCloud: false) { scenario in
      for report in ["openstack", "tempest"] {
        let ended = try await scenario.sevfleet("report", report, "--json")
        #expect(ended.status == 64, "\(ended.stdout)")
        #expect(ended.stdout.contains("\"noCloud\""))
      }
    }
  }
}

/// Images of the lab that are there from the start.
enum GlanceImageID {
  static let uefi = "0a000000-0000-4000-8000-000000000002"
  static let stateless = "0a000000-0000-4000-8000-000000000003"
}
