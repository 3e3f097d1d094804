import Foundation

/// The running bed of `Tests/OpenStackBed`: its settings, its control port, and an administrator's view of its Nova.
actor BedCloud {
  /// The `clouds.yaml` of a running bed; the suite runs only where it is named.
  static let cloudsFile = ProcessInfo.processInfo.environment["SEVFLEET_BED"].flatMap { $0.isEmpty ? nil : $0 }

  /// What `up` was given and wrote beside the `clouds.yaml`.
  struct Settings: Decodable, Sendable {
    var bind: String
    var keystone_port: Int
    var nova_port: Int
    var control_port: Int
    var admin_password: String
    var hosts: [String]
  }

  struct Missing: Error, CustomStringConvertible {
    var description: String
  }

  nonisolated let settings: Settings
  nonisolated let cloudsFile: String
  private var token: String?

  init() throws {
    guard let file = Self.cloudsFile else { throw Missing(description: "SEVFLEET_BED names no bed") }
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    settings = try JSONDecoder().decode(
      Settings.self, from: Data(contentsOf: folder.appendingPathComponent("run/settings.json")))
    cloudsFile = file
  }

  private nonisolated var keystone: String { "http://\(settings.bind):\(settings.keystone_port)/v3" }
  private nonisolated var compute: String { "http://\(settings.bind):\(settings.nova_port)/v2.1" }

  /// `kill` or `start` the nova-compute of a host.
  nonisolated func control(_ host: String, _ verb: String) async throws {
    _ = try await BedHTTP.call("POST", "http://\(settings.bind):\(settings.control_port)/hosts/\(host)/\(verb)")
  }

  // MARK: Nova

  func nova(
    _ method: String, _ path: String, _ body: [String: Any]? = nil, version: String = "2.96"
  ) async throws -> Data {
    let data = try body.map { try BedHTTP.json($0) }
    return try await eventually("accepted token", within: .seconds(20)) {
      let token = try await self.login()
      do {
        let headers = ["X-Auth-Token": token, "OpenStack-API-Version": "compute \(version)"]
        return (try await BedHTTP.call(method, self.compute + path, data, headers: headers).body, "")
      } catch let error as BedHTTP.Refused where error.status == 401 {
        self.token = nil
        return (nil, error.description)
      }
    }
  }

  func decoded<Value: Decodable>(_ type: Value.Type, _ path: String) async throws -> Value {
    try JSONDecoder().decode(type, from: try await nova("GET", path))
  }

  private func login() async throws -> String {
    if let token { return token }
    let (made, _) = try await issueToken()
    token = made
    return made
  }

  private func issueToken() async throws -> (token: String, user: String) {
    struct Body: Decodable {
      struct Token: Decodable {
        struct User: Decodable { var id: String }
        var user: User
      }
      var token: Token
    }
    let domain = ["id": "default"]
    let identity: [String: Any] = [
      "methods": ["password"],
      "password": ["user": ["name": "admin", "domain": domain, "password": settings.admin_password]],
    ]
    let answer = try await BedHTTP.call(
      "POST", "\(keystone)/auth/tokens",
      try BedHTTP.json(["auth": ["identity": identity, "scope": ["project": ["name": "admin", "domain": domain]]]]))
    let body = try JSONDecoder().decode(Body.self, from: answer.body)
    return (answer.headers["x-subject-token"] ?? "", body.token.user.id)
  }

  /// Every token that the administrator holds is refused from now on: Keystone revokes them when it is given a
  /// password, even the same one.
  func revokeAdministratorsTokens() async throws {
    let (fresh, user) = try await issueToken()
    _ = try await BedHTTP.call(
      "PATCH", "\(keystone)/users/\(user)", try BedHTTP.json(["user": ["password": settings.admin_password]]),
      headers: ["X-Auth-Token": fresh])
    token = nil
  }
}
