import FleetLab
import Testing

@Suite struct ComputePlacementTests {
  private static func get(_ probe: ComputeProbe, _ path: String, version: String = "1.39") async throws -> APIReply {
    try await probe.at(nil).send(
      "GET", "/placement" + path, headers: ["OpenStack-API-Version": "placement \(version)"])
  }

  @Test func slotsHangBelowTheHost() async throws {
    try await withCompute(hosts: 1) { lab, probe in
      await lab.addHost("two", slots: [.sev: 7])
      _ = try await lab.addServer("s", flavor: "sev.small", host: "two")
      let named = try await Self.get(probe, "/resource_providers?name=two").body["resource_providers"]?.list
      let root = try #require(named?.first?["uuid"]?.text)
      let tree = try await Self.get(probe, "/resource_providers?in_tree=\(root)").body["resource_providers"]?.list
      let names = tree?.compactMap { $0["name"]?.text }
      #expect(names == ["two", "two_amd_sev"])
      let child = try #require(tree?.last)
      #expect(child["parent_provider_uuid"] == .text(root))
      let path = "/resource_providers/\(child["uuid"]?.text ?? "")"
      let inventory = try await Self.get(probe, path + "/inventories").body["inventories"]
      #expect(inventory?["MEM_ENCRYPTION_CONTEXT"]?["total"]?.int == 7)
      let usages = try await Self.get(probe, path + "/usages").body["usages"]
      #expect(usages?["MEM_ENCRYPTION_CONTEXT"]?.int == 1)
      let traits = try await Self.get(probe, path + "/traits").body["traits"]?.list
      #expect(traits?.contains(.text("HW_CPU_X86_AMD_SEV")) == true)
    }
  }

  @Test func anUnconfirmedResizeHoldsItsSlotOnTheSource() async throws {
    try await withCompute(hosts: 2) { lab, probe in
      let id = try await lab.addServer("s", flavor: "sev.small", host: "sev-a01")
      func used(_ host: String) async throws -> Int? {
        let all = try await Self.get(probe, "/resource_providers?name=\(host)_amd_sev").body
        let uuid = all["resource_providers"]?.list.first?["uuid"]?.text ?? ""
        let reply = try await Self.get(probe, "/resource_providers/\(uuid)/usages")
        return reply.body["usages"]?["MEM_ENCRYPTION_CONTEXT"]?.int
      }
      _ = try await probe.migrateCold(id)
      _ = try await probe.wait(id, "VERIFY_RESIZE") { $0.status == "VERIFY_RESIZE" && $0.isIdle }
      #expect(try await used("sev-a01") == 1)
      #expect(try await used("sev-a02") == 1)
      _ = try await probe.confirm(id)
      _ = try await probe.wait(id, "ACTIVE") { $0.status == "ACTIVE" }
      #expect(try await used("sev-a01") == 0)
    }
  }

