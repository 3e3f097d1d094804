import FleetCore
import FleetEngine
import FleetFormats
import FleetLab
import Foundation
import OpenStackAPI

/// A drain on the bed with the real Nova beside "all asked at once": the same servers, host and limits, in one run.
///
/// Nova moves one server of a host at a time whatever it is asked for, so the floor is one request per server at once
/// and a wait for the last record.
struct DrainBench {
  /// State folder of a running bed, with its clouds.yaml.
  var bed: String
  /// The bed's `seed` command.
  var seed: String
  var servers = 12
  private static let host = "sev-a01"
  /// Longest wait for a drain: a move takes the bed some 3 s.
  private static let patience = Duration.seconds(600)

  func run() async throws {
    let environment = CloudEnvironment(
      variables: ["OS_CLIENT_CONFIG_FILE": "\(bed)/clouds.yaml"], workingDirectory: "/nonexistent",
      systemDirectory: "/nonexistent")
    let cloud = try OpenStackCloud(try CloudConfiguration.load(cloud: "lab-admin", environment: environment))
    do {
      let floor = try await floor(cloud)
      let ours = try await ours()
      let again = try await self.floor(cloud)
      let best = min(floor, again)
      print("drain of \(servers) servers: all asked at once \(tenths(floor)) and \(tenths(again)) s")
      print("sevfleet, from the start of its drain to the proof that the host is empty: \(tenths(ours)) s")
      print("sevfleet : all at once (the faster one) = \(Double(Int(ours / best * 1000)) / 1000)")
    } catch {
      try? await cloud.shutdown()
      throw error
    }
    try await cloud.shutdown()
  }

  private func tenths(_ value: Double) -> String { "\(Double(Int(value * 10)) / 10)" }

  private func refill() throws {
    try Tool.run([seed, "--wipe"])
    try Tool.run([seed, "--bulk", "\(servers)", Self.host])
  }

  /// Seconds from the first request until no server and no unfinished record names the host.
  private func floor(_ cloud: OpenStackCloud) async throws -> Double {
    try refill()
    guard let service = try await cloud.nova.services(host: Self.host).first else { throw Tool.Failed("no service") }
    try await cloud.nova.disable(service: service.id, reason: "bench")
    let ids = try await cloud.nova.servers(host: Self.host).map(\.id)
    guard ids.count == servers else { throw Tool.Failed("\(ids.count) servers are on \(Self.host)") }
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { group in
      for id in ids { group.addTask { _ = try await cloud.nova.liveMigrate(id) } }
      try await group.waitForAll()
    }
    while try await !isEmpty(cloud) {
      guard ContinuousClock.now - start < Self.patience else { throw Tool.Failed("the host was not empty in time") }
      try await Task.sleep(for: EngineBounds().poll)
    }
    let seconds = Double((ContinuousClock.now - start).wholeMilliseconds) / 1000
    try await cloud.nova.enable(service: service.id)
    return seconds
  }

  private func isEmpty(_ cloud: OpenStackCloud) async throws -> Bool {
    guard try await cloud.nova.servers(host: Self.host).isEmpty else { return false }
    return try await cloud.nova.migrations(host: Self.host).allSatisfy(\.status.isOver)
  }

  /// The whole program drains the host; its own journal tells the seconds.
  private func ours() async throws -> Double {
    try refill()
    let folder = NSTemporaryDirectory() + "sevfleet-bench-drain-\(getpid())"
    var spec = LabWorldSpec(folder: folder, hosts: [.milan(Self.host)])
    spec.network = "127.74"
    spec.externalCloud = .init(cloudsFile: "\(bed)/clouds.yaml", cloud: "lab-admin") { _, _ in }
    spec.sudoers = try SudoRules.text(user: spec.user)
    spec.policyText = "activation: {compute_stop: none}\nsoak: 0s\n"
    let world = try await LabWorld.start(spec)
    let result: Result<Double, any Error>
    do {
      result = .success(try await apply(world))
    } catch {
      result = .failure(error)
    }
    await world.stop()
    try? FileManager.default.removeItem(atPath: folder)
    return try result.get()
  }

  private func apply(_ world: LabWorld) async throws -> Double {
    let image = LabImage(version: LabVersion(1, 55, 34), spl: 26, family: "fam19h_model0xh")
    let file = "\(world.spec.folder)/amd_sev_fam19h_model0xh.sbin"
    try Data(image.bytes).write(to: URL(fileURLWithPath: file))
    let folders = ["--inventory", world.inventoryFolder, "--catalog", "\(world.spec.folder)/firmware-catalog"]
    let environment = ["OS_CLIENT_CONFIG_FILE": world.cloudsPath, "SEVFLEET_STATE": "\(world.spec.folder)/state"]
    try Tool.run([Tool.sevfleet] + folders + ["catalog", "add", file, "--family", "25", "--model", "1"])
    let command = ["apply", Self.host, "--to", "1.55.34", "--yes", "--json"]
    let text = try Tool.run([Tool.sevfleet] + folders + command, environment: environment)
    struct Document: Decodable {
      struct Host: Decodable {
        struct Step: Decodable {
          var step: String
          var startedAt: String?
          var endedAt: String?
        }
        var outcome: String
        var text: String
        var steps: [Step]
      }
      var hosts: [Host]
    }
    guard let host = try JSONDecoder().decode(Document.self, from: Data(text.utf8)).hosts.first,
      host.outcome == "converged", let drain = host.steps.first(where: { $0.step == "drain" }),
      let start = drain.startedAt.flatMap(Self.time), let end = drain.endedAt.flatMap(Self.time)
    else { throw Tool.Failed("the host did not converge: \(text)") }
    return end.timeIntervalSince(start)
  }

  private static func time(_ text: String) -> Date? {
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    if let date = formatter.date(from: text) { return date }
    formatter.formatOptions = [.withInternetDateTime]
    return formatter.date(from: text)
  }
}
