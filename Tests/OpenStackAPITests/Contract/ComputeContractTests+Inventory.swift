import OpenStackAPI
import Testing

extension ComputeContractTests {
  @Test(arguments: await ComputeBackends.all)
  func serversOfAHostComeInPages(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      // Four servers in pages of two: the last full page has a link to an empty one.
      let made = try await stage.servers(
        Array(repeating: ServerSeed(host: stage.hosts[0]), count: 4) + [ServerSeed(host: stage.hosts[1])])
      var limits = OpenStackLimits()
      for size in [1, 2, 3, 500] {
        limits.pageSize = size
        try await withCloud(backend.administrator, limits: limits) { cloud in
          let listed = try await cloud.nova.servers(host: stage.hosts[0])
          #expect(listed.count == 4)
          #expect(Set(listed.map(\.id)) == Set(made.prefix(4).map(\.id)))
          #expect(try await cloud.nova.servers(host: stage.hosts[1]).map(\.id) == made.suffix(1).map(\.id))
          #expect(try await cloud.nova.hypervisors().count == backend.hosts.count)
        }
      }
      #expect(try await stage.nova.servers(host: "no-such-host").isEmpty)
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func serverShowsWhatADrainNeeds(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 1) { stage in
      let server = try await stage.server(0, .sevSNP, ["sevfleet:move": "forbid"])
      let listed = try #require(try await stage.nova.servers(host: stage.hosts[0]).first { $0.id == server.id })
      #expect(listed == server)
      #expect(server.status == .active)
      #expect(server.vmState == .active)
      #expect(server.powerState == .running)
      #expect(server.taskState == nil)
      #expect(server.host == stage.hosts[0])
      #expect(server.instanceName != nil)
      #expect(server.hostStatus == .up)
      #expect(server.fault == nil)
      #expect(!server.locked)
      #expect(server.metadata["sevfleet:move"] == "forbid")
      #expect(server.volumesAttached.isEmpty)
      #expect(server.flavor.name == ServerSeed.Flavor.sevSNP.rawValue)
      #expect(server.flavor.vcpus == 1)
      #expect(server.flavor.ram == 512)
      #expect(server.imageID != nil)
      #expect(server.updated != nil)
      #expect(server.created != nil)
      let projectID = try await stage.cloud.keystone.session().projectID
      #expect(server.projectID == projectID)
      if try await stage.nova.supports(.imageProperties) {
        #expect(server.imageProperties?["hw_firmware_type"] == "uefi")
      }
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func flavorsHypervisorsAndAggregates(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 1) { stage in
      _ = try await stage.server(0, .sevES)
      let flavors = try await stage.nova.flavors()
      let es = try #require(flavors.first { $0.name == ServerSeed.Flavor.sevES.rawValue })
      #expect(es.extraSpecs?["hw:mem_encryption_model"] == "amd-sev-es")
      let hypervisors = try await stage.nova.hypervisors()
      let own = try #require(hypervisors.first { $0.serviceHost == stage.hosts[0] })
      #expect(own.state == .up)
      #expect(own.status == .enabled)
      #expect(own.hostname == (try await stage.nova.servers(host: stage.hosts[0]).first?.hypervisorHostname))
      #expect(try await stage.nova.aggregates().allSatisfy { !$0.name.isEmpty })
      #expect(try await stage.nova.serverGroups().allSatisfy { !$0.policy.isEmpty })
    }
  }

  /// One child provider per model. Of the host itself only the least is asked: what Nova leaves behind after failed
  /// moves of earlier cases may still count there.
  @Test(arguments: await ComputeBackends.all)
  func placementShowsEncryptionModels(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 1) { stage in
      let server = try await stage.server(0, .sevES)
      let name = try #require(server.hypervisorHostname)
      let records = try await stage.cloud.placement.records(hypervisor: name)
      let root = try #require(records.first { $0.provider.parentID == nil })
      #expect(root.provider.name == name)
      let memory = try #require(root.inventories["MEMORY_MB"]?.total)
      let used = try #require(root.usages["MEMORY_MB"])
      #expect((512...memory).contains(used))

      let models = records.filter { $0.inventories["MEM_ENCRYPTION_CONTEXT"] != nil }
      #expect(models.allSatisfy { $0.provider.parentID == root.provider.id })
      let traits = models.map(\.traits)
      #expect(traits.contains { $0.contains("HW_CPU_X86_AMD_SEV") })
      let encrypted = try #require(models.first { $0.traits.contains("HW_CPU_X86_AMD_SEV_ES") })
      #expect((1...99).contains(encrypted.usages["MEM_ENCRYPTION_CONTEXT"] ?? 0))
      #expect((1...99).contains(encrypted.inventories["MEM_ENCRYPTION_CONTEXT"]?.total ?? 0))
      let nowhere = try await stage.cloud.placement.records(hypervisor: "no-such-host")
      #expect(nowhere.isEmpty)
    }
  }

