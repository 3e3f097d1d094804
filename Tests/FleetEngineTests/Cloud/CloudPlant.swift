import FleetLab
import Foundation
import Testing

/// One fault of a cloud's set-up, planted by an administrator's means, with every kind of finding that it leads to.
struct CloudPlant: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var kinds: Set<String>
  /// Name in a finding of the first kind.
  var subject: String
  var plant: @Sendable (any CloudStage) async throws -> Void

  init(
    _ name: String, _ kinds: Set<String>, at subject: String,
    _ plant: @escaping @Sendable (any CloudStage) async throws -> Void
  ) {
    testDescription = name
    self.kinds = kinds
    self.subject = subject
    self.plant = plant
  }

  static let all = flavors + images + aggregates + hosts

  static let flavors: [CloudPlant] = [
    CloudPlant("open", ["flavorOpen"], at: "plain.small") { stage in
      try await stage.setFlavor("plain.small", [:])
    },
    CloudPlant("an image's spelling", ["flavorSpelling"], at: "sev.small") { stage in
      try await stage.change("sev.small", ["hw_mem_encryption": "true"])
    },
    CloudPlant("model without encryption", ["flavorContradicts"], at: "plain.large") { stage in
      try await stage.change("plain.large", ["hw:mem_encryption_model": "amd-sev"])
    },
    CloudPlant("no image", ["flavorWithoutImage"], at: "sev.small") { stage in
      await stage.images.removeAllImages()
    },
    CloudPlant("property nobody offers", ["flavorPropertyUnoffered"], at: "sev.small") { stage in
      try await stage.change("sev.small", ["aggregate_instance_extra_specs:pool": "gold"])
    },
    CloudPlant("CPU model hidden", ["vcpuModelHidden"], at: "sev-snp.small") { stage in
      try await stage.change("sev-snp.small", ["ATTESTATION:vcpu_model": ""])
    },
  ]

  private static let q35 = ["hw_machine_type": "q35", "hw_firmware_type": "uefi"]

  private static func image(
    _ name: String, _ kinds: Set<String>, _ properties: [String: String], over base: [String: String] = q35
  ) -> CloudPlant {
    CloudPlant(name, kinds, at: "planted") { stage in
      let all = base.merging(properties) { $1 }.filter { !$0.value.isEmpty }
      _ = await stage.images.addImage("planted", properties: all)
    }
  }

  static let images: [CloudPlant] = [
    image("a flavor's spelling", ["imageSpelling"], ["hw:mem_encryption": "true"]),
    image(
      "model and no encryption", ["imageContradicts"],
      ["hw_mem_encryption": "false", "hw_mem_encryption_model": "amd-sev"]),
    image("not q35", ["imageMachineType"], ["hw_mem_encryption": "true", "hw_machine_type": ""]),
    image("not UEFI", ["imageFirmware"], ["hw_mem_encryption": "true", "hw_firmware_type": "bios"]),
    image(
      "not stateless", ["imageStateful"], ["hw_mem_encryption": "true", "hw_mem_encryption_model": "amd-sev-snp"]),
    CloudPlant("no flavor", ["imageWithoutFlavor"], at: "planted") { stage in
      try await stage.setFlavor("sev-es.small", ["hw:mem_encryption": "false"])
      // Without a model it would take the image's.
      try await stage.change("sev.small", ["hw:mem_encryption_model": "amd-sev"])
      let wish = ["hw_mem_encryption": "true", "hw_mem_encryption_model": "amd-sev-es"]
      _ = await stage.images.addImage("planted", properties: q35.merging(wish) { $1 })
    },
  ]

  static let aggregates: [CloudPlant] = [
    CloudPlant("outside", ["hostOutsideAggregate"], at: "sev-a03") { stage in
      let hosts = stage.hosts.filter { $0 != "sev-a03" }
      for name in ["sev", "snp"] { try await stage.setAggregate(name, hosts: hosts, metadata: [name: "true"]) }
    },
    CloudPlant("unasked", ["aggregatePropertyUnasked"], at: "sev") { stage in
      try await stage.setAggregate("sev", hosts: stage.hosts, metadata: ["sev": "true", "sev_tier": "gold"])
    },
    CloudPlant("filter not named", ["filterMissing"], at: "scheduler") { stage in
      try await stage.configure("sev-a01", ["filter_scheduler/enabled_filters": "ComputeFilter"])
    },
    CloudPlant("filter unknown", ["filterUnknown"], at: "scheduler") { stage in
      try await stage.configureAll(["filter_scheduler/enabled_filters": ""])
    },
    CloudPlant("filter not asked", ["filterMissing"], at: "scheduler") { stage in
      try await stage.configureAll(["filter_scheduler/enabled_filters": ""])
      try await stage.boot("sev.small", on: "sev-a02")
      let hosts = stage.hosts.filter { $0 != "sev-a02" }
      try await stage.setAggregate("sev", hosts: hosts, metadata: ["sev": "true"])
    },
  ]

  static let hosts: [CloudPlant] = [
    CloudPlant("memory twice", ["ramAllocationRatio"], at: "sev-a02") { stage in
      try await stage.configure("sev-a02", ["DEFAULT/ram_allocation_ratio": "1.5"])
    },
    CloudPlant("not KVM", ["virtType"], at: "sev-a02") { stage in
      try await stage.configure("sev-a02", ["libvirt/virt_type": "qemu"])
    },
    CloudPlant("no machine type", ["hwMachineType"], at: "sev-a02") { stage in
      try await stage.configure("sev-a02", ["libvirt/hw_machine_type": ""])
    },
    CloudPlant("another CPU mode", ["cpuMode"], at: "sev-a02") { stage in
      try await stage.configure("sev-a02", ["libvirt/cpu_mode": "host-passthrough"])
    },
    CloudPlant("no nova.conf", ["unread"], at: "sev-a02") { stage in
      try await stage.scenario.world.lab.host("sev-a02").remove("/etc/nova/nova.conf")
    },
    CloudPlant("target without SEV-ES", ["flavorUnservedSoon"], at: "sev-es.small") { stage in
      try stage.retarget("lossy")
    },
    // These two change what hosts run, and stay the last ones.
    CloudPlant("SNP does not start", ["hostWithoutSNP", "traitFalse"], at: "sev-a03") { stage in
      try await stage.scenario.world.lab.set(.initFails(above: nil), on: "sev-a03")
      try await stage.restart(["sev-a03"])
    },
    CloudPlant("SEV-ES refused everywhere", ["flavorUnserved", "traitFalse"], at: "sev-es.small") { stage in
      let lossy = LabImage(version: LabVersion(1, 55, 36), spl: 27, family: "fam19h_model0xh")
      for host in stage.hosts {
        try await stage.scenario.world.lab.host(host).put("/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin", lossy.bytes)
      }
      try await stage.restart(stage.hosts)
    },
  ]
}

extension CloudStage {
  /// Other targets for every host of the inventory.
  func retarget(_ target: String) throws {
    let file = "\(scenario.world.inventoryFolder)/hosts/lab.yaml"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let lines = text.split(separator: "\n").map { $0.hasPrefix("    target: ") ? "    target: \(target)" : String($0) }
    try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
  }

  /// Resets hosts and looks at them once they are back.
  func restart(_ hosts: [String]) async throws {
    for host in hosts { try await scenario.world.lab.reset(host) }
    try await look(hosts)
  }

  /// Looks until every host answers.
  func look(_ hosts: [String]) async throws {
    try await eventually("look at \(hosts)") {
      let ended = try await scenario.sevfleet(["probe"] + hosts, environment: environment)
      return (ended.status == 0 ? true : nil, "exit \(ended.status): \(ended.stdout) \(ended.stderr)")
    }
  }
}
