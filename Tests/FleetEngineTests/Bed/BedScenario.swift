import FleetLab
import Foundation

/// One case on the bed: two lab hosts behind sshd with the names of two of Nova's hosts, and servers that go away.
actor BedScenario {
  /// The host that is drained.
  static let drained = "sev-a01"

  nonisolated let scenario: Scenario
  nonisolated let cloud: BedCloud
  private var servers: [String: String] = [:]
  private var groups: [String] = []

  private init(_ scenario: Scenario, _ cloud: BedCloud) {
    self.scenario = scenario
    self.cloud = cloud
  }

  /// A drain that a loaded bed can end in: a move takes it 2 to 10 s.
  static let patientDrain = "drain: {confirm_after: 1s, deadline: 120s}\n"

  static func play(policy: String = patientDrain, _ body: (BedScenario) async throws -> Void) async throws {
    let cloud = try BedCloud()
    try await cloud.restore(drained)
    try await Scenario.with(
      hosts: [.milan(drained), .milan("sev-a02")],
      change: { spec in
        spec.externalCloud = LabWorldSpec.ExternalCloud(cloudsFile: cloud.cloudsFile, cloud: "lab-admin") {
          host, active in
          // A service that does not follow is seen by the case: its heartbeat stays away.
          try? await cloud.control(host, active ? "start" : "kill")
        }
        spec.policyText = policy + "soak: 0s\n"
      }
    ) { scenario in
      let bed = BedScenario(scenario, cloud)
      do {
        try await body(bed)
      } catch {
        try? await bed.clear()
        throw error
      }
      try await bed.clear()
    }
  }

  private func clear() async throws {
    try await cloud.restore(Self.drained)
    for id in servers.values.sorted() { try await cloud.delete(id) }
    for id in groups { try await cloud.deleteGroup(id) }
  }

  // MARK: Servers

  /// A server on the drained host, ACTIVE when this returns.
  @discardableResult
  func boot(
    _ name: String, flavor: String = "plain.small", image: BedImage = .plain, metadata: [String: String] = [:],
    group: String? = nil
  ) async throws -> String {
    let id = try await cloud.boot(
      name, flavor: flavor, image: image, host: Self.drained, metadata: metadata, group: group)
    servers[name] = id
    try await settled(name, "ACTIVE")
    return id
  }

  func group(_ policy: String) async throws -> String {
    let id = try await cloud.makeGroup("bed-tests", policy: policy)
    groups.append(id)
    return id
  }

  /// Acts on a server and waits until it rests in `status`.
  func bring(_ name: String, to status: String, _ action: [String: any Sendable]) async throws {
    try await cloud.act(try id(name), action)
    try await settled(name, status)
  }

  func id(_ name: String) throws -> String {
    guard let id = servers[name] else { throw BedCloud.Missing(description: "no server \(name) was made") }
    return id
  }

  private func settled(_ name: String, _ status: String) async throws {
    let id = try id(name)
    try await eventually("\(status) of \(name)") {
      let server = try await cloud.server(id)
      return (server.status == status && server.task == nil ? true : nil, "\(server.status) \(server.task ?? "")")
    }
  }

  // MARK: Looking

  func server(_ name: String) async throws -> BedServer { try await cloud.server(try id(name)) }
  func migrations(_ name: String) async throws -> [BedMigration] { try await cloud.migrations(try id(name)) }
  func service() async throws -> BedService { try await cloud.service(Self.drained) }

  /// Returns once Nova shows the server's live move at work.
  func liveMoveRuns(_ name: String) async throws {
    try await eventually("running live move of \(name)") {
      let newest = try await self.migrations(name).first
      return (newest?.status == "running" ? true : nil, newest?.status ?? "no record")
    }
  }

  // MARK: The program

  func apply(_ options: [String] = []) async throws -> (ended: Program.Ended, rollout: RolloutSeen) {
    let (ended, rollout) = try await scenario.apply([Self.drained] + options)
    return (ended, rollout)
  }

  /// Applies and lets `event` happen meanwhile.
  func apply(
    while event: @escaping @Sendable () async throws -> Void
  ) async throws -> (ended: Program.Ended, rollout: RolloutSeen) {
    async let applied = apply()
    do {
      try await event()
    } catch {
      // Told with what the program came to, which usually says why.
      let (ended, _) = try await applied
      throw BedCloud.Missing(description: "\(error); the program ended with \(ended.status): \(ended.stderr)")
    }
    return try await applied
  }
}
