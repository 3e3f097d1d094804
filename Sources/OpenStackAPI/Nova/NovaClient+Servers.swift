import Foundation

extension NovaClient {
  /// Every server that Nova places on `host`, of all projects.
  ///
  /// Throws `notAdmin` if the answer shows that the host filter was not obeyed: without an administrator's rights
  /// Nova drops it silently. An empty answer is only as good as the rights of who asks.
  ///
  /// There is no listing of the whole deployment here on purpose: Nova counts a server that is just being built against
  /// the page twice, once as a build request and once as an instance, shows it once, and takes the short page for the
  /// last one (seen on a real Nova, `compute/api.py`, `get_all`). Build requests have no host, so this filter is safe.
  package func servers(host: String) async throws(OpenStackError) -> [Server] {
    let bodies = try await serverBodies([("all_tenants", "1"), ("host", host)])
    for body in bodies where body.server.host != host {
      throw notAdmin("servers of \(host)", body.showsHost ? body.server.host ?? "a server without host" : "no host")
    }
    return bodies.map(\.server)
  }

  /// One server. Throws `notFound` once it is deleted, `notAdmin` if its host is not shown.
  package func server(_ id: String) async throws(OpenStackError) -> Server {
    struct Answer: Decodable { let server: ServerBody }
    let body = try await get(.get(Self.path(id)), as: Answer.self).server
    if !body.showsHost { throw notAdmin("the server's host", "no host") }
    return body.server
  }

  /// What was asked of a server, newest first.
  package func instanceActions(_ id: String) async throws(OpenStackError) -> [InstanceAction] {
    struct Body: Decodable {
      let action: String
      let request_id: String
      let start_time: String?
      let updated_at: String?
      let message: String?
    }
    struct Answer: Decodable { let instanceActions: [Body] }
    return try await get(.get(Self.path(id) + "/os-instance-actions"), as: Answer.self).instanceActions.map {
      InstanceAction(
        action: $0.action, requestID: $0.request_id, started: $0.start_time.flatMap(RemoteTime.parse),
        updated: $0.updated_at.flatMap(RemoteTime.parse), message: $0.message)
    }
  }

  static func path(_ server: String) -> String { "/servers/\(APIRequest.escape(server))" }

  private func serverBodies(_ query: [(String, String)]) async throws(OpenStackError) -> [ServerBody] {
    try await list("/servers/detail", query, as: ServerBody.self)
  }

  private func notAdmin(_ expected: String, _ found: String) -> OpenStackError {
    OpenStackError(
      .notAdmin, service: .compute, operation: "GET /servers",
      text: "these credentials do not see servers as an administrator does", expected: expected, found: found)
  }
}
