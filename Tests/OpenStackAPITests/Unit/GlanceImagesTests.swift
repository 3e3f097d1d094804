import OpenStackAPI
import Testing

@Suite("Images, listed in pages", .timeLimit(.minutes(1))) struct GlanceImagesTests {
  private static func listing(_ ids: [String], next: Bool) -> StubServer.Reply {
    let images = ids.map { #"{"id": "\#($0)", "name": null, "status": "active", "hw_disk_bus": "virtio", "tags": []}"# }
    let link = next ? #", "next": "/v2/images?marker=x""# : ""
    return .json(#"{"images": [\#(images.joined(separator: ", "))]\#(link)}"#)
  }

  private static func run(
    limits: OpenStackLimits = StubCloud.limits, _ route: @escaping StubCloud.Route,
    _ body: (OpenStackCloud, StubServer) async throws -> Void
  ) async throws {
    let images = try await StubServer.start { route($0) }
    let more = #", {"type": "image", "endpoints": [{"interface": "public", "url": "\#(images.url)/image"}]}"#
    try await StubCloud(moreCatalog: more).run(limits: limits) { cloud, _ in try await body(cloud, images) }
    try await images.stop()
  }

  @Test func pagesAreAskedForByMarker() async throws {
    try await Self.run({ request in
      if request.query.contains("marker=b") { return Self.listing(["c"], next: false) }
      return Self.listing(["a", "b"], next: true)
    }) { cloud, server in
      let images = try await cloud.glance.images()
      #expect(images.map(\.id) == ["a", "b", "c"])
      #expect(images.allSatisfy { $0.name == nil && $0.properties["hw_disk_bus"] == "virtio" })
      #expect(server.requests.map(\.path) == ["/image/v2/images", "/image/v2/images"])
    }
  }

  /// Its image was deleted between two pages.
  @Test func aMarkerThatIsGoneStartsOver() async throws {
    let replies = Script(
      Self.listing(["a", "b"], next: true), .answer(400, [:], "<html></html>"), Self.listing(["a", "c"], next: true),
      Self.listing([], next: false))
    try await Self.run({ _ in replies.next() }) { cloud, server in
      let images = try await cloud.glance.images()
      #expect(images.map(\.id) == ["a", "c"])
      #expect(server.requests.count == 4)
    }
  }

  @Test func aMarkerThatIsAlwaysGoneIsAnError() async throws {
    try await Self.run({ request in
      request.query.contains("marker") ? .answer(400, [:], "") : Self.listing(["a"], next: true)
    }) { cloud, server in
      let error = try await OpenStackError.of { try await cloud.glance.images() }
      #expect(error.kind == .badRequest)
      #expect(server.requests.count == 2 * (StubCloud.limits.pagingRestarts + 1))
    }
  }

  @Test func aListingWithoutEndIsAnError() async throws {
    var limits = StubCloud.limits
    limits.pages = 5
    try await Self.run(limits: limits, { _ in Self.listing(["a"], next: true) }) { cloud, server in
      let error = try await OpenStackError.of { try await cloud.glance.images() }
      #expect(error.kind == .pagingEndless)
      #expect(server.requests.count == 5)
    }
  }

  @Test(arguments: ["{}", #"{"images": 7}"#, #"{"images": [7]}"#, #"{"images": [{"id": "a"}]}"#, "no JSON"])
  func whatIsNoListingIsAnError(_ body: String) async throws {
    try await Self.run({ _ in .json(body) }) { cloud, _ in
      let error = try await OpenStackError.of { try await cloud.glance.images() }
      #expect(error.kind == .undecodable)
    }
  }
}
