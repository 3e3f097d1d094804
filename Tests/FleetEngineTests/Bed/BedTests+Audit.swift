import FleetLab
import Foundation
import Testing

/// `report openstack` over real Nova and Placement.
extension BedTests {
  @Test("each fault of the set-up is found, and a clean cloud has none")
  func auditOfTheSetUp() async throws {
    try await BedStage.play { stage in
      let before = try await stage.audit()
      #expect(before.own.isEmpty, "\(before.texts)")
      for plant in CloudPlant.all {
        try await stage.clean()
        try stage.retarget("newer")
        try await plant.plant(stage)
        let seen = try await stage.audit()
        #expect(seen.kinds == plant.kinds, "\(plant.testDescription): \(seen.texts)")
        #expect(seen.own.contains { $0.subject.name == plant.subject }, "\(plant.testDescription): \(seen.texts)")
        if plant.testDescription == "SNP does not start" {
          try await stage.scenario.world.lab.clear(.initFails, on: "sev-a03")
          try await stage.restart(["sev-a03"])
        }
      }
    }
  }

  /// The bed has no image service of its own, and nobody may take that for "no image".
  @Test func auditWithoutAnImageService() async throws {
    try await BedStage.play { stage in
      let ended = try await stage.scenario.sevfleet("report", "openstack", "--json", "--exit-code")
      let seen = try CloudAuditSeen.read(ended)
      #expect(ended.status == 6 && !seen.clean)
      #expect(seen.own.map(\.kind) == ["unread"] && seen.own.first?.subject.name == "images", "\(seen.texts)")
    }
  }
}

/// The bed's cloud, with the lab's image service in its catalog's stead and a lab host for each of its hosts.
actor BedStage: CloudStage {
  nonisolated let scenario: Scenario
  nonisolated let images: LabCompute
  nonisolated let environment: [String: String]
  private let cloud: BedCloud
  private var servers: [String] = []

  private init(_ scenario: Scenario, _ images: LabCompute, _ cloud: BedCloud) async throws {
    self.scenario = scenario
    self.images = images
    self.cloud = cloud
    let entry = "  lab-admin:\n"
    let own = try String(contentsOfFile: cloud.cloudsFile, encoding: .utf8)
    let address = await images.root + "/image"
    let text = own.replacing(entry, with: entry + "    image_endpoint_override: \(address)\n")
    let file = "\(scenario.folder)/clouds-with-images.yaml"
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    environment = ["OS_CLIENT_CONFIG_FILE": file]
  }

  static func play(_ body: (BedStage) async throws -> Void) async throws {
    let cloud = try BedCloud()
    var settings = LabComputeSettings()
    settings.isImageServiceOpen = true
    let images = LabCompute(settings: settings)
    try await images.start()
    try await Scenario.with(
      hosts: cloud.settings.hosts.map { .milan($0) },
      change: { spec in
        spec.externalCloud = LabWorldSpec.ExternalCloud(cloudsFile: cloud.cloudsFile, cloud: "lab-admin") { _, _ in }
      }
    ) { scenario in
      let before = try await cloud.flavorSpecs()
      let stage = try await BedStage(scenario, images, cloud)
      let result: Result<Void, any Error>
      do {
        try await stage.clean()
        try await stage.look(stage.hosts)
        result = .success(try await body(stage))
      } catch {
        result = .failure(error)
      }
      try await stage.leave(before)
      try result.get()
    }
    await images.stop()
  }

  /// Flavors that were there get back what they had; the others stay as plain ones.
  private func leave(_ flavors: [String: [String: String]]) async throws {
    for id in servers { try await cloud.delete(id) }
    for name in ["sev", "snp"] { try await cloud.deleteAggregate(name) }
    for name in Self.flavors.keys.sorted() {
      let plain = Self.flavors[name]?.filter { ["hw:mem_encryption", "hw:mem_encryption_model"].contains($0.key) }
      let own = name.hasPrefix("sev") ? plain ?? [:] : [:]
      try await cloud.setFlavor(name, flavors[name] ?? own)
    }
  }

  func setFlavor(_ name: String, _ extraSpecs: [String: String]) async throws {
    try await cloud.setFlavor(name, extraSpecs)
  }

  func setAggregate(_ name: String, hosts: [String], metadata: [String: String]) async throws {
    try await cloud.setAggregate(name, hosts: hosts, metadata: metadata)
  }

  func boot(_ flavor: String, on host: String) async throws {
    let id = try await cloud.boot(
      "bed-audit", flavor: flavor, image: .uefi, host: host, metadata: [:], group: nil)
    servers.append(id)
    try await eventually("ACTIVE of \(id)") {
      let status = try await self.cloud.server(id).status
      return (status == "ACTIVE" ? true : nil, status)
    }
  }

  func setMemoryRatio(_ ratio: Double, on host: String) async throws {
    throw BedCloud.Missing(description: "the bed's hypervisor reports what it reports")
  }
}
