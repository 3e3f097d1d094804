import FleetLab
import Testing

@Suite struct ComputeVersionTests {
  @Test func documentsNeedNoToken() async throws {
    var settings = LabComputeSettings()
    settings.maximumMicroversion = NovaVersion(2, 90)
    try await withCompute(settings: settings) { _, probe in
      var stranger = probe
      stranger.token = ""
      let version = try await stranger.send("GET", "/compute/v2.1/").body["version"]
      #expect(version?["version"]?.text == "2.90")
      #expect(version?["min_version"]?.text == "2.1")
      let all = try await stranger.send("GET", "/compute/").body["versions"]
      #expect(all?.list.count == 2)
    }
  }

  @Test func answersNameTheVersionTheyAreOf() async throws {
    try await withCompute { _, probe in
      let plain = try await probe.at(nil).nova("GET", "/os-services")
      #expect(plain.headers["openstack-api-version"] == "compute 2.1")
      let asked = try await probe.at("2.100").nova("GET", "/os-services")
      #expect(asked.headers["openstack-api-version"] == "compute 2.100")
      #expect(asked.headers["x-openstack-request-id"]?.hasPrefix("req-") == true)
      #expect(asked.headers["vary"]?.contains("OpenStack-API-Version") == true)
      let latest = try await probe.at("latest").nova("GET", "/os-services")
      #expect(latest.headers["openstack-api-version"] == "compute 2.104")
    }
  }

  @Test func versionsOutsideTheRangeAre406() async throws {
    var settings = LabComputeSettings()
    settings.maximumMicroversion = NovaVersion(2, 79)
    try await withCompute(settings: settings) { _, probe in
      let over = try await probe.at("2.80").nova("GET", "/os-services")
      #expect(over.status == 406)
      #expect(over.body.names == ["computeFault"])
      #expect(
        over.message == "Version 2.80 is not supported by the API. Minimum is 2.1 and maximum is 2.79.")
      let odd = try await probe.at("new").nova("GET", "/os-services")
      #expect(odd.status == 400)
      #expect(odd.body.names == ["badRequest"])
    }
  }

  @Test func aChosenPortIsFreeAgainAfterTheStop() async throws {
    let first = LabCompute()
    try await first.start()
    var settings = LabComputeSettings()
    settings.port = await first.port
    let second = LabCompute(settings: settings)
    await #expect(throws: (any Error).self) { try await second.start() }
    await first.stop()
    try await second.start()
    #expect(await second.root == "http://127.0.0.1:\(settings.port)")
    let probe = try await ComputeProbe(second)
    #expect(try await probe.nova("GET", "/servers").status == 200)
    await second.stop()
  }

  @Test func unknownPathsAreNotJSON() async throws {
    try await withCompute { _, probe in
      let reply = try await probe.nova("GET", "/nosuch")
      #expect(reply.status == 404)
      #expect(reply.headers["content-type"]?.hasPrefix("text/html") == true)
    }
  }
}
