import FleetCore
import FleetEngine
import FleetFormats
import FleetServer
import FleetStore
import Foundation

/// A server on a real listener over a real state folder, with the desk of `serve` behind it and nobody who drives.
final class Bench: Sendable {
  static let start = Instant(milliseconds: 1_795_000_000_000)

  let folder: String
  let store: FleetStore
  let source: StubSource
  let tokens: TokenFile
  let server: FleetServer
  /// Secrets, by role.
  let secrets: [Role: String]
  let web: Web

  private init(
    folder: String, store: FleetStore, source: StubSource, tokens: TokenFile, server: FleetServer,
    secrets: [Role: String], web: Web
  ) {
    self.folder = folder
    self.store = store
    self.source = source
    self.tokens = tokens
    self.server = server
    self.secrets = secrets
    self.web = web
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Runs `body` beside a server, and ends both whatever happens.
  static func run<Value>(
    tls: ServerConfiguration.TLSFiles? = nil, trusts: String? = nil, pages: (any ServerPages)? = nil,
    connectionsOfOne: Int? = nil,
    _ body: (Bench) async throws -> Value
  ) async throws -> Value {
    let folder = NSTemporaryDirectory() + "sevfleet-server-\(UUID().uuidString.prefix(12))"
    let store = try FleetStore.open(folder: folder)
    let tokens = TokenFile(folder: folder)
    var secrets: [Role: String] = [:]
    for role in Role.allCases {
      secrets[role] = try tokens.create("the-\(role.rawValue)", role: role, at: start, expiresAt: nil).secret
    }
    let source = StubSource(store)
    let web = try Web(trusts: trusts)
    do {
      var configuration = try ServerConfiguration(address: ListenAddress("127.0.0.1:0"), tls: tls)
      if let connectionsOfOne { configuration.connectionsOfOne = connectionsOfOne }
      let server = try await FleetServer.start(configuration, source: source, tokens: tokens, pages: pages)
      let bench = Bench(
        folder: folder, store: store, source: source, tokens: tokens, server: server, secrets: secrets, web: web)
      let result: Result<Value, any Error>
      do { result = .success(try await body(bench)) } catch { result = .failure(error) }
      await server.stop()
      try await web.end()
      return try result.get()
    } catch {
      try? await web.end()
      throw error
    }
  }

  /// Asks as a role; `nil`: without a token.
  func ask(
    _ method: String, _ path: String, as role: Role? = .viewer, body: String? = nil,
    type: String? = "application/json", headers: [String: String] = [:]
  ) async throws -> Web.Reply {
    var headers = headers
    if let role, let secret = secrets[role] { headers["authorization"] = "Bearer \(secret)" }
    if body != nil, let type { headers["content-type"] = type }
    return try await web.ask(method, server.url + path, headers: headers, body: body)
  }

  // MARK: What the journal tells

  /// A stored plan of these hosts.
  func plan(_ hosts: [String], emergency: String? = nil) throws -> String {
    let changes = hosts.map { host in
      HostChange(
        host: HostID(host), computeHost: .notInNova, expected: FirmwareVersion(1, 55, 31),
        desired: FirmwareVersion(1, 55, 34), image: nil, direction: .upgrade, activation: .reload,
        sevES: SEVESImpact(verdict: .kept, text: ""), attestation: AttestationImpact(), reasons: [])
    }
    var plan = Plan(changes: changes, upToDate: [], excluded: [])
    plan.options.emergency = emergency
    let id = try PlanID(of: plan).rawValue
    try store.save(plan: plan, id: id, at: Self.start)
    return id
  }

  /// Writes findings; each is an entry.
  func write(_ count: Int, _ host: String = "h1") throws {
    for number in 0..<count {
      try store.append(
        .finding(kind: "note", text: "number \(number)"), rollout: nil, host: HostID(host), at: Self.start)
    }
  }
}
