import FleetCore
import FleetFormats
import FleetLab
import Foundation
import Synchronization

/// A world of its own for one test: hosts behind real sshd, the compute API, an inventory, a catalog, a state folder.
///
/// The login has only the generated sudo rules. Every test gets its own loopback network, so that tests can run beside
/// each other.
final class Scenario: Sendable {
  private static let networks = Atomic<Int>(0)

  let world: LabWorld
  let folder: String

  private init(world: LabWorld, folder: String) {
    self.world = world
    self.folder = folder
  }

  /// `body` gets a fresh world, which is gone afterwards whatever happens.
  static func with<Value>(
    hosts: [LabHostSpec], servers: [LabWorldSpec.Server] = [], target: String? = "newer", policy: String = "",
    hasCloud: Bool = true, images: [LabImage] = [], change: (inout LabWorldSpec) -> Void = { _ in },
    _ body: (Scenario) async throws -> Value
  ) async throws -> Value {
    let number = networks.add(1, ordering: .relaxed).newValue
    let folder = NSTemporaryDirectory() + "sevfleet-scenario-\(getpid())-\(number)"
    var spec = LabWorldSpec(folder: folder, hosts: hosts)
    spec.network = "127.\(100 + number % 100)"
    spec.servers = servers
    spec.hasCloud = hasCloud
    spec.sudoers = try SudoRules.text(user: spec.user)
    spec.targetsText = targetsText
    let drain = policy.contains("drain:") ? "" : "drain: {confirm_after: 200ms, deadline: 20s}\n"
    // A test of waves says how long they soak; no other has the time.
    let soak = policy.contains("soak:") ? "" : "soak: 0s\n"
    spec.policyText = drain + soak + policy
    for host in hosts { spec.targets[host.name] = target }
    change(&spec)
    let world = try await LabWorld.start(spec)
    let scenario = Scenario(world: world, folder: folder)
    do {
      try scenario.writeCatalog(LabFleet.images + images)
      let value = try await body(scenario)
      await world.stop()
      try? FileManager.default.removeItem(atPath: folder)
      return value
    } catch {
      await world.stop()
      try? FileManager.default.removeItem(atPath: folder)
      throw error
    }
  }

  /// `newer` keeps SEV-ES, `lossy` takes it away, `older` goes back below what runs and stays above the BIOS copy.
  static let targetsText = """
    targets:
      newer: {fam19h_model0xh: 1.55.34, fam19h_model1xh: 1.55.42, fam1ah_model0xh: 1.55.62}
      lossy: {fam19h_model0xh: 1.55.36, fam19h_model1xh: 1.55.42, fam1ah_model0xh: 1.55.62}
      same:  {fam19h_model0xh: 1.55.31, fam19h_model1xh: 1.55.40, fam1ah_model0xh: 1.55.60}
      older: {fam19h_model0xh: 1.55.29, fam19h_model1xh: 1.55.40, fam1ah_model0xh: 1.55.60}

    """

  private func writeCatalog(_ images: [LabImage]) throws {
    for image in images {
      guard let family = image.family.flatMap({ FamilyModel($0) }) else { continue }
      for file in try CatalogWriter.files(for: image.bytes, familyModel: family, source: "made by the lab").files {
        let url = URL(fileURLWithPath: "\(folder)/firmware-catalog/\(file.path)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(file.bytes).write(to: url)
      }
    }
  }

  // MARK: Running

  var environment: [String: String] {
    ["OS_CLIENT_CONFIG_FILE": world.cloudsPath, "SEVFLEET_STATE": "\(folder)/state"]
  }

  func sevfleet(_ arguments: [String], environment extra: [String: String] = [:]) async throws -> Program.Ended {
    try await Program.run(
      ["--inventory", world.inventoryFolder, "--catalog", "\(folder)/firmware-catalog"] + arguments,
      environment: environment.merging(extra) { $1 })
  }

  func sevfleet(_ arguments: String...) async throws -> Program.Ended { try await sevfleet(arguments) }

  /// Applies with `--json --yes` and reads the one document it must print.
  func apply(_ arguments: [String] = [], command: String = "apply") async throws -> (Program.Ended, RolloutSeen) {
    let ended = try await sevfleet([command] + arguments + ["--json", "--yes"])
    return (ended, try RolloutSeen.read(ended))
  }

  // MARK: What is true, by the lab's own word

  func truth(_ host: String) async throws -> LabTruth { try await world.lab.truth(of: host) }

  /// State-changing calls to Nova, other than logging in.
  func novaChanges() async -> [AuditEntry] { await world.compute?.audit.filter(\.wasAccepted) ?? [] }

  func service(_ host: String) async -> (isEnabled: Bool, reason: String?, isUp: Bool)? {
    await world.compute?.serviceState(host)
  }

  /// Where each server is and what Nova says of it, by name: `h2 ACTIVE`; servers of one name sorted.
  func places() async -> [String: [String]] {
    let servers = await world.compute?.allServers() ?? []
    return Dictionary(grouping: servers, by: \.name).mapValues { servers in
      servers.map { "\($0.host ?? "nowhere") \($0.status)" }.sorted()
    }
  }

  func server(_ name: String) async -> LabCompute.ServerGlimpse? {
    guard let id = world.servers[name] else { return nil }
    return await world.compute?.glimpse(id)
  }
}

/// The parts of `sevfleet.rollout/1` that tests look at.
struct RolloutSeen: Decodable, Sendable {
  struct TCB: Decodable, Sendable, Equatable {
    var snp: Int
    var microcode: Int
  }

  struct StepRow: Decodable, Sendable {
    var step: String
    var outcome: String?
    var attempts: Int
  }

  struct Host: Decodable, Sendable {
    var host: String
    var outcome: String
    var kind: String?
    var expected: String
    var desired: String?
    var found: String?
    var activation: String
    var tcbBefore: TCB?
    var tcbAfter: TCB?
    var sevESBefore: String
    var sevESAfter: String
    var backup: String?
    var fileRestored: Bool
    var armed: Bool?
    var afterReboot: String?
    var steps: [StepRow]
    var serviceDisabledSeconds: Int?
    var text: String

    func step(_ name: String) -> String? { steps.first { $0.step == name }?.outcome }
  }

  var schema: String
  var id: String?
  var state: String
  var hosts: [Host]

  struct Unreadable: Error, CustomStringConvertible {
    var description: String
  }

  static func read(_ ended: Program.Ended) throws -> RolloutSeen {
    do {
      return try JSONDecoder().decode(RolloutSeen.self, from: Data(ended.stdout.utf8))
    } catch {
      throw Unreadable(
        description: "exit \(ended.status), no rollout document (\(error)): \(ended.stdout) \(ended.stderr)")
    }
  }

  func host(_ name: String) throws -> Host {
    guard let host = hosts.first(where: { $0.host == name }) else {
      throw Unreadable(description: "\(name) is not in the rollout: \(hosts.map(\.host))")
    }
    return host
  }
}
