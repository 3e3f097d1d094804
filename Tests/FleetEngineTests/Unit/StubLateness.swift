import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// Hosts whose policy gives them `days` to get where their target wants them, looked at and wanted at times of a test.
struct StubLateness {
  static let days = 14
  static let old = FirmwareVersion(1, 55, 29)
  static let wanted = FirmwareVersion(1, 55, 31)
  static func day(_ days: Double) -> Instant { StubRollout.planned + .milliseconds(Int64(days * 86_400_000)) }

  let stub: StubRollout
  var inventory: Inventory
  var store: FleetStore { stub.store }

  /// All of them are wanted since day 0, and seen where they are not wanted then.
  init(_ names: [String]) throws {
    stub = try StubRollout()
    var policy = Policy()
    policy.complyWithin = .seconds(Self.days * 86_400)
    let hosts = names.map { name in
      var host = Host(
        id: HostID(name), address: "10.0.0.1", ssh: SSHSettings(), computeHost: .notInNova,
        target: .version(Self.wanted), declaredAt: SourceLocation(file: "hosts.yaml"))
      host.policy = policy
      return host
    }
    inventory = Inventory(hosts: hosts)
    let floors = Dictionary(hosts.map { ($0.id, FloorEvidence.milan) }, uniquingKeysWith: { first, _ in first })
    try store.save(floors: floors)
    for name in names { try want(name, at: 0) }
    for name in names { try look(name, Self.old, at: 0) }
  }

  /// The host is wanted to run what its target says from then on.
  func want(_ name: String, at day: Double) throws {
    // Another wish before, so that the time is a new one.
    try store.save(wanted: [HostID(name): "factory"], at: Self.day(day))
    try store.save(wanted: [HostID(name): "\(Self.wanted)"], at: Self.day(day))
  }

  /// `nil`: the host gives no answer.
  func look(_ name: String, _ version: FirmwareVersion?, at day: Double) throws {
    let time = Self.day(day)
    let result: Result<Observation, ProbeFailure> =
      version.map { .success(.milan(HostID(name), $0, at: time)) }
      ?? .failure(ProbeFailure(kind: .unreachable, text: "no answer"))
    try store.save(observations: [(host: HostID(name), result: result, at: time)])
  }

  /// Covers a host until the end of a day.
  mutating func waive(_ name: String, _ kind: String, until day: Double) {
    inventory.compliance.waivers.append(
      .init(
        hosts: [HostID(name)], subject: .finding(kind), owner: "Mara", reason: "guests", expires: Self.day(day).day,
        declaredAt: SourceLocation(file: "compliance.yaml")))
  }

  func host(_ name: String) -> Host? { inventory.host(HostID(name)) }
}
