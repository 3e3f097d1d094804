import Foundation
import OpenStackAPI

/// The test bed of `Tests/OpenStackBed`: real Keystone, Placement and Nova on loopback addresses.
struct BedBackend: ComputeBackend {
  let name = "bed"
  let administrator: CloudConfiguration
  let tenant: CloudConfiguration
  let hosts: [String]
  private let lab: LabClient
  private let controlURL: String

  /// - Parameter cloudsFile: the `clouds.yaml` that `up` wrote; `openrc` beside it names the hosts.
  init(cloudsFile: String) throws {
    let environment = CloudEnvironment(
      variables: ["OS_CLIENT_CONFIG_FILE": cloudsFile], workingDirectory: "/nonexistent",
      systemDirectory: "/nonexistent")
    administrator = try CloudConfiguration.load(cloud: "lab-admin", environment: environment)
    tenant = try CloudConfiguration.load(cloud: "lab-demo", environment: environment)
    let openrc = URL(fileURLWithPath: cloudsFile).deletingLastPathComponent().appendingPathComponent("openrc").path
    let variables = try Self.variables(openrc)
    hosts = (variables["LAB_HOSTS"] ?? "").split(separator: " ").map(String.init)
    controlURL = variables["LAB_CONTROL_URL"] ?? ""
    lab = LabClient(administrator)
  }

  func applicationCredential() async throws -> CloudConfiguration {
    let (id, secret) = try await lab.makeApplicationCredential()
    var configuration = administrator
    configuration.name = "lab-credential"
    configuration.auth = .applicationCredential(.init(credential: .id(id), secret: Secret(secret)))
    return configuration
  }

  func boot(_ seed: ServerSeed) async throws -> String { try await lab.boot(seed) }
  func delete(_ id: String) async throws { try await lab.delete(id) }
  func pause(_ id: String) async throws { try await lab.act(id, #"{"pause": null}"#) }

  func setMetadata(_ id: String, _ metadata: [String: String]) async throws {
    try await lab.setMetadata(id, metadata)
  }

  func host(_ host: String, _ verb: HostVerb) async throws {
    _ = try await LabClient.http("POST", "\(controlURL)/hosts/\(host)/\(verb.rawValue)")
  }

  /// The bed's Glance is Nova's stand-in, which cannot be called.
  var hasImages: Bool { false }

  func makeFlavor(_ name: String, extraSpecs: [String: String]) async throws {
    try await lab.makeFlavor(name, extraSpecs: extraSpecs)
  }

  func deleteFlavor(_ name: String) async throws { try await lab.deleteFlavor(name) }

  func makeAggregate(_ name: String, hosts: [String], metadata: [String: String]) async throws {
    try await lab.makeAggregate(name, hosts: hosts, metadata: metadata)
  }

  func deleteAggregate(_ name: String) async throws { try await lab.deleteAggregate(name) }

  func makeImage(_ name: String, properties: [String: String]) async throws -> String {
    throw LabClient.Refused(description: "the bed has no image service")
  }

  func deleteImage(_ id: String) async throws {}

  func guests(on host: String) async throws -> Set<String> {
    struct State: Decodable {
      struct Host: Decodable { let guests: Set<String> }
      let hosts: [String: Host]
    }
    let body = try await LabClient.http("GET", "\(controlURL)/state").body
    return try JSONDecoder().decode(State.self, from: body).hosts[host]?.guests ?? []
  }

  /// `export NAME='VALUE'` lines.
  private static func variables(_ path: String) throws -> [String: String] {
    var found: [String: String] = [:]
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let parts = line.dropFirst("export ".count).split(separator: "=", maxSplits: 1)
      if parts.count == 2 { found[String(parts[0])] = parts[1].trimmingCharacters(in: ["'"]) }
    }
    return found
  }
}