  @Test func candidatesTellWhatIsFree() async throws {
    try await withCompute(hosts: 1) { lab, probe in
      await lab.addHost("two", slots: [.sev: 7])
      _ = try await lab.addServer("s", flavor: "sev.small", host: "two")
      let all = "/allocation_candidates?resources=VCPU:1,MEMORY_MB:1"
      let body = try await Self.get(probe, all).body
      #expect(body["allocation_requests"]?.list.count == 2)
      let named = try await Self.get(probe, "/resource_providers?name=two_amd_sev").body["resource_providers"]?.list
      let child = try #require(named?.first)
      let shown = try #require(body["provider_summaries"]?[child["uuid"]?.text ?? ""])
      #expect(shown["resources"]?["MEM_ENCRYPTION_CONTEXT"]?["capacity"]?.int == 7)
      #expect(shown["resources"]?["MEM_ENCRYPTION_CONTEXT"]?["used"]?.int == 1)
      #expect(shown["traits"]?.list.contains(.text("HW_CPU_X86_AMD_SEV")) == true)
      let root = try #require(child["parent_provider_uuid"]?.text)
      #expect(shown["root_provider_uuid"]?.text == root)
      // Four vCPUs for each, and memory less what is reserved: as the inventory says it.
      let inventory = try await Self.get(probe, "/resource_providers/\(root)/inventories").body["inventories"]
      let resources = body["provider_summaries"]?[root]?["resources"]
      #expect(resources?["VCPU"]?["capacity"]?.int == inventory?["VCPU"]?["total"]?.int.map { $0 * 4 })
      #expect(resources?["MEMORY_MB"]?["capacity"]?.int == inventory?["MEMORY_MB"]?["total"]?.int.map { $0 - 512 })
      // Who has not that much is missing, with its whole tree.
      let slots = try await Self.get(probe, "/allocation_candidates?resources=MEM_ENCRYPTION_CONTEXT:6").body
      #expect(slots["provider_summaries"]?[root] != nil)
      let more = try await Self.get(probe, "/allocation_candidates?resources=MEM_ENCRYPTION_CONTEXT:100").body
      #expect(more["allocation_requests"]?.list.isEmpty == true)
      #expect(more["provider_summaries"]?[root] == nil)
      #expect(try await Self.get(probe, all, version: "1.9").status == 404)
      for wrong in ["", "?resources=VCPU", "?resources=VCPU:0", "?resources=VCPU:1&foo=1"] {
        #expect(try await Self.get(probe, "/allocation_candidates" + wrong).status == 400)
      }
    }
  }

  @Test func refusalsAreOfPlacementsShape() async throws {
    try await withCompute(hosts: 1) { lab, probe in
      let unknown = try await Self.get(probe, "/resource_providers/11111111-2222-4333-8444-555555555555/traits")
      #expect(unknown.status == 404)
      #expect(unknown.body["errors"]?.list.first?["status"]?.int == 404)
      #expect(try await Self.get(probe, "/resource_providers?foo=1").status == 400)
      #expect(try await Self.get(probe, "/resource_providers?in_tree=x", version: "1.13").status == 400)
      let over = try await Self.get(probe, "/resource_providers", version: "1.99")
      #expect(over.status == 406)
      #expect(over.body["errors"]?.list.first?["max_version"]?.text == "1.39")
      let demo = try await ComputeProbe(lab, user: "demo", password: "lab-demo")
      #expect(try await Self.get(demo, "/resource_providers").status == 403)
    }
  }

  @Test func glanceShowsPropertiesFlat() async throws {
    try await withCompute(hosts: 1) { lab, probe in
      let id = await lab.addImage("sev-image", properties: ["hw_mem_encryption": "true"])
      let reply = try await probe.send("GET", "/image/v2/images/\(id)")
      #expect(reply.status == 200)
      #expect(reply.body["hw_mem_encryption"] == .text("true"))
      #expect(reply.body["name"] == .text("sev-image"))
      #expect(try await probe.send("GET", "/image/v2/images/nope").status == 404)
    }
  }

  @Test func flavorsAndHypervisorsAreListed() async throws {
    try await withCompute { lab, probe in
      _ = try await lab.addServer("a", host: "sev-a01")
      let flavors = try await probe.get("/flavors/detail")["flavors"]?.list ?? []
      let snp = flavors.first { $0["name"] == .text("sev-snp.small") }
      #expect(snp?["extra_specs"]?["hw:mem_encryption_model"] == .text("amd-sev-snp"))
      let found = try await probe.get("/os-hypervisors?hypervisor_hostname_pattern=sev-a01&with_servers=true")
      #expect(found["hypervisors"]?.list.first?["servers"]?.list.count == 1)
      let none = try await probe.nova("GET", "/os-hypervisors?hypervisor_hostname_pattern=nosuch")
      #expect(none.status == 404)
      let page = try await probe.get("/os-hypervisors?limit=2")
      let next = try #require(page["hypervisors_links"]?.list.first?["href"]?.text)
      #expect(try await probe.send("GET", next).body["hypervisors"]?.list.count == 1)
      let old = try await probe.at("2.87").get("/os-hypervisors/detail")["hypervisors"]?.list.first
      #expect(old?["running_vms"]?.int == 1)
    }
  }
}
