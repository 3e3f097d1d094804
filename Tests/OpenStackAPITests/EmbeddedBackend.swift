#if canImport(FleetLab)
  import FleetLab
  import Foundation
  import OpenStackAPI

  /// The lab's own compute API, in this process. It has to pass for the real one in every case of the suite.
  struct EmbeddedBackend: ComputeBackend {
    let name = "embedded"
    let administrator: CloudConfiguration
    let tenant: CloudConfiguration
    let hosts: [String]
    private let lab: LabCompute

    /// One for the whole run; started when first asked for. It ends with the process.
    static let shared = Task { try await EmbeddedBackend() }

    private init() async throws {
      lab = LabCompute()
      hosts = (1...8).map { "emb-a0\($0)" }
      for host in hosts { await lab.addHost(host) }
      try await lab.start()
      // Found as an operator's would be: by a clouds.yaml.
      let file = FileManager.default.temporaryDirectory
        .appendingPathComponent("clouds-\(UUID().uuidString).yaml")
      try await lab.cloudsYAML("lab").write(to: file, atomically: true, encoding: .utf8)
      let environment = CloudEnvironment(
        variables: ["OS_CLIENT_CONFIG_FILE": file.path], workingDirectory: "/nonexistent",
        systemDirectory: "/nonexistent")
      administrator = try CloudConfiguration.load(cloud: "lab", environment: environment)
      tenant = try CloudConfiguration.load(cloud: "lab-demo", environment: environment)
      try FileManager.default.removeItem(at: file)
    }

    func applicationCredential() async throws -> CloudConfiguration {
      let made = await lab.addApplicationCredential("case-\(UUID().uuidString)")
      var configuration = administrator
      configuration.auth = .applicationCredential(.init(credential: .id(made.id), secret: Secret(made.secret)))
      return configuration
    }

    func boot(_ seed: ServerSeed) async throws -> String {
      try await lab.spawnLateBuild(
        "case-\(seed.host)-\(seed.flavor.rawValue)", flavor: seed.flavor.rawValue, on: seed.host,
        metadata: seed.metadata)
    }

    func delete(_ id: String) async throws { await lab.deleteServer(id) }
    func pause(_ id: String) async throws { await lab.setPaused(id, true) }
    func setMetadata(_ id: String, _ metadata: [String: String]) async throws {
      await lab.setMetadata(metadata, of: id)
    }

    func host(_ host: String, _ verb: HostVerb) async throws {
      switch verb {
      case .kill: await lab.killCompute(host)
      case .start: await lab.startCompute(host)
      }
    }

    var hasImages: Bool { true }

    func makeFlavor(_ name: String, extraSpecs: [String: String]) async throws {
      await lab.addFlavor(name, extraSpecs: extraSpecs)
    }

    func deleteFlavor(_ name: String) async throws { await lab.removeFlavor(name) }

    func makeAggregate(_ name: String, hosts: [String], metadata: [String: String]) async throws {
      for host in hosts { await lab.addHost(host, toAggregate: name, metadata: metadata) }
    }

    func deleteAggregate(_ name: String) async throws { await lab.removeAggregate(name) }

    func makeImage(_ name: String, properties: [String: String]) async throws -> String {
      await lab.addImage(name, properties: properties)
    }

    func deleteImage(_ id: String) async throws { await lab.removeImage(id) }

    func guests(on host: String) async throws -> Set<String> { Set(await lab.guests(on: host)) }
  }
#endif
