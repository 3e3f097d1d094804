import FleetLab
import FleetStore
import Foundation
import Synchronization
import Testing

/// A night on the bed: 24 lab hosts behind sshd with the names of Nova's, three kinds of them, servers on every one.
final class NightScenario: Sendable {
  static let hosts = (1...24).map { "sev-a\($0 < 10 ? "0" : "")\($0)" }
  /// Whether the night is to be played: it takes minutes, and a bed with so many hosts.
  static let isWanted = ProcessInfo.processInfo.environment["SEVFLEET_NIGHT"] == "1"
  static let milan = Array(hosts[0..<12])
  static let genoa = Array(hosts[12..<18])
  /// Genoa with a BIOS under which the security processor takes no file.
  static let unwilling = Array(hosts[18..<24])
  /// Its reload is refused, and it does not return from the reset that comes in its place.
  static let lost = "sev-a05"
  /// Hosts that may be out of service at once.
  static let budget = 4
  /// Server that cannot be moved live, and where it is in the evening.
  static let cold = (name: "sealed", host: "sev-a02")

  private static let policy = """
    drain: {sev: cold, confirm_after: 1s, deadline: 180s}
    max_unavailable: \(budget)
    max_domains: 8
    max_failures: 8
    waves: [1, 50%, 100%]
    soak: 1s
    deadlines: {reboot: 60s}
    emergency: {max_unavailable: \(budget), waves: [100%]}

    """

  let scenario: Scenario
  let cloud: BedCloud
  /// Servers by name.
  private let made = Mutex<[String: String]>([:])
  /// What a look at Nova found that must never be.
  private let breaches = Mutex<[String]>([])

  private init(_ scenario: Scenario, _ cloud: BedCloud) {
    self.scenario = scenario
    self.cloud = cloud
  }

  var servers: [String: String] { made.withLock { $0 } }

  static func play(_ body: @Sendable (NightScenario) async throws -> Void) async throws {
    let cloud = try BedCloud()
    try #require(cloud.settings.hosts.count >= hosts.count, "the bed has too few hosts")
    let specs: [LabHostSpec] =
      milan.map { .milan($0) } + genoa.map { .genoa($0) }
      + unwilling.map { name in .genoa(name).with { $0.biosVersion = "1.7.5" } }
    try await Scenario.with(
      hosts: specs,
      change: { spec in
        spec.externalCloud = LabWorldSpec.ExternalCloud(cloudsFile: cloud.cloudsFile, cloud: "lab-admin") {
          host, active in
          try? await cloud.control(host, active ? "start" : "kill")
        }
        spec.policyText = policy
      }
    ) { scenario in
      let night = NightScenario(scenario, cloud)
      do {
        try await night.arrange()
        try await body(night)
      } catch {
        try? await night.clear()
        throw error
      }
      try await night.clear()
    }
  }

  private func arrange() async throws {
    for host in Self.unwilling { try await scenario.world.lab.set(.silentRefusal, on: host) }
    try await scenario.world.lab.set(.rmmodRefused(holder: "ccp_crypto"), on: Self.lost)
    try await scenario.world.lab.set(.doesNotComeBack, on: Self.lost)
    for host in Self.hosts { try await boot("vm-\(host)", host, image: .plain, flavor: "plain.small") }
    try await cloud.withEncryption(of: .uefi) {
      try await self.boot(Self.cold.name, Self.cold.host, image: .uefi, flavor: "sev.small")
      try await self.settled(Self.cold.name)
    }
    for host in Self.hosts { try await settled("vm-\(host)") }
  }

  private func boot(_ name: String, _ host: String, image: BedImage, flavor: String) async throws {
    let id = try await cloud.boot(name, flavor: flavor, image: image, host: host, metadata: [:], group: nil)
    made.withLock { $0[name] = id }
  }

  private func settled(_ name: String) async throws {
    let id = try #require(servers[name])
    try await eventually("ACTIVE of \(name)") {
      let server = try await self.cloud.server(id)
      return (server.status == "ACTIVE" && server.task == nil ? true : nil, "\(server.status) \(server.task ?? "")")
    }
  }

  private func clear() async throws {
    for id in servers.values.sorted() { try? await cloud.delete(id) }
    for host in Self.hosts { try? await cloud.restore(host) }
  }

  // MARK: The daemon

  /// Runs `serve` while `body` does; ended by `signal` then.
  func serving(ending signal: Int32, _ body: @Sendable () async throws -> Void) async throws {
    let ended = try await Program.run(
      ["--inventory", scenario.world.inventoryFolder, "--catalog", "\(scenario.folder)/firmware-catalog"]
        + ["serve", "--probe-every", "1h"], environment: scenario.environment, limit: .seconds(1200)
    ) { process in
      do {
        try await eventually("serve") {
          let holder = try DaemonLock.holder(folder: "\(self.scenario.folder)/state")
          return (holder?.command == "serve" && holder?.pid == process ? true : nil, holder?.command ?? "nobody")
        }
        try await body()
      } catch {
        kill(process, SIGKILL)
        throw error
      }
      kill(process, signal)
    }
    #expect(ended.wasKilled == (signal == SIGKILL), "\(ended.stderr)")
  }

  // MARK: Looking

  /// How the newest rollout stands, or the one with this id.
  func rollout(_ id: String) async throws -> RolloutSeen {
    try RolloutSeen.read(try await scenario.sevfleet("rollout", "show", id, "--json"))
  }

  func rollouts() async throws -> [String] {
    struct List: Decodable {
      struct Row: Decodable { var id: String }
      var rollouts: [Row]
    }
    let ended = try await scenario.sevfleet("rollout", "list", "--json")
    return try JSONDecoder().decode(List.self, from: Data(ended.stdout.utf8)).rollouts.map(\.id)
  }

  /// Waits until the rollout is so, and keeps an eye on what Nova shows meanwhile.
  func until(_ id: String, _ what: String, _ isSo: @Sendable (RolloutSeen) -> Bool) async throws {
    try await eventually(what, within: .seconds(900)) {
      try await self.watch()
      let seen = try await self.rollout(id)
      let outcomes = Dictionary(grouping: seen.hosts, by: \.outcome).mapValues(\.count)
      return (isSo(seen) ? true : nil, "\(seen.state) \(outcomes)")
    }
  }

  /// Nobody is out of service beyond the budget, and no server is off or broken, at any moment that is looked at.
  func watch() async throws {
    let out = try await cloud.ours()
    if out.count > Self.budget { breaches.withLock { $0.append("out of service at once: \(out.sorted())") } }
  }

  func expectNoBreach() {
    let found = breaches.withLock { $0 }
    #expect(found.isEmpty, "\(found)")
  }
}

extension BedCloud {
  /// Hosts whose service this program disabled.
  func ours() async throws -> [String] {
    struct Answer: Decodable {
      struct Service: Decodable {
        var host: String
        var status: String
        var disabled_reason: String?
      }
      var services: [Service]
    }
    return try await decoded(Answer.self, "/os-services?binary=nova-compute").services
      .filter { $0.status == "disabled" && $0.disabled_reason?.hasPrefix("sevfleet:") == true }.map(\.host)
  }
}
