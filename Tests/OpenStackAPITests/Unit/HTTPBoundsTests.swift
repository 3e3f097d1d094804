import Foundation
import OpenStackAPI
import Testing

/// Deadlines, repeats, sizes: what the client does when the network or a service misbehaves.
@Suite(.timeLimit(.minutes(1))) struct HTTPBoundsTests {
  static let services = StubServer.Reply.json(#"{"services": []}"#)

  @Test(arguments: [502, 503, 504])
  func readsAreRepeatedWhileAGatewaySaysSo(_ status: Int) async throws {
    let script = Script(.answer(status, [:], "restarting"), .answer(status, [:], ""), Self.services)
    try await StubCloud().run({ _ in script.next() }) { cloud, server in
      let value = try await cloud.nova.allComputeServices()
      #expect(value.isEmpty)
      #expect(server.requests.count { $0.path == "/compute/v2.1/os-services" } == 3)
    }
  }

  @Test func repeatsEnd() async throws {
    try await StubCloud().run({ _ in .answer(503, [:], "down") }) { cloud, server in
      let error = try await OpenStackError.of { try await cloud.nova.allComputeServices() }
      #expect(error.kind == .remoteFailure)
      #expect(error.remote?.body == "down")
      #expect(error.remote?.message == nil)
      #expect(!error.mayHaveTakenEffect)
      #expect(server.requests.count { $0.path == "/compute/v2.1/os-services" } == StubCloud.limits.readAttempts)
    }
  }

  @Test(arguments: [500, 501])
  func otherFailuresAreNotRepeated(_ status: Int) async throws {
    try await StubCloud().run({ _ in .answer(status, [:], "") }) { cloud, server in
      let error = try await OpenStackError.of { try await cloud.nova.allComputeServices() }
      #expect(error.kind == .remoteFailure)
      #expect(server.requests.count { $0.path == "/compute/v2.1/os-services" } == 1)
    }
  }

  /// A change whose answer got lost may have been made: it is never sent twice, and the error says so.
  @Test(arguments: [StubServer.Reply.answer(503, [:], ""), .drop])
  func changesAreSentOnce(_ reply: StubServer.Reply) async throws {
    try await StubCloud().run({ _ in reply }) { cloud, server in
      let error = try await OpenStackError.of { try await cloud.nova.liveMigrate("s1") }
      #expect([.remoteFailure, .connectionLost].contains(error.kind))
      #expect(error.mayHaveTakenEffect)
      #expect(server.requests.count { $0.path == "/compute/v2.1/servers/s1/action" } == 1)
    }
  }

  @Test func brokenConnectionsAreRepeatedForReads() async throws {
    let script = Script(.drop, Self.services)
    try await StubCloud().run({ _ in script.next() }) { cloud, _ in
      let value = try await cloud.nova.allComputeServices()
      #expect(value.isEmpty)
    }
  }

  /// By address, by a name with several addresses, by a name that nobody has.
  @Test(arguments: ["127.0.0.1", "localhost", "nobody.invalid"])
  func nobodyListens(_ host: String) async throws {
    let server = try await StubServer.start { _ in .silence }
    let url = server.url.replacing("127.0.0.1", with: host)
    try await server.stop()
    let cloud = try OpenStackCloud(
      CloudConfiguration(
        name: "gone", authURL: url,
        auth: .applicationCredential(.init(credential: .id("c1"), secret: Secret("secret")))),
      limits: StubCloud.limits)
    let error = try await OpenStackError.of { try await cloud.nova.liveMigrate("s1") }
    #expect(error.kind == .unreachable)
    #expect(!error.mayHaveTakenEffect)
    #expect(error.cause != nil)
    try await cloud.shutdown()
  }

  @Test func silenceEndsAtTheDeadline() async throws {
    var limits = StubCloud.limits
    // Also the login's deadline, so not so short that a busy machine misses it.
    limits.request = .seconds(3)
    try await StubCloud().run(limits: limits, { _ in .silence }) { cloud, server in
      _ = try await cloud.nova.microversion()
      async let read = OpenStackError.of { try await cloud.nova.allComputeServices() }
      async let change = OpenStackError.of { try await cloud.nova.stop("s1") }
      let (reading, changing) = try await (read, change)
      #expect(reading.kind == .timedOut)
      #expect(!reading.mayHaveTakenEffect)
      #expect(changing.kind == .timedOut)
      #expect(changing.mayHaveTakenEffect)
      #expect(server.requests.count { $0.path == "/compute/v2.1/servers/s1/action" } == 1)
    }
  }

  @Test func answersAreBounded() async throws {
    var limits = StubCloud.limits
    limits.responseBytes = 10_000
    let large = #"{"services": ["\#(String(repeating: "x", count: 20_000))"]}"#
    try await StubCloud().run(limits: limits, { _ in .json(large) }) { cloud, _ in
      let error = try await OpenStackError.of { try await cloud.nova.allComputeServices() }
      #expect(error.kind == .responseTooLarge)
    }
  }

  @Test func refusalsAreKeptUpToTheirBound() async throws {
    let page = String(repeating: "x", count: 200_000)
    try await StubCloud().run({ _ in .answer(400, [:], page) }) { cloud, _ in
      let remote = try #require(try await OpenStackError.of { try await cloud.nova.allComputeServices() }.remote)
      #expect(remote.body.utf8.count == OpenStackLimits().errorBodyBytes)
      #expect(remote.truncated)
      #expect(remote.message == nil)
    }
  }

  /// Following one would hand the token to whoever the answer names.
  @Test func redirectsAreNotFollowed() async throws {
    try await StubCloud().run({ request in
      request.path == "/stolen" ? Self.services : .answer(302, ["Location": "/stolen"], "")
    }) { cloud, server in
      let error = try await OpenStackError.of { try await cloud.nova.allComputeServices() }
      #expect(error.kind == .refused)
      #expect(!server.requests.contains { $0.path == "/stolen" })
    }
  }

  @Test func cancellationIsNotAFailure() async throws {
    try await StubCloud().run({ _ in .silence }) { cloud, server in
      let call = Task { try await OpenStackError.of { try await cloud.nova.allComputeServices() } }
      try await eventually("the request") {
        (server.requests.contains { $0.path == "/compute/v2.1/os-services" } ? true : nil, "")
      }
      call.cancel()
      #expect(try await call.value.kind == .cancelled)
    }
  }

  @Test(arguments: [
    (#"{"conflictingRequest": {"code": 409, "message": "said so"}}"#, "said so"),
    (#"{"error": {"code": 409, "title": "Conflict", "message": "said so"}}"#, "said so"),
    (#"{"errors": [{"status": 409, "title": "Conflict", "detail": "said so"}]}"#, "said so"),
    ("<html>busy</html>", nil), ("", nil), ("[]", nil), (#"{"a": 1}"#, nil), ("null", nil),
  ])
  func remoteMessagesOfEveryShape(_ body: String, _ message: String?) async throws {
    try await StubCloud().run({ _ in .answer(409, ["x-openstack-request-id": "req-1"], body) }) { cloud, _ in
      let error = try await OpenStackError.of { try await cloud.nova.stop("s1") }
      #expect(error.kind == .conflict)
      #expect(error.remote?.status == 409)
      #expect(error.remote?.message == message)
      #expect(error.remote?.requestID == "req-1")
      #expect(error.remote?.body == body)
    }
  }

  @Test func undecodableAnswersNameThePlaceAndNoValues() async throws {
    try await StubCloud().run({ _ in .json(#"{"services": [{"id": "a", "host": 4711}]}"#) }) { cloud, _ in
      let error = try await OpenStackError.of { try await cloud.nova.allComputeServices() }
      #expect(error.kind == .undecodable)
      #expect(error.found?.contains("services.[0].host") == true)
    }
  }
}
