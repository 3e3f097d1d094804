import FleetLab
import Foundation
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A JSON value of an answer.
enum APINode: Hashable, Sendable, Decodable {
  case null, bool(Bool), number(Double), text(String), list([APINode]), members([String: APINode])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([APINode].self) {
      self = .list(value)
    } else {
      self = .members(try container.decode([String: APINode].self))
    }
  }

  subscript(_ name: String) -> APINode? {
    if case .members(let members) = self { return members[name] }
    return nil
  }

  var list: [APINode] {
    if case .list(let items) = self { return items }
    return []
  }

  var text: String? {
    if case .text(let text) = self { return text }
    return nil
  }

  var int: Int? {
    if case .number(let number) = self { return Int(number) }
    return nil
  }

  var names: [String] {
    if case .members(let members) = self { return members.keys.sorted() }
    return []
  }

  /// The first value, whatever its name: how an error's body is to be read.
  var first: APINode? {
    if case .members(let members) = self { return members.values.first }
    return nil
  }
}

/// One answer.
struct APIReply: Sendable {
  let status: Int
  let headers: [String: String]
  let body: APINode

  /// The message of an error body.
  var message: String { body.first?["message"]?.text ?? "" }
}

/// Talks to the lab over HTTP as one user.
struct ComputeProbe: Sendable {
  let lab: LabCompute
  let root: String
  var token = ""
  var version: String? = "2.96"

  init(_ lab: LabCompute, user: String = "admin", password: String = "lab-admin") async throws {
    self.lab = lab
    root = await lab.root
    token = try await login(user: user, password: password).headers["x-subject-token"] ?? ""
  }

  func at(_ version: String?) -> ComputeProbe {
    var copy = self
    copy.version = version
    return copy
  }

  func login(user: String, password: String) async throws -> APIReply {
    try await send(
      "POST", "/identity/v3/auth/tokens",
      """
      {"auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "\(user)",
       "domain": {"id": "default"}, "password": "\(password)"}}},
       "scope": {"project": {"name": "\(user)", "domain": {"id": "default"}}}}}
      """)
  }

  func send(_ method: String, _ path: String, _ body: String? = nil, headers: [String: String] = [:]) async throws
    -> APIReply
  {
    guard let url = URL(string: path.hasPrefix("http") ? path : root + path) else { throw URLError(.badURL) }
    var request = URLRequest(url: url)
    request.httpMethod = method
    if !token.isEmpty { request.setValue(token, forHTTPHeaderField: "X-Auth-Token") }
    if let version { request.setValue("compute \(version)", forHTTPHeaderField: "OpenStack-API-Version") }
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    request.httpBody = body.map { Data($0.utf8) }
    let (data, response) = try await URLSession.shared.data(for: request)
    guard let http = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
    let pairs = http.allHeaderFields.compactMap { name, value -> (String, String)? in
      guard let name = name as? String, let value = value as? String else { return nil }
      return (name.lowercased(), value)
    }
    return APIReply(
      status: http.statusCode, headers: Dictionary(pairs) { $1 },
      body: (try? JSONDecoder().decode(APINode.self, from: data)) ?? .null)
  }

  func nova(_ method: String, _ path: String, _ body: String? = nil) async throws -> APIReply {
    try await send(method, "/compute/v2.1" + path, body)
  }

  func get(_ path: String) async throws -> APINode { try await nova("GET", path).body }

  // MARK: Servers

  func action(_ id: String, _ body: String) async throws -> APIReply {
    try await nova("POST", "/servers/\(id)/action", body)
  }

  func migrateLive(_ id: String, host: String? = nil) async throws -> APIReply {
    let target = host.map { "\"\($0)\"" } ?? "null"
    return try await action(id, "{\"os-migrateLive\": {\"host\": \(target), \"block_migration\": \"auto\"}}")
  }

  func migrateCold(_ id: String) async throws -> APIReply { try await action(id, "{\"migrate\": null}") }
  func confirm(_ id: String) async throws -> APIReply { try await action(id, "{\"confirmResize\": null}") }

  /// The server and its newest record as they were at one time: the record is read before and after the server, until
  /// both readings agree.
  func server(_ id: String) async throws -> ServerSeen {
    func record() async throws -> APINode? {
      try await get("/os-migrations?instance_uuid=\(id)&limit=1")["migrations"]?.list.first
    }
    var newest = try await record()
    var server: APINode?
    while true {
      server = try await get("/servers/\(id)")["server"]
      let again = try await record()
      if again?["status"] == newest?["status"], again?["id"] == newest?["id"] { break }
      newest = again
    }
    return ServerSeen(
      status: server?["status"]?.text ?? "gone", task: server?["OS-EXT-STS:task_state"]?.text,
      host: server?["OS-EXT-SRV-ATTR:host"]?.text, power: server?["OS-EXT-STS:power_state"]?.int ?? -1,
      fault: server?["fault"]?["message"]?.text, record: newest?["status"]?.text,
      recordID: newest?["id"]?.int ?? -1)
  }

  /// Waits until the server looks as asked.
  func wait(_ id: String, _ what: String, _ isSo: (ServerSeen) -> Bool) async throws -> ServerSeen {
    var seen: ServerSeen?
    do {
      try await computeEventually(what) {
        let now = try await server(id)
        seen = now
        return isSo(now)
      }
    } catch let missed as NeverHappened {
      throw NeverHappened(what: "\(missed.what): \(id) stays \(String(describing: seen))")
    }
    return try #require(seen)
  }
}

/// The few fields of a server that a drain watches, and its newest record.
struct ServerSeen: Hashable {
  let status: String
  let task: String?
  let host: String?
  let power: Int
  let fault: String?
  let record: String?
  let recordID: Int

  var isIdle: Bool { task == nil }
}

struct NeverHappened: Error { let what: String }

/// Polls until `isSo`, for at most twenty seconds: far more than anything here takes.
func computeEventually(_ what: String, _ isSo: () async throws -> Bool) async throws {
  let deadline = ContinuousClock.now.advanced(by: .seconds(20))
  while ContinuousClock.now < deadline {
    if try await isSo() { return }
    try await Task.sleep(for: .milliseconds(5))
  }
  throw NeverHappened(what: what)
}

/// Longer than any test: for a stage that is to be looked at and never left.
let neverEnds = Duration.seconds(3600)

/// A lab with hosts `sev-a01` … and the admin's probe; closed after `body`.
func withCompute(
  hosts: Int = 3, settings: LabComputeSettings = LabComputeSettings(), guests: any GuestDriver = NoGuests(),
  _ body: (LabCompute, ComputeProbe) async throws -> Void
) async throws {
  let lab = LabCompute(settings: settings, guests: guests)
  for number in 1...hosts { await lab.addHost("sev-a0\(number)") }
  try await lab.start()
  do {
    try await body(lab, try await ComputeProbe(lab))
  } catch {
    await lab.stop()
    throw error
  }
  await lab.stop()
}
