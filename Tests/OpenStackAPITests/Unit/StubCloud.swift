import Foundation
import OpenStackAPI
import Synchronization

/// A Keystone and a Nova that say what a test wants: login and version document are answered here, the rest by the
/// test's own routes.
struct StubCloud: Sendable {
  var newest = "2.104"
  var oldest = "2.1"
  /// Life of a token in seconds, by Keystone's clock, which is decades behind ours.
  var tokenLife = 3600
  /// Path of the compute endpoint in the catalog.
  var computePath = "/compute/v2.1"
  /// More services, as JSON objects with a comma before each.
  var moreCatalog = ""
  /// Names the microversion in the answer, as Nova does.
  var answersMicroversion = true
  var tls = false

  /// Answers what is below `/compute/v2.1` and everything else that is not login or version document.
  typealias Route = @Sendable (StubServer.Request) -> StubServer.Reply

  /// Limits that keep tests of failures short.
  static var limits: OpenStackLimits {
    var limits = OpenStackLimits()
    limits.firstRetryDelay = .milliseconds(1)
    limits.revocationResolution = .milliseconds(1)
    return limits
  }

  func run(
    limits: OpenStackLimits = StubCloud.limits, trust: CloudConfiguration.Trust = .system, region: String? = nil,
    interface: CloudConfiguration.Interface = .public, _ route: @escaping Route = { _ in .answer(404, [:], "") },
    _ body: (OpenStackCloud, StubServer) async throws -> Void
  ) async throws {
    let tokens = Mutex(0)
    let server = try await StubServer.start(tls: tls) { request in
      let reply =
        login(request, tokens: tokens) ?? versions(request) ?? route(request)
      return answersMicroversion ? echoing(request, reply) : reply
    }
    let cloud = try OpenStackCloud(
      CloudConfiguration(
        name: "stub", authURL: server.url,
        auth: .password(
          .init(
            user: .name("operator", domain: .id("default")), password: Secret("correct-horse"),
            scope: .project(.name("admin", domain: .name("Default"))))),
        region: region, interface: interface, trust: trust),
      limits: limits)
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(cloud, server))
    } catch {
      result = .failure(error)
    }
    try await cloud.shutdown()
    try await server.stop()
    try result.get()
  }

  private func login(_ request: StubServer.Request, tokens: borrowing Mutex<Int>) -> StubServer.Reply? {
    guard request.method == "POST", request.path == "/v3/auth/tokens" else { return nil }
    guard request.body.contains("correct-horse") else {
      return .answer(401, [:], #"{"error": {"code": 401, "message": "no", "title": "Unauthorized"}}"#)
    }
    let serial = tokens.withLock {
      $0 += 1
      return $0
    }
    let host = request.header("Host") ?? ""
    let url = "\(tls ? "https" : "http")://\(host)\(computePath)"
    let end = String(
      format: "2001-02-03T%02d:%02d:%02d.000000Z", 4 + tokenLife / 3600, tokenLife / 60 % 60, tokenLife % 60)
    return .answer(
      201, ["X-Subject-Token": "token-\(serial)"],
      """
      {"token": {"expires_at": "\(end)", "issued_at": "2001-02-03T04:00:00.000000Z",
       "user": {"id": "u1", "name": "operator"}, "project": {"id": "p1", "name": "admin"}, "roles": [{"name": "admin"}],
       "catalog": [{"type": "compute", "name": "nova", "endpoints": [
         {"interface": "public", "url": "\(url)", "region_id": "one", "region": "one"}]}\(moreCatalog)]}}
      """)
  }

  private func versions(_ request: StubServer.Request) -> StubServer.Reply? {
    guard request.method == "GET", request.path == "/compute/v2.1/" else { return nil }
    return .json(#"{"version": {"id": "v2.1", "version": "\#(newest)", "min_version": "\#(oldest)"}}"#)
  }

  private func echoing(_ request: StubServer.Request, _ reply: StubServer.Reply) -> StubServer.Reply {
    guard case .answer(let status, var headers, let body) = reply,
      let asked = request.header("OpenStack-API-Version")
    else { return reply }
    headers["OpenStack-API-Version"] = headers["OpenStack-API-Version"] ?? asked
    return .answer(status, headers, body)
  }
}

/// Says the next of its replies at each call, and the last one for ever.
final class Script: Sendable {
  private let left: Mutex<[StubServer.Reply]>

  init(_ replies: StubServer.Reply...) { left = Mutex(replies) }

  func next() -> StubServer.Reply {
    left.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
  }
}
