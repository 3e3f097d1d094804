import Foundation
import NIOHTTP1

/// Everything here is asked for, not done, when the call returns: Nova answers before it looks. Success is what the
/// server and its newest migration record show later. Each returns Nova's request id, which the server's actions and
/// Nova's logs repeat.
extension NovaClient {
  /// Asks for a live migration, to `host` or where the scheduler likes.
  /// Throws `badRequest` for servers that can never be live-migrated (SEV, from Nova 24 on; `conflict` before),
  /// `conflict` for those that cannot now.
  @discardableResult
  package func liveMigrate(_ id: String, host: String? = nil) async throws(OpenStackError) -> String? {
    let target: Any = host ?? NSNull()
    return try await act(id, "os-migrateLive", ["host": target, "block_migration": "auto"])
  }

  /// Asks for a cold migration: shut down, moved, started again if it ran. Ends in VERIFY_RESIZE.
  /// Throws `microversionTooOld` if `host` is given below 2.56.
  @discardableResult
  package func migrate(_ id: String, host: String? = nil) async throws(OpenStackError) -> String? {
    guard let host else { return try await act(id, "migrate", nil) }
    try await require(.coldMigrationTarget, for: "migrate")
    return try await act(id, "migrate", ["host": host])
  }

  /// Keeps a cold move. The source's nova-compute has to be up (`conflict` otherwise) and cleans up afterwards, with
  /// the server still in VERIFY_RESIZE.
  @discardableResult
  package func confirmResize(_ id: String) async throws(OpenStackError) -> String? {
    try await act(id, "confirmResize", nil)
  }

  /// Takes a cold move back.
  @discardableResult
  package func revertResize(_ id: String) async throws(OpenStackError) -> String? {
    try await act(id, "revertResize", nil)
  }

  @discardableResult
  package func stop(_ id: String) async throws(OpenStackError) -> String? { try await act(id, "os-stop", nil) }

  @discardableResult
  package func start(_ id: String) async throws(OpenStackError) -> String? { try await act(id, "os-start", nil) }

  /// Asks for the end of a live migration; queued ones from 2.65 on. Throws `conflict` if it is over,
  /// `badRequest` below 2.65 for a queued one.
  @discardableResult
  package func abortMigration(_ id: String, migration: Int) async throws(OpenStackError) -> String? {
    try await send(.change(.DELETE, "\(Self.path(id))/migrations/\(migration)")).requestID
  }

  /// Migration records of a server, newest first. `/servers/{id}/migrations` is not used: it is empty right after
  /// the request and proves nothing.
  package func migrations(instance id: String) async throws(OpenStackError) -> [Migration] {
    try await migrations([("instance_uuid", id)])
  }

  /// Migration records with `host` at either end, newest first.
  package func migrations(host: String) async throws(OpenStackError) -> [Migration] {
    try await migrations([("host", host)]).filter { $0.concerns(host) }
  }

  private func migrations(_ query: [(String, String)]) async throws(OpenStackError) -> [Migration] {
    struct Answer: Decodable { let migrations: [MigrationBody] }
    let bodies: [MigrationBody]
    if try await supports(.migrationPages) {
      bodies = try await list("/os-migrations", query, as: MigrationBody.self)
    } else {
      bodies = try await get(.get("/os-migrations", query), as: Answer.self).migrations
    }
    return bodies.map(\.value).sorted { $0.id > $1.id }
  }

  private func act(_ id: String, _ action: String, _ arguments: [String: Any]?) async throws(OpenStackError) -> String?
  {
    let path = Self.path(id) + "/action"
    let body = try json([action: arguments ?? NSNull()], action)
    return try await send(.change(.POST, path, body: body)).requestID
  }
}
