import FleetLab
import Testing

@Suite struct ComputeDrainTests {
  /// A host is drained as an operator would: what can move moves once, what cannot stays, nothing is left open.
  @Test func aWholeDrain() async throws {
    try await withCompute(hosts: 4) { lab, probe in
      let group = await lab.addServerGroup("lab-anti")
      let live = [
        try await lab.addServer("web-01", host: "sev-a01", project: "demo"),
        try await lab.addServer("web-02", host: "sev-a01"),
        try await lab.addServer("paused-01", host: "sev-a01", state: .paused),
        try await lab.addServer("anti-01", host: "sev-a01", group: group),
      ]
      _ = try await lab.addServer("anti-02", host: "sev-a02", group: group)
      let cold = [
        try await lab.addServer("sev-01", flavor: "sev.small", host: "sev-a01"),
        try await lab.addServer("sev-stopped-01", flavor: "sev.small", host: "sev-a01", state: .shutoff),
        try await lab.addServer("stopped-01", host: "sev-a01", state: .shutoff),
      ]
      let left = [
        try await lab.addServer("suspended-01", host: "sev-a01", state: .suspended),
        try await lab.addServer("error-01", host: "sev-a01", state: .error),
      ]
      let service = try await probe.get("/os-services?host=sev-a01")["services"]?.list.first?["id"]?.text ?? ""
      _ = try await probe.nova("PUT", "/os-services/\(service)", "{\"status\": \"disabled\"}")
      for id in live { #expect(try await probe.migrateLive(id).status == 202) }
      for id in cold { #expect(try await probe.migrateCold(id).status == 202) }
      for id in left { #expect(try await probe.migrateCold(id).status == 409) }
      for id in live { _ = try await probe.wait(id, "completed") { $0.record == "completed" && $0.isIdle } }
      for id in cold {
        _ = try await probe.wait(id, "VERIFY_RESIZE") { $0.status == "VERIFY_RESIZE" && $0.isIdle }
        #expect(try await probe.confirm(id).status == 204)
      }
      for id in cold { _ = try await probe.wait(id, "confirmed") { $0.status != "VERIFY_RESIZE" && $0.isIdle } }

      let here = try await probe.get("/servers/detail?all_tenants=1&host=sev-a01")["servers"]?.list ?? []
      let ids = here.compactMap { $0["id"]?.text }
      #expect(Set(ids) == Set(left))
      let records = try await probe.get("/os-migrations?host=sev-a01")["migrations"]?.list ?? []
      let words = Set(records.compactMap { $0["status"]?.text })
      #expect(words == ["completed", "confirmed"])
      for id in live + cold {
        let moves = await lab.acceptedMoves(of: id)
        #expect(moves.count == 1 && moves.first?.host == "sev-a01")
      }
      #expect(await lab.glimpse(live[3])?.host != "sev-a02")
    }
  }

  @Test func recordsComeInPagesNewestFirst() async throws {
    try await withCompute(hosts: 2) { lab, probe in
      for host in ["sev-a01", "sev-a02"] { await lab.disableService(host, reason: nil) }
      var ids: [String] = []
      for number in 1...5 {
        let id = try await lab.addServer("s-\(number)", host: "sev-a01")
        _ = try await probe.migrateLive(id)
        _ = try await probe.wait(id, "error") { $0.record == "error" && $0.isIdle }
        ids.append(id)
      }
      var seen: [String] = []
      var next: String? = "/compute/v2.1/os-migrations?host=sev-a01&limit=2"
      while let path = next {
        let body = try await probe.send("GET", path).body
        seen += body["migrations"]?.list.compactMap { $0["instance_uuid"]?.text } ?? []
        next = body["migrations_links"]?.list.first?["href"]?.text
      }
      #expect(seen == ids.reversed())
      let none = try await probe.get("/os-migrations?host=sev-a01&status=running")["migrations"]?.list
      #expect(none?.isEmpty == true)
      #expect(try await probe.nova("GET", "/os-migrations?marker=nosuch").status == 400)
    }
  }
}
