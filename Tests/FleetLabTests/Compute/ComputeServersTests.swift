import FleetLab
import Testing

@Suite struct ComputeServersTests {
  @Test func pagesFollowLinksAndAFullPageHasAnEmptyOneBehind() async throws {
    try await withCompute { lab, probe in
      var ids: [String] = []
      for number in 1...5 { ids.append(try await lab.addServer("s-\(number)", host: "sev-a01")) }
      _ = try await lab.addServer("other", host: "sev-a02")
      var seen: [String] = []
      var next: String? = "/compute/v2.1/servers/detail?all_tenants=1&host=sev-a01&limit=2"
      var pages = 0
      while let path = next {
        let body = try await probe.send("GET", path).body
        seen += body["servers"]?.list.compactMap { $0["id"]?.text } ?? []
        next = body["servers_links"]?.list.first?["href"]?.text
        pages += 1
      }
      #expect(seen == ids.reversed())
      #expect(pages == 3)
      let full = try await probe.get("/servers/detail?host=sev-a01&limit=5")
      #expect(full["servers_links"] != nil)
      let behind = try await probe.get("/servers/detail?host=sev-a01&limit=5&marker=\(ids[0])")
      #expect(behind["servers"]?.list.isEmpty == true && behind["servers_links"] == nil)
    }
  }

  @Test func markersOfDeletedServersStillWork() async throws {
    try await withCompute { lab, probe in
      let old = try await lab.addServer("old", host: "sev-a01")
      let gone = try await lab.addServer("gone", host: "sev-a01")
      await lab.deleteServer(gone)
      let page = try await probe.get("/servers/detail?limit=1&marker=\(gone)")
      #expect(page["servers"]?.list.first?["id"] == .text(old))
      let never = "11111111-2222-4333-8444-555555555555"
      let bad = try await probe.nova("GET", "/servers/detail?marker=\(never)")
      #expect(bad.status == 400)
      #expect(bad.message == "marker [\(never)] not found")
      #expect(try await probe.nova("GET", "/servers/\(gone)").status == 404)
    }
  }

  @Test func othersSeeOnlyTheirProjectAndNoHosts() async throws {
    try await withCompute { lab, probe in
      let mine = try await lab.addServer("mine", host: "sev-a01", project: "demo")
      let foreign = try await lab.addServer("foreign", host: "sev-a01")
      let demo = try await ComputeProbe(lab, user: "demo", password: "lab-demo")
      // The host filter of somebody without the right to it is dropped, not refused.
      let list = try await demo.get("/servers/detail?host=nosuch")["servers"]?.list ?? []
      let ids = list.map { $0["id"]?.text }
      #expect(ids == [mine])
      #expect(list.first?["OS-EXT-SRV-ATTR:host"] == nil)
      #expect(list.first?["host_status"] == nil)
      #expect(try await demo.nova("GET", "/servers/\(foreign)").status == 404)
      #expect(try await demo.nova("GET", "/servers/detail?all_tenants=1").status == 403)
      #expect(try await demo.migrateLive(mine).status == 403)
      #expect(try await probe.get("/servers/detail")["servers"]?.list.count == 1)
      #expect(try await probe.get("/servers/detail?all_tenants=1")["servers"]?.list.count == 2)
    }
  }

  @Test func keysComeWithTheirMicroversions() async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("es", flavor: "sev-es.small", host: "sev-a01")
      func server(_ version: String) async throws -> APINode? {
        try await probe.at(version).get("/servers/\(id)")["server"]
      }
      #expect(try await server("2.46")?["flavor"]?["extra_specs"] == nil)
      #expect(try await server("2.46")?["flavor"]?["id"] != nil)
      let specs = try await server("2.47")?["flavor"]?["extra_specs"]
      #expect(specs?["hw:mem_encryption_model"] == .text("amd-sev-es"))
      #expect(try await server("2.97")?["image"]?["properties"] == nil)
      #expect(try await server("2.98")?["image"]?["properties"]?["hw_machine_type"] == .text("q35"))
      #expect(try await server("2.15")?["host_status"] == nil)
      #expect(try await server("2.16")?["host_status"] == .text("UP"))
      await lab.disableService("sev-a01", reason: nil)
      #expect(try await server("2.16")?["host_status"] == .text("MAINTENANCE"))
    }
  }

  @Test func volumeBootedServersHaveAnEmptyImage() async throws {
    try await withCompute { lab, probe in
      let source = LabCompute.BootSource.volume(imageProperties: ["hw_mem_encryption": "true"])
      let id = try await lab.addServer("v", host: "sev-a01", boot: source)
      let server = try await probe.at("2.98").get("/servers/\(id)")["server"]
      #expect(server?["image"] == .text(""))
      let volume = try #require(server?["os-extended-volumes:volumes_attached"]?.list.first?["id"]?.text)
      let shown = try await probe.send("GET", "/volume/v3/volumes/\(volume)").body["volume"]
      #expect(shown?["bootable"] == .text("true"))
      #expect(shown?["volume_image_metadata"]?["hw_mem_encryption"] == .text("true"))
      #expect(try await probe.migrateLive(id).status == 400)
    }
  }

  @Test func metadataIsMerged() async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("m", host: "sev-a01", metadata: ["a": "1"])
      let reply = try await probe.nova("POST", "/servers/\(id)/metadata", "{\"metadata\": {\"b\": \"2\"}}")
      #expect(reply.status == 200)
      #expect(reply.body["metadata"] == .members(["a": .text("1"), "b": .text("2")]))
      #expect(try await probe.nova("POST", "/servers/\(id)/metadata", "{\"metadata\": {\"b\": 2}}").status == 400)
    }
  }

  @Test func stopAndStartMoveTheProcess() async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("p", host: "sev-a01")
      #expect(await lab.processes(on: "sev-a01") == [id])
      #expect(try await probe.action(id, "{\"os-start\": null}").status == 409)
      #expect(try await probe.action(id, "{\"os-stop\": null}").status == 202)
      let off = try await probe.wait(id, "SHUTOFF") { $0.status == "SHUTOFF" && $0.isIdle }
      #expect(off.power == 4)
      #expect(await lab.processes(on: "sev-a01").isEmpty)
      #expect(try await probe.action(id, "{\"os-start\": null}").status == 202)
      _ = try await probe.wait(id, "ACTIVE") { $0.status == "ACTIVE" && $0.isIdle }
      #expect(await lab.processes(on: "sev-a01") == [id])
      let unknown = try await probe.action(id, "{\"evacuate\": {}}")
      #expect(unknown.status == 400)
      #expect(unknown.message == "There is no such action: evacuate")
    }
  }

  @Test func listingRefusesWhatNovaRefuses() async throws {
    try await withCompute { _, probe async throws in
      #expect(try await probe.nova("GET", "/servers/detail?foo=x").status == 400)
      #expect(try await probe.at("2.74").nova("GET", "/servers/detail?foo=x").status == 200)
      #expect(try await probe.nova("GET", "/servers/detail?limit=x").status == 400)
      #expect(try await probe.nova("GET", "/os-migrations?foo=2").status == 400)
    }
  }
}