  /// What a wave's capacity is judged by: one request for everybody agrees with a host's own records. Other cases move
  /// nothing on this host, but Nova may still be taking back what an earlier one left, so it is looked at until both agree.
  @Test(arguments: await ComputeBackends.all)
  func placementTellsWhatIsFree(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 1) { stage in
      let server = try await stage.server(0, .sevES)
      let name = try #require(server.hypervisorHostname)
      let hypervisor = try #require(try await stage.nova.hypervisors().first { $0.hostname == name })
      let tree = try await eventually("the same free room twice") {
        let records = try await stage.cloud.placement.records(hypervisor: name)
        let tree = try await stage.cloud.placement.capacities().filter { $0.rootID == hypervisor.id }
        var wanted: [String: [String: ResourceCapacity]] = [:]
        for record in records {
          var resources: [String: ResourceCapacity] = [:]
          for (kind, inventory) in record.inventories {
            resources[kind] = ResourceCapacity(capacity: inventory.capacity, used: record.usages[kind] ?? -1)
          }
          wanted[record.provider.id] = resources
        }
        let found = Dictionary(tree.map { ($0.id, $0.resources) }) { first, _ in first }
        return (found == wanted ? tree : nil, "\(found), not \(wanted)")
      }
      let root = try #require(tree.first { $0.parentID == nil })
      #expect(root.id == hypervisor.id)
      let cpus = try #require(root.resources["VCPU"])
      #expect(cpus.used >= 1 && cpus.free > 0)
      #expect(try #require(root.resources["MEMORY_MB"]).used >= 512)
      let children = tree.filter { $0.parentID != nil }
      #expect(!children.isEmpty && children.allSatisfy { $0.parentID == root.id })
      let encrypted = try #require(children.first { $0.traits.contains("HW_CPU_X86_AMD_SEV_ES") })
      #expect(encrypted.resources["MEM_ENCRYPTION_CONTEXT"]?.used ?? 0 >= 1)
      #expect(try await stage.service(stage.hosts[0]).zone == "nova")
      // A host that takes no servers is listed all the same: that is Nova's to know.
      try await stage.nova.disable(service: try await stage.service(stage.hosts[0]).id, reason: "sevfleet:case")
      #expect(try await stage.cloud.placement.capacities().contains { $0.rootID == hypervisor.id })
    }
  }

  /// Disabling is no barrier: what was given to the host before still lands there.
  @Test(arguments: await ComputeBackends.all)
  func lateBuildLandsOnADisabledHost(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 1) { stage in
      let id = try await stage.build(ServerSeed(host: stage.hosts[0], metadata: ["lab_spawn": "slow=4"]))
      try await eventually("a host for the build") {
        let server = try await stage.nova.server(id)
        return (server.host == stage.hosts[0] ? true : nil, "\(server.status) \(server.host ?? "-")")
      }
      try await stage.nova.disable(service: try await stage.service(stage.hosts[0]).id, reason: "sevfleet:case")
      let building = try #require(try await stage.nova.servers(host: stage.hosts[0]).first { $0.id == id })
      #expect(building.status == .build)
      #expect(building.vmState == .building)
      let landed = try await stage.settled(id, "the end of the build") { server, _ in server.status != .build }
      #expect(landed.server.status == .active)
      #expect(landed.server.host == stage.hosts[0])
      #expect(landed.server.hostStatus == .maintenance)
      #expect(landed.newest == nil)
    }
  }

  /// Nothing else of a server's life is the product's, but a stop may take its time.
  @Test(arguments: await ComputeBackends.all)
  func stopTakesItsTime(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 1) { stage in
      let server = try await stage.server(0, .plain, ["lab_power": "slow=2"])
      try await stage.nova.stop(server.id)
      let again = try await OpenStackError.of {
        try await stage.nova.stop(server.id)
      }
      #expect(again.kind == .conflict)
      try await stage.settled(server.id, "stopped") { server, _ in server.status == .shutoff }
    }
  }
}
