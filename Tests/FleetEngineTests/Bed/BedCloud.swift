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
    let domain = ["id": "default"]
    let identity: [String: Any] = [
      "methods": ["password"],
      "password": ["user": ["name": "admin", "domain": domain, "password": settings.admin_password]],
    ]
    let answer = try await BedHTTP.call(
      "POST", "\(keystone)/auth/tokens",
      try BedHTTP.json(["auth": ["identity": identity, "scope": ["project": ["name": "admin", "domain": domain]]]]))
    let made = answer.headers["x-subject-token"] ?? ""
    token = made
    return made
  }

  /// Every token ends at once, as if its time were over, and new ones are good: Keystone gets other keys to sign with.
  ///
  /// Not by revocation: that has a resolution of one second in Keystone, so it also refuses tokens made just after it.
  /// Throws if an old token is still taken afterwards: the case would prove nothing.
  func endEveryToken() async throws {
    let old = try await login()
    let folder = URL(fileURLWithPath: cloudsFile).deletingLastPathComponent().appendingPathComponent("fernet-keys")
    for key in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
      // Keystone wants the URL-safe alphabet.
      let text = Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
        .replacingOccurrences(of: "/", with: "_")
      try Data(text.utf8).write(to: key, options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key.path)
    }
    token = nil
    // A token that is being looked up while the cache is dropped may be kept once more.
    for _ in 1...5 {
      try await dropKeystonesCache()
      do {
        _ = try await BedHTTP.call("GET", "\(compute)/servers", headers: ["X-Auth-Token": old])
      } catch let error as BedHTTP.Refused where error.status == 401 {
        return
      }
    }
    throw Missing(description: "a token is still good after Keystone got other keys")
  }

  /// Keystone remembers tokens it once found good, and forgets all of them when any user is deleted.
  private func dropKeystonesCache() async throws {
    struct Answer: Decodable {
      struct User: Decodable { var id: String }
      var user: User
    }
    let headers = ["X-Auth-Token": try await login()]
    let body = try BedHTTP.json(["user": ["name": "bed-tests-\(UUID().uuidString)"]])
    let made = try await BedHTTP.call("POST", "\(keystone)/users", body, headers: headers)
    let id = try JSONDecoder().decode(Answer.self, from: made.body).user.id
    _ = try await BedHTTP.call("DELETE", "\(keystone)/users/\(id)", headers: headers)
  }
}
