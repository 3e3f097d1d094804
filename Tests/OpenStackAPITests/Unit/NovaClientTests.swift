import Foundation
import OpenStackAPI
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct NovaClientTests {
  // MARK: Microversions

  @Test(arguments: [("2.53", "2.53"), ("2.60", "2.60"), ("2.98", "2.98"), ("2.104", "2.98"), ("3.1", "2.98")])
  func lowerOfBothMicroversionsIsSent(_ newest: String, _ sent: String) async throws {
    try await StubCloud(newest: newest).run({ _ in HTTPBoundsTests.services }) { cloud, server in
      for _ in 0..<2 { _ = try await cloud.nova.allComputeServices() }
      let calls = server.requests.filter { $0.path == "/compute/v2.1/os-services" }
      #expect(calls.map { $0.header("OpenStack-API-Version") } == ["compute \(sent)", "compute \(sent)"])
      #expect(server.requests.count { $0.path == "/compute/v2.1/" } == 1)
    }
  }

  @Test(arguments: [("2.52", "2.1"), ("2.9", "2.1"), ("", ""), ("2.200", "2.99")])
  func oldOrForeignNovasAreRefused(_ newest: String, _ oldest: String) async throws {
    try await StubCloud(newest: newest, oldest: oldest).run { cloud, server in
      let error = try await OpenStackError.of { try await cloud.nova.allComputeServices() }
      #expect(error.kind == .microversionTooOld)
      #expect(!server.requests.contains { $0.path == "/compute/v2.1/os-services" })
    }
  }

  @Test func unusedMicroversionIsNoticed() async throws {
    let route: StubCloud.Route = { _ in
      .json(#"{"services": []}"#, ["OpenStack-API-Version": "compute 2.1"])
    }
    try await StubCloud().run(route) { cloud, _ in
      let error = try await OpenStackError.of { try await cloud.nova.allComputeServices() }
      #expect(error.kind == .microversionIgnored)
      #expect(error.expected == "compute 2.98")
      #expect(error.found == "compute 2.1")
    }
  }

  @Test func targetOfAColdMoveNeeds256() async throws {
    try await StubCloud(newest: "2.55").run({ _ in .answer(202, ["x-openstack-request-id": "req-7"], "") }) {
      cloud, server in
      let error = try await OpenStackError.of { try await cloud.nova.migrate("s1", host: "b") }
      #expect(error.kind == .microversionTooOld)
      #expect(error.expected == "2.56 or newer")
      #expect(!server.requests.contains { $0.path.hasSuffix("/action") })
      let value = try await cloud.nova.migrate("s1")
      #expect(value == "req-7")
      #expect(server.requests.last?.body == #"{"migrate":null}"#)
    }
  }

  /// Catalogs spell Nova's address in several ways.
  @Test(arguments: ["/compute/v2.1", "/compute/v2.1/", "/compute/v2.1/p1", "/compute", "/compute/v2/p1"])
  func catalogAddressesOfEverySpelling(_ path: String) async throws {
    try await StubCloud(computePath: path).run({ request in
      request.path == "/compute/v2.1/os-services" ? HTTPBoundsTests.services : .answer(404, [:], "")
    }) { cloud, _ in
      let value = try await cloud.nova.allComputeServices()
      #expect(value.isEmpty)
    }
  }

  // MARK: Listing

  /// Nova drops a filter that the caller has no right to, and the host with it.
  @Test(arguments: [
    (#""a": 1"#, "no host"), (#""OS-EXT-SRV-ATTR:host": "other""#, "other"),
    (#""OS-EXT-SRV-ATTR:host": null"#, "a server without host"),
  ])
  func droppedFilterIsNotAdmin(_ host: String, _ found: String) async throws {
    let page = #"{"servers": [\#(Self.server("s1", host))]}"#
    try await StubCloud().run({ _ in .json(page) }) { cloud, _ in
      let error = try await OpenStackError.of { try await cloud.nova.servers(host: "a") }
      #expect(error.kind == .notAdmin)
      #expect(error.found == found)
    }
  }

  @Test func serverWithoutItsHostIsNotAdmin() async throws {
    try await StubCloud().run({ _ in .json(#"{"server": \#(Self.server("s1", #""a": 1"#))}"#) }) { cloud, _ in
      let error = try await OpenStackError.of { try await cloud.nova.server("s1") }
      #expect(error.kind == .notAdmin)
    }
  }

  @Test func vanishedMarkerStartsTheListingOver() async throws {
    let refusals = Mutex(1)
    let route: StubCloud.Route = { request in
      guard request.query.contains("marker=s1") else {
        return .json(
          #"{"servers": [\#(Self.server("s1"))], "servers_links": [{"rel": "next", "href": "http://wrong"}]}"#)
      }
      let refuse = refusals.withLock {
        $0 -= 1
        return $0 >= 0
      }
      return refuse
        ? .answer(400, [:], #"{"badRequest": {"code": 400, "message": "marker [s1] not found"}}"#)
        : .json(#"{"servers": [\#(Self.server("s2"))]}"#)
    }
    try await StubCloud().run(route) { cloud, server in
      let value = try await cloud.nova.servers(host: "a").map(\.id)
      #expect(value == ["s1", "s2"])
      let listings = server.requests.filter { $0.path.hasSuffix("/servers/detail") }
      #expect(listings.count == 4)
      #expect(listings.allSatisfy { $0.query.contains("all_tenants=1") && $0.query.contains("host=a") })
    }
  }

  /// A server whose build ends between two pages stands behind itself, alone or with others.
  @Test(arguments: [true, false])
  func aServerThatIsListedTwiceIsOne(_ isAlone: Bool) async throws {
    let repeats = Mutex(1)
    let route: StubCloud.Route = { request in
      let next = #""servers_links": [{"rel": "next", "href": ""}]"#
      guard request.query.contains("marker=s1") else {
        return .json(#"{"servers": [\#(Self.server("s1"))], \#(next)}"#)
      }
      let stale = repeats.withLock {
        $0 -= 1
        return $0 >= 0
      }
      if isAlone, stale { return .json(#"{"servers": [\#(Self.server("s1"))], \#(next)}"#) }
      let again = isAlone ? "" : Self.server("s1") + ", "
      return .json(#"{"servers": [\#(again)\#(Self.server("s2"))]}"#)
    }
    try await StubCloud().run(route) { cloud, _ in
      let value = try await cloud.nova.servers(host: "a").map(\.id)
      #expect(value == ["s1", "s2"])
    }
  }

  @Test func vanishingMarkersDoNotGoOnForEver() async throws {
    let route: StubCloud.Route = { request in
      request.query.contains("marker")
        ? .answer(400, [:], "")
        : .json(#"{"servers": [\#(Self.server("s1"))], "servers_links": [{"rel": "next", "href": ""}]}"#)
    }
    try await StubCloud().run(route) { cloud, _ in
      let error = try await OpenStackError.of { try await cloud.nova.servers(host: "a") }
      #expect(error.kind == .badRequest)
    }
  }

  @Test(arguments: [true, false])
  func endlessListingsEnd(_ sameEntry: Bool) async throws {
    let serial = Mutex(0)
    var limits = StubCloud.limits
    limits.pages = 9
    let route: StubCloud.Route = { _ in
      let number = serial.withLock {
        $0 += sameEntry ? 0 : 1
        return $0
      }
      return .json(
        #"{"servers": [\#(Self.server("s\(number)"))], "servers_links": [{"rel": "next", "href": ""}]}"#)
    }
    try await StubCloud().run(limits: limits, route) { cloud, server in
      let error = try await OpenStackError.of { try await cloud.nova.servers(host: "a") }
      #expect(error.kind == .pagingEndless)
      #expect(server.requests.count { $0.path.hasSuffix("/servers/detail") } == (sameEntry ? 6 : 9))
    }
  }

  // MARK: Values

  @Test func unknownWordsAreKept() async throws {
    let odd = Self.server(
      "s1", #""OS-EXT-SRV-ATTR:host": "a", "host_status": "DREAMING""#, status: "LEVITATING", power: 99)
    try await StubCloud().run({ _ in .json(#"{"server": \#(odd)}"#) }) { cloud, _ in
      let server = try await cloud.nova.server("s1")
      #expect(server.status == .other("LEVITATING"))
      #expect(server.status.word == "LEVITATING")
      #expect(server.powerState == .other(99))
      #expect(server.hostStatus == .other("DREAMING"))
    }
    let move = #"{"id": 1, "status": "folding", "migration_type": "teleport", "instance_uuid": "s1"}"#
    try await StubCloud().run({ _ in .json(#"{"migrations": [\#(move)]}"#) }) { cloud, _ in
      let found = try #require(try await cloud.nova.migrations(instance: "s1").first)
      #expect(found.status == .other("folding"))
      #expect(found.type == .other("teleport"))
      // Unknown is not over.
      #expect(!found.status.isOver)
      #expect(!found.status.isFailure)
    }
  }

  @Test func knownWordsAreSpeltBack() {
    func check<Word: OpenWord>(_: Word.Type) {
      for (word, value) in Word.words {
        #expect(Word(word: word) == value)
        #expect(value.word == word)
        #expect(value.otherWord == nil)
      }
      #expect(Set(Word.words.values).count == Word.words.count)
    }
    check(ServerStatus.self)
    check(VMState.self)
    check(HostStatus.self)
    check(MigrationStatus.self)
    check(MigrationType.self)
    check(ComputeService.Status.self)
    check(ComputeService.State.self)
  }

  @Test func volumeBootedServersHaveNoImage() async throws {
    let host = #""OS-EXT-SRV-ATTR:host": "a", "image": "", "os-extended-volumes:volumes_attached": [{"id": "v1"}]"#
    try await StubCloud().run({ _ in .json(#"{"server": \#(Self.server("s1", host))}"#) }) { cloud, _ in
      let server = try await cloud.nova.server("s1")
      #expect(server.imageID == nil)
      #expect(server.imageProperties == nil)
      #expect(server.volumesAttached == ["v1"])
    }
  }

  @Test func imagePropertiesAreTexts() async throws {
    let image =
      #"{"id": "i1", "properties": {"hw_mem_encryption": true, "hw_firmware_type": "uefi", "n": 3, "z": null}}"#
    let host = #""OS-EXT-SRV-ATTR:host": "a", "image": \#(image)"#
    try await StubCloud().run({ _ in .json(#"{"server": \#(Self.server("s1", host))}"#) }) { cloud, _ in
      let server = try await cloud.nova.server("s1")
      #expect(server.imageID == "i1")
      #expect(server.imageProperties == ["hw_mem_encryption": "true", "hw_firmware_type": "uefi", "n": "3"])
    }
  }

  @Test func hiddenExtraSpecsAreUnknown() async throws {
    let flavor = #"{"original_name": "f", "vcpus": 1, "ram": 512}"#
    let server = Self.server("s1", #""OS-EXT-SRV-ATTR:host": "a""#, flavor: flavor)
    try await StubCloud().run({ _ in .json(#"{"server": \#(server)}"#) }) { cloud, _ in
      let value = try await cloud.nova.server("s1").flavor.extraSpecs
      #expect(value == nil)
    }
  }

  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2026-11-23T15:14:41.820857", 1_795_446_881.820857),
    ("2000-02-29T12:00:00+00:00", 951_825_600), ("2100-03-01T00:00:00Z", 4_107_542_400),
    ("1999-12-31T23:59:59.5", 946_684_799.5),
  ])
  func timesAreUTC(_ text: String, _ seconds: Double) async throws {
    let heartbeat = try #require(try await Self.heartbeat(text))
    #expect(abs(heartbeat.timeIntervalSince1970 - seconds) < 0.000_01)
  }

  @Test(arguments: ["", "yesterday", "2026-11-23", "2026-13-23T15:14:41", "2026-11-23T25:14:41", "T", "2026-11-23T1:2"])
  func otherTimesAreNone(_ text: String) async throws {
    #expect(try await Self.heartbeat(text) == nil)
  }

  @Test func flavorsOfOldNovasGetTheirExtraSpecs() async throws {
    try await StubCloud(newest: "2.60").run({ request in
      request.path.hasSuffix("/os-extra_specs")
        ? .json(#"{"extra_specs": {"hw:mem_encryption": "true"}}"#)
        : .json(#"{"flavors": [{"id": "f/1", "name": "f", "vcpus": 1, "ram": 512}]}"#)
    }) { cloud, server in
      let value = try await cloud.nova.flavors().first?.extraSpecs
      #expect(value == ["hw:mem_encryption": "true"])
      // Flavor ids are free text.
      #expect(server.requests.last?.path == "/compute/v2.1/flavors/f%2F1/os-extra_specs")
    }
  }

  @Test func imageAndVolumeProperties() async throws {
    let more = """
      , {"type": "image", "endpoints": [{"interface": "public", "url": "URL/image"}]}
      , {"type": "volumev3", "endpoints": [{"interface": "public", "url": "URL/volume/v3/p1"}]}
      """
    let server = try await StubServer.start { request in
      switch request.path {
      case "/image/v2/images/i1": .json(#"{"id": "i1", "hw_mem_encryption": "True", "tags": [], "size": 7}"#)
      case "/volume/v3/p1/volumes/v1":
        .json(#"{"volume": {"id": "v1", "bootable": "true", "volume_image_metadata": {"hw_mem_encryption": "True"}}}"#)
      case "/volume/v3/p1/volumes/v2": .json(#"{"volume": {"id": "v2", "bootable": "false"}}"#)
      default: .answer(404, [:], "")
      }
    }
    try await StubCloud(moreCatalog: more.replacingOccurrences(of: "URL", with: server.url)).run { cloud, _ in
      let image = try await cloud.glance.imageProperties("i1")
      #expect(image == ["id": "i1", "hw_mem_encryption": "True", "size": "7"])
      let volume = try await cloud.cinder.volume("v1")
      #expect(volume.bootable)
      #expect(volume.imageProperties == ["hw_mem_encryption": "True"])
      let blank = try await cloud.cinder.volume("v2")
      #expect(!blank.bootable)
      #expect(blank.imageProperties == nil)
      let missing = try await OpenStackError.of { try await cloud.glance.imageProperties("i2") }
      #expect(missing.kind == .notFound)
    }
    try await server.stop()
  }

  // MARK: Bodies

  /// A server as Nova sends it; `more` adds members, the host among them.
  static func server(
    _ id: String, _ more: String = #""OS-EXT-SRV-ATTR:host": "a""#, status: String = "ACTIVE", power: Int = 1,
    flavor: String = #"{"original_name": "f", "vcpus": 1, "ram": 512, "extra_specs": {}}"#
  ) -> String {
    """
    {"id": "\(id)", "name": "n", "tenant_id": "p1", "status": "\(status)", "flavor": \(flavor),
     "OS-EXT-STS:task_state": null, "OS-EXT-STS:vm_state": "active", "OS-EXT-STS:power_state": \(power), \(more)}
    """
  }

  private static func heartbeat(_ text: String) async throws -> Date? {
    var found: Date?
    let body = """
      {"services": [{"id": "s", "host": "a", "status": "enabled", "state": "up", "updated_at": "\(text)"}]}
      """
    try await StubCloud().run({ _ in .json(body) }) { cloud, _ in
      found = try await cloud.nova.services(host: "a").first?.updatedAt
    }
    return found
  }
}
