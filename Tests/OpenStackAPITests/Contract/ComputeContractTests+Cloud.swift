import Foundation
import OpenStackAPI
import Testing

/// What the audit of a cloud's set-up reads.
extension ComputeContractTests {
  private static let specs = [
    "hw:mem_encryption": "true", "hw:mem_encryption_model": "amd-sev-snp", "aggregate_instance_extra_specs:case": "a b",
    "ATTESTATION:vcpu_model": "EPYC-Milan",
  ]

  @Test(arguments: await ComputeBackends.all)
  func flavorsShowEveryExtraSpec(_ backend: any ComputeBackend) async throws {
    let names = (1...3).map { _ in "case-\(UUID().uuidString)" }
    for name in names { try await backend.makeFlavor(name, extraSpecs: Self.specs) }
    for size in [1, 2, 500] {
      var limits = OpenStackLimits()
      limits.pageSize = size
      try await withCloud(backend.administrator, limits: limits) { cloud in
        let flavors = try await cloud.nova.flavors()
        for name in names {
          #expect(flavors.filter { $0.name == name }.map(\.extraSpecs) == [Self.specs], "pages of \(size)")
        }
      }
    }
    for name in names { try await backend.deleteFlavor(name) }
    try await withCloud(backend.administrator) { cloud in
      let left = try await cloud.nova.flavors()
      #expect(left.allSatisfy { !names.contains($0.name) })
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func aggregatesShowHostsAndMetadata(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let name = "case-\(UUID().uuidString)"
      let metadata = ["case": "true", "other": "yes,maybe"]
      try await backend.makeAggregate(name, hosts: stage.hosts, metadata: metadata)
      let found = try #require(try await stage.nova.aggregates().first { $0.name == name })
      #expect(found.hosts.sorted() == stage.hosts.sorted())
      #expect(found.metadata == metadata)
      #expect(found.availabilityZone == nil)
      try await withCloud(backend.tenant) { cloud in
        let error = try await OpenStackError.of { try await cloud.nova.aggregates() }
        #expect(error.kind == .forbidden)
      }
      try await backend.deleteAggregate(name)
      let left = try await stage.nova.aggregates()
      #expect(left.allSatisfy { $0.name != name })
    }
  }

  /// Where there is no image service, nobody may take that for "no image".
  @Test(arguments: await ComputeBackends.all)
  func imagesShowTheirProperties(_ backend: any ComputeBackend) async throws {
    guard backend.hasImages else {
      try await withCloud(backend.administrator) { cloud in
        let error = try await OpenStackError.of { try await cloud.glance.images() }
        #expect(error.kind == .serviceNotInCatalog)
      }
      return
    }
    var ids: [String] = []
    for number in 1...4 {
      ids.append(try await backend.makeImage("case-\(number)", properties: ["hw_firmware_type": "uefi"]))
    }
    for size in [1, 2, 3, 500] {
      var limits = OpenStackLimits()
      limits.pageSize = size
      try await withCloud(backend.administrator, limits: limits) { cloud in
        let images = try await cloud.glance.images().filter { ids.contains($0.id) }
        #expect(Set(images.map(\.id)) == Set(ids) && images.count == ids.count, "pages of \(size)")
        #expect(images.allSatisfy { $0.properties["hw_firmware_type"] == "uefi" && $0.status == "active" })
        #expect(Set(images.map(\.name)) == Set((1...4).map { "case-\($0)" }))
        let first = try #require(images.first)
        let properties = try await cloud.glance.imageProperties(first.id)
        #expect(properties == first.properties)
      }
    }
    for id in ids { try await backend.deleteImage(id) }
  }
}
