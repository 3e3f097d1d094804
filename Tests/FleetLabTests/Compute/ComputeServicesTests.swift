import FleetLab
import Testing

@Suite struct ComputeServicesTests {
  private static func service(_ probe: ComputeProbe, _ host: String = "sev-a01") async throws -> APINode {
    try #require(try await probe.get("/os-services?binary=nova-compute&host=\(host)")["services"]?.list.first)
  }

  private static func put(_ probe: ComputeProbe, _ body: String, host: String = "sev-a01") async throws -> APIReply {
    let id = try #require(try await service(probe, host)["id"]?.text)
    return try await probe.nova("PUT", "/os-services/\(id)", body)
  }

  @Test func reasonsAreOverwrittenWipedAndCleared() async throws {
    try await withCompute { _, probe async throws in
      func reason(_ body: String) async throws -> APINode? {
        let reply = try await Self.put(probe, body)
        #expect(reply.status == 200)
        return reply.body["service"]?["disabled_reason"]
      }
      #expect(try await reason("{\"status\": \"disabled\", \"disabled_reason\": \"one\"}") == .text("one"))
      #expect(try await reason("{\"status\": \"disabled\", \"disabled_reason\": \"two\"}") == .text("two"))
      #expect(try await reason("{\"status\": \"disabled\"}") == .null)
      #expect(try await Self.service(probe)["status"] == .text("disabled"))
      #expect(try await reason("{\"status\": \"enabled\"}") == .null)
      #expect(try await Self.service(probe)["status"] == .text("enabled"))
    }
  }

  @Test func badWritesChangeNothing() async throws {
    try await withCompute { lab, probe in
      let long = String(repeating: "x", count: 256)
      for body in [
        "{\"status\": \"enabled\", \"disabled_reason\": \"x\"}", "{\"status\": \"off\"}", "{}",
        "{\"status\": \"disabled\", \"disabled_reason\": \"\(long)\"}", "{\"status\": \"disabled\", \"x\": 1}",
        "{\"status\": \"disabled\", \"disabled_reason\": null}", "[]", "{",
      ] {
        let reply = try await Self.put(probe, body)
        #expect(reply.status == 400, "\(body)")
        #expect(reply.body.names == ["badRequest"])
      }
      #expect(await lab.serviceState("sev-a01")?.isEnabled == true)
      let unknown = "/os-services/11111111-2222-4333-8444-555555555555"
      let missing = try await probe.nova("PUT", unknown, "{\"status\": \"disabled\"}")
      #expect(missing.status == 404)
      #expect(missing.body.names == ["itemNotFound"])
      #expect(try await probe.nova("PUT", "/os-services/nope", "{\"status\": \"disabled\"}").status == 400)
    }
  }

  @Test func heartbeatsAdvanceAndStopWithTheProcess() async throws {
    var settings = LabComputeSettings()
    settings.times.reportInterval = .milliseconds(20)
    settings.times.serviceDown = .milliseconds(200)
    try await withCompute(settings: settings) { lab, probe in
      let first = try await Self.service(probe)["updated_at"]?.text ?? ""
      try await computeEventually("a later heartbeat") {
        try await Self.service(probe)["updated_at"]?.text ?? "" > first
      }
      await lab.killCompute("sev-a01")
      try await computeEventually("down") { try await Self.service(probe)["state"] == .text("down") }
      let last = try await Self.service(probe)["updated_at"]?.text ?? ""
      #expect(try await Self.service(probe)["updated_at"]?.text == last)
      // A write is newer than the last heartbeat, and yet no sign of life.
      let written = try await Self.put(probe, "{\"status\": \"disabled\"}").body["service"]
      #expect(written?["updated_at"]?.text ?? "" > last)
      #expect(written?["state"] == .text("down"))
      await lab.startCompute("sev-a01")
      #expect(try await Self.service(probe)["state"] == .text("up"))
      await lab.freezeCompute("sev-a01")
      try await computeEventually("down again") { try await Self.service(probe)["state"] == .text("down") }
    }
  }

  @Test func onlyComputesAreListedByBinary() async throws {
    try await withCompute { _, probe in
      let all = try await probe.get("/os-services")["services"]?.list.count
      let computes = try await probe.get("/os-services?binary=nova-compute")["services"]?.list.count
      #expect(all == 5 && computes == 3)
    }
  }

  @Test func forcedDownIsDown() async throws {
    try await withCompute { _, probe async throws in
      #expect(try await Self.put(probe, "{\"forced_down\": true}").body["service"]?["state"] == .text("down"))
      #expect(try await Self.put(probe, "{\"forced_down\": false}").body["service"]?["state"] == .text("up"))
    }
  }

  @Test func idsAreNumbersBelow253() async throws {
    try await withCompute { lab, probe in
      let old = probe.at("2.52")
      let service = try await Self.service(old)
      #expect(service["id"]?.int == 3)
      #expect(try await old.nova("PUT", "/os-services/x", "{\"status\": \"disabled\"}").status == 400)
      let reply = try await old.nova(
        "PUT", "/os-services/disable-log-reason",
        "{\"host\": \"sev-a01\", \"binary\": \"nova-compute\", \"disabled_reason\": \"old\"}")
      #expect(reply.status == 200)
      #expect(await lab.serviceState("sev-a01")?.reason == "old")
    }
  }

  @Test func ordinaryUsersAreRefusedByRule() async throws {
    try await withCompute { lab, _ in
      let demo = try await ComputeProbe(lab, user: "demo", password: "lab-demo")
      let reply = try await demo.nova("GET", "/os-services")
      #expect(reply.status == 403)
      #expect(reply.message == "Policy doesn't allow os_compute_api:os-services:list to be performed.")
    }
  }

  @Test func zoneComesFromTheAggregate() async throws {
    try await withCompute { lab, probe in
      await lab.addHost("sev-a01", toAggregate: "rack3", metadata: ["availability_zone": "az1"])
      #expect(try await Self.service(probe)["zone"] == .text("az1"))
      #expect(try await Self.service(probe, "sev-a02")["zone"] == .text("nova"))
      let aggregates = try await probe.get("/os-aggregates")["aggregates"]?.list ?? []
      #expect(aggregates.first?["hosts"]?.list == [.text("sev-a01")])
    }
  }
}
