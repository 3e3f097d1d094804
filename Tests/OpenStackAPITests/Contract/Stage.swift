import Foundation
import OpenStackAPI
import Testing

/// One case's view of a back end: hosts that nobody else uses, and servers that go away when the case ends.
actor Stage {
  nonisolated let backend: any ComputeBackend
  nonisolated let cloud: OpenStackCloud
  nonisolated let hosts: [String]
  private var made: [String] = []

  private init(_ backend: any ComputeBackend, _ cloud: OpenStackCloud, _ hosts: [String]) {
    self.backend = backend
    self.cloud = cloud
    self.hosts = hosts
  }

  nonisolated var nova: NovaClient { cloud.nova }

  /// Runs a case with `count` hosts of its own; nil: with all of them, so with nothing beside it.
  static func play(
    _ backend: any ComputeBackend, hosts count: Int?, _ body: (Stage) async throws -> Void
  ) async throws {
    let pool = await Theatre.shared.pool(of: backend)
    let hosts = await pool.borrow(count ?? backend.hosts.count)
    let stage = Stage(backend, try await Theatre.shared.cloud(of: backend), hosts)
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(stage))
    } catch {
      result = .failure(error)
    }
    do {
      try await stage.clear()
    } catch {
      Issue.record("cleaning up on \(hosts): \(error)")
    }
    await pool.giveBack(hosts)
    try result.get()
  }

  // MARK: Servers

  /// Servers that are made at the same time, all ACTIVE when this returns; in the order of `seeds`.
  func servers(_ seeds: [ServerSeed]) async throws -> [Server] {
    var ids: [String] = []
    for seed in seeds { ids.append(try await build(seed)) }
    var servers: [Server] = []
    for id in ids { servers.append(try await settled(id, "ACTIVE") { server, _ in server.status == .active }.server) }
    return servers
  }

  func server(
    _ host: Int = 0, _ flavor: ServerSeed.Flavor = .plain, _ metadata: [String: String] = [:]
  ) async throws -> Server {
    try await servers([ServerSeed(host: hosts[host], flavor: flavor, metadata: metadata)])[0]
  }

  /// Asks for a server and does not wait for it.
  func build(_ seed: ServerSeed) async throws -> String {
    let id = try await backend.boot(seed)
    made.append(id)
    return id
  }

  // MARK: Looking

  typealias Look = (server: Server, newest: Migration?)

  nonisolated func look(_ id: String) async throws -> Look {
    (try await nova.server(id), try await nova.migrations(instance: id).first)
  }

  /// Polls until the server rests (no task) and `goal` holds of it and its newest migration record.
  @discardableResult
  nonisolated func settled(
    _ id: String, _ what: String, within limit: Duration = .seconds(90), _ goal: (Server, Migration?) -> Bool
  ) async throws -> Look {
    try await eventually(what, within: limit) {
      let look = try await self.look(id)
      let reached = look.server.taskState == nil && goal(look.server, look.newest)
      return (
        reached ? look : nil, "\(look.server.status) \(look.server.host ?? "-") \(look.newest?.status.word ?? "-")"
      )
    }
  }

  nonisolated func service(_ host: String) async throws -> ComputeService {
    try #require(try await nova.services(host: host).first)
  }

  // MARK: Leaving

  private func clear() async throws {
    for host in hosts {
      try await backend.host(host, .start)
      for service in try await nova.services(host: host) where service.status != .enabled {
        try await nova.enable(service: service.id)
      }
    }
    for id in made { try await backend.delete(id) }
    for id in made {
      try await eventually("server \(id) gone") {
        do {
          return (nil as Void?, "\(try await self.nova.server(id).status)")
        } catch let error as OpenStackError where error.kind == .notFound {
          return ((), "")
        }
      }
    }
  }
}

/// One login and one pool of hosts for each back end.
actor Theatre {
  static let shared = Theatre()
  private var pools: [String: HostPool] = [:]
  private var clouds: [String: OpenStackCloud] = [:]

  func pool(of backend: any ComputeBackend) -> HostPool {
    if let pool = pools[backend.name] { return pool }
    let pool = HostPool(backend.hosts)
    pools[backend.name] = pool
    return pool
  }

  func cloud(of backend: any ComputeBackend) throws -> OpenStackCloud {
    if let cloud = clouds[backend.name] { return cloud }
    let cloud = try OpenStackCloud(backend.administrator)
    clouds[backend.name] = cloud
    return cloud
  }
}

struct TooLate: Error, CustomStringConvertible {
  let description: String
}

/// Polls `look` until it gives a value; throws what was seen last when `limit` is over.
@discardableResult
func eventually<Value>(
  _ what: String, within limit: Duration = .seconds(90), isolation: isolated (any Actor)? = #isolation,
  _ look: () async throws -> (Value?, seen: String)
) async throws -> Value {
  let deadline = ContinuousClock.now + limit
  while true {
    let (value, seen) = try await look()
    if let value { return value }
    if ContinuousClock.now > deadline { throw TooLate(description: "no \(what) within \(limit); last seen: \(seen)") }
    try await Task.sleep(for: .milliseconds(200))
  }
}
