import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import OpenStackAPI

/// What the product has no need of and the tests do: making servers, flavors and credentials. Written without the
/// product's own client, so that a mistake there cannot hide itself.
actor LabClient {
  struct Refused: Error, CustomStringConvertible {
    var status = 0
    let description: String
  }

  private let configuration: CloudConfiguration
  private var session: (token: String, user: String, compute: String)?
  private var flavors: Task<[String: String], any Error>?

  init(_ configuration: CloudConfiguration) { self.configuration = configuration }

  func boot(_ seed: ServerSeed) async throws -> String {
    struct Answer: Decodable {
      struct Server: Decodable { let id: String }
      let server: Server
    }
    let flavors = try await flavorIDs()
    let server: [String: Any] = [
      "name": "case-\(seed.host)-\(seed.flavor.rawValue)", "flavorRef": flavors[seed.flavor.rawValue] ?? "",
      "imageRef": Self.image(seed.flavor), "networks": "none", "metadata": seed.metadata, "host": seed.host,
    ]
    let body = try await nova("POST", "/servers", Self.json(["server": server]))
    return try JSONDecoder().decode(Answer.self, from: body).server.id
  }

  func delete(_ id: String) async throws {
    do {
      _ = try await nova("DELETE", "/servers/\(id)")
    } catch let error as Refused where error.status == 404 {
    } catch let error as Refused where error.status == 409 {
      // It is stuck in a task. Not done unasked: Nova then loses track of what the task held in Placement.
      _ = try await nova("POST", "/servers/\(id)/action", Self.json(["os-resetState": ["state": "error"]]))
      _ = try await nova("DELETE", "/servers/\(id)")
    }
  }

  func act(_ id: String, _ body: String) async throws {
    _ = try await nova("POST", "/servers/\(id)/action", Data(body.utf8))
  }

  func setMetadata(_ id: String, _ metadata: [String: String]) async throws {
    _ = try await nova("POST", "/servers/\(id)/metadata", Self.json(["metadata": metadata]))
  }

  func makeApplicationCredential() async throws -> (id: String, secret: String) {
    struct Answer: Decodable {
      struct Credential: Decodable {
        let id: String
        let secret: String
      }
      let application_credential: Credential
    }
    let session = try await login()
    let wanted: [String: Any] = ["name": "case-\(UUID().uuidString)", "roles": [["name": "admin"]]]
    let answer = try await Self.http(
      "POST", "\(configuration.authURL)/users/\(session.user)/application_credentials",
      Self.json(["application_credential": wanted]), token: session.token)
    let credential = try JSONDecoder().decode(Answer.self, from: answer.body).application_credential
    return (credential.id, credential.secret)
  }

  // MARK: Flavors

  private func flavorIDs() async throws -> [String: String] {
    if let flavors { return try await flavors.value }
    let task = Task { try await makeFlavors() }
    flavors = task
    return try await task.value
  }

  private func makeFlavors() async throws -> [String: String] {
    struct List: Decodable { let flavors: [Named] }
    struct Made: Decodable { let flavor: Named }
    struct Named: Decodable {
      let id: String
      let name: String
    }
    let list = try JSONDecoder().decode(List.self, from: try await nova("GET", "/flavors/detail"))
    var ids = Dictionary(list.flavors.map { ($0.name, $0.id) }) { first, _ in first }
    for flavor in ServerSeed.Flavor.allCases where ids[flavor.rawValue] == nil {
      let wanted: [String: Any] = ["name": flavor.rawValue, "vcpus": 1, "ram": 512, "disk": 1]
      let made = try JSONDecoder().decode(
        Made.self, from: try await nova("POST", "/flavors", Self.json(["flavor": wanted]))
      ).flavor
      ids[made.name] = made.id
      if !Self.extraSpecs(flavor).isEmpty {
        _ = try await nova(
          "POST", "/flavors/\(made.id)/os-extra_specs", Self.json(["extra_specs": Self.extraSpecs(flavor)]))
      }
    }
    return ids
  }

  private static func extraSpecs(_ flavor: ServerSeed.Flavor) -> [String: String] {
    switch flavor {
    case .plain: [:]
    case .sev: ["hw:mem_encryption": "true"]
    case .sevES: ["hw:mem_encryption": "true", "hw:mem_encryption_model": "amd-sev-es"]
    case .sevSNP: ["hw:mem_encryption": "true", "hw:mem_encryption_model": "amd-sev-snp"]
    }
  }

  /// The bed's own images: plain, UEFI, UEFI without a variable store.
  private static func image(_ flavor: ServerSeed.Flavor) -> String {
    switch flavor {
    case .plain: "0a000000-0000-4000-8000-000000000001"
    case .sev, .sevES: "0a000000-0000-4000-8000-000000000002"
    case .sevSNP: "0a000000-0000-4000-8000-000000000003"
    }
  }

  // MARK: HTTP

  func nova(_ method: String, _ path: String, _ body: Data? = nil) async throws -> Data {
    let session = try await login()
    do {
      return try await Self.http(method, session.compute + path, body, token: session.token).body
    } catch let error as Refused where error.status == 401 {
      self.session = nil
      let again = try await login()
      return try await Self.http(method, again.compute + path, body, token: again.token).body
    }
  }

  private func login() async throws -> (token: String, user: String, compute: String) {
    if let session { return session }
    struct Answer: Decodable {
      struct Token: Decodable {
        struct User: Decodable { let id: String }
        struct Service: Decodable {
          struct Endpoint: Decodable { let url: String }
          let type: String
          let endpoints: [Endpoint]
        }
        let user: User
        let catalog: [Service]
      }
      let token: Token
    }
    guard case .password(let auth) = configuration.auth, case .name(let user, _) = auth.user,
      case .project(.name(let project, _)) = auth.scope
    else { throw Refused(description: "the lab's administrator has a password") }
    let domain = ["id": "default"]
    let body: [String: Any] = [
      "auth": [
        "identity": [
          "methods": ["password"],
          "password": ["user": ["name": user, "domain": domain, "password": auth.password.reveal]],
        ],
        "scope": ["project": ["name": project, "domain": domain]],
      ]
    ]
    let (headers, data) = try await Self.http("POST", configuration.authURL + "/auth/tokens", Self.json(body))
    let token = try JSONDecoder().decode(Answer.self, from: data).token
    let compute = token.catalog.first { $0.type == "compute" }?.endpoints.first?.url ?? ""
    let made = (headers.first(name: "X-Subject-Token") ?? "", token.user.id, compute)
    session = made
    return made
  }

  private static func json(_ body: [String: Any]) throws -> Data { try JSONSerialization.data(withJSONObject: body) }

  static func http(
    _ method: String, _ url: String, _ body: Data? = nil, token: String? = nil
  ) async throws -> (headers: HTTPHeaders, body: Data) {
    var request = HTTPClientRequest(url: url)
    request.method = HTTPMethod(rawValue: method)
    request.headers = ["Content-Type": "application/json", "OpenStack-API-Version": "compute 2.96"]
    if let token { request.headers.add(name: "X-Auth-Token", value: token) }
    if let body { request.body = .bytes(ByteBuffer(data: body)) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(90))
    let data = Data(buffer: try await response.body.collect(upTo: 8 << 20))
    guard (200...299).contains(response.status.code) else {
      throw Refused(
        status: Int(response.status.code),
        description: "\(response.status.code) \(method) \(url): \(String(decoding: data, as: UTF8.self))")
    }
    return (response.headers, data)
  }
}
