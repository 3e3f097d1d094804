import Foundation
import OpenStackAPI
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct KeystoneTests {
  /// Forty calls meet a revoked token at once; one new token serves them all.
  @Test func manyRefusalsMakeOneRenewal() async throws {
    let route: StubCloud.Route = { request in
      request.header("X-Auth-Token") == "token-1"
        ? .answer(401, [:], "") : HTTPBoundsTests.services
    }
    try await StubCloud().run(route) { cloud, server in
      _ = try await cloud.nova.microversion()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<40 { group.addTask { _ = try await cloud.nova.allComputeServices() } }
        try await group.waitForAll()
      }
      #expect(server.requests.count { $0.path == "/v3/auth/tokens" } == 2)
      #expect(await cloud.keystone.issued == 2)
    }
  }

  /// Once at once, once a second later, and then no more.
  @Test func refusedAgainAndAgainIsUnauthorized() async throws {
    try await StubCloud().run({ _ in .answer(401, [:], "") }) { cloud, server in
      let error = try await OpenStackError.of { try await cloud.nova.stop("s1") }
      #expect(error.kind == .unauthorized)
      #expect(error.service == .compute)
      #expect(server.requests.count { $0.path.hasSuffix("/action") } == 3)
      #expect(server.requests.count { $0.path == "/v3/auth/tokens" } == 3)
    }
  }

  /// Revocation events count whole seconds: the first new token is revoked with the old one.
  @Test func tokenOfTheSecondOfARevocationIsRenewedOnceMore() async throws {
    let route: StubCloud.Route = { request in
      ["token-1", "token-2"].contains(request.header("X-Auth-Token") ?? "")
        ? .answer(401, [:], "") : HTTPBoundsTests.services
    }
    var limits = StubCloud.limits
    limits.revocationResolution = .milliseconds(200)
    try await StubCloud().run(limits: limits, route) { cloud, server in
      _ = try await cloud.nova.microversion()
      let began = ContinuousClock.now
      _ = try await cloud.nova.allComputeServices()
      #expect(ContinuousClock.now - began >= limits.revocationResolution, "the second token waits")
      #expect(await cloud.keystone.issued == 3)
      #expect(server.requests.count { $0.path == "/v3/auth/tokens" } == 3)
    }
  }

  /// The clocks of Keystone and of this machine disagree by decades; only the token's life counts.
  @Test func clocksNeedNotAgree() async throws {
    try await StubCloud(tokenLife: 3600).run({ _ in HTTPBoundsTests.services }) { cloud, server in
      for _ in 0..<3 { _ = try await cloud.nova.allComputeServices() }
      #expect(server.requests.count { $0.path == "/v3/auth/tokens" } == 1)
    }
  }

  @Test func expiredTokensAreRenewedBeforeTheyAreRefused() async throws {
    try await StubCloud(tokenLife: 0).run({ _ in HTTPBoundsTests.services }) { cloud, server in
      _ = try await cloud.nova.microversion()
      for _ in 0..<3 { _ = try await cloud.nova.allComputeServices() }
      #expect(server.requests.count { $0.path == "/v3/auth/tokens" } == 4)
      let tokens = server.requests.compactMap { $0.header("X-Auth-Token") }
      #expect(Set(tokens).count == tokens.count)
    }
  }

  @Test func passwordLoginIsScoped() async throws {
    try await StubCloud().run { cloud, server in
      _ = try await cloud.keystone.session()
      let body = try #require(server.requests.first?.body)
      let json = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: [String: Any]])
      let auth = try #require(json["auth"])
      #expect(auth["scope"] as? [String: [String: NSObject]] != nil)
      #expect(body.contains(#""methods":["password"]"#))
    }
  }

  @Test func catalogOfManyRegionsNeedsOne() async throws {
    let url = "http://127.0.0.1:9"
    let more = """
      , {"type": "placement", "endpoints": [
      {"interface": "public", "url": "\(url)/one", "region_id": "one"},
      {"interface": "internal", "url": "\(url)/one-inside/", "region_id": "one"},
      {"interface": "public", "url": "\(url)/two", "region_id": "two"}]}
      """
    try await StubCloud(moreCatalog: more).run { cloud, _ in
      let session = try await cloud.keystone.session()
      let error = #expect(throws: OpenStackError.self) { try session.endpoint(.placement) }
      #expect(error?.kind == .regionAmbiguous)
      #expect(error?.found == "one, two")
      #expect(throws: Never.self) { try session.endpoint(.compute) }
    }
    try await StubCloud(moreCatalog: more).run(region: "two") { cloud, _ in
      let session = try await cloud.keystone.session()
      #expect(try session.endpoint(.placement) == url + "/two")
      let error = #expect(throws: OpenStackError.self) { try session.endpoint(.compute) }
      #expect(error?.kind == .serviceNotInCatalog)
      #expect(error?.found == "public in one")
    }
    try await StubCloud(moreCatalog: more).run(region: "one", interface: .internal) { cloud, _ in
      let value = try await cloud.keystone.session().endpoint(.placement)
      #expect(value == url + "/one-inside")
    }
  }

  @Test func absentServicesAreNamed() async throws {
    try await StubCloud().run { cloud, _ in
      let image = try await OpenStackError.of { try await cloud.glance.imageProperties("i1") }
      #expect(image.kind == .serviceNotInCatalog)
      #expect(image.service == .image)
      let volume = try await OpenStackError.of { try await cloud.cinder.volume("v1") }
      #expect(volume.kind == .serviceNotInCatalog)
      #expect(volume.found == "services compute")
    }
  }

  /// Services do not echo tokens; should one, it does not reach a log.
  @Test func echoedSecretsAreBlanked() async throws {
    try await StubCloud().run({ request in
      let token = request.header("X-Auth-Token") ?? ""
      return .answer(400, [:], #"{"badRequest": {"message": "bad header \#(token)"}}"#)
    }) { cloud, _ in
      let error = try await OpenStackError.of { try await cloud.nova.stop("s1") }
      #expect(error.remote?.message == "bad header ***")
      #expect(error.remote?.body.contains("token-1") == false)
      #expect(!"\(error)".contains("token-1"))
    }
  }
}
