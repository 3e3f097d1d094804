package import FleetCore
import FleetEngine

/// Hosts, cloud and people of one simulation, and what goes wrong there. Confined to the simulation's executor: its one
/// thread is the only one that ever touches it, which the compiler cannot see.
package final class SimWorld: @unchecked Sendable {
  private struct Later {
    var at: Int64
    var number: Int
    var event: SimEvent
  }

  package let executor: SimExecutor
  package internal(set) var images: SimImages
  package internal(set) var random: SimRandom
  package internal(set) var hosts: [HostID: SimHost] = [:]
  /// In the order of the inventory.
  package internal(set) var order: [HostID] = []
  package internal(set) var servers: [String: SimServer] = [:]
  var migrations: [SimMigration] = []
  var services: [String: SimService] = [:]
  package var faults: SimFaults
  package let auditor: SimAuditor
  private var later: [Later] = []
  private var ids: [String: HostID] = [:]
  private var number = 0
  private var serverNumber = 0

  init(executor: SimExecutor, images: SimImages, random: SimRandom, faults: SimFaults) {
    self.executor = executor
    self.images = images
    self.random = random
    self.faults = faults
    auditor = SimAuditor()
  }

  var now: Int64 { executor.monotonic }

  /// Nova's clock: another machine's, so no jump of ours moves it.
  func novaTime(_ milliseconds: Int64) -> Instant { SimSetup.start + .milliseconds(milliseconds) }

  // MARK: Time

  func schedule(_ event: SimEvent, in duration: Duration) {
    number += 1
    let at = now + duration.wholeMilliseconds
    let place = later.lastIndex { $0.at <= at }.map { $0 + 1 } ?? 0
    later.insert(Later(at: at, number: number, event: event), at: place)
  }

  /// Everything that happened by itself until now. Nobody sees the world in between, so it is caught up with then.
  func advance() {
    while let first = later.first, first.at <= now {
      later.removeFirst()
      happen(first.event, at: first.at)
    }
  }

  // MARK: Looking

  func host(named name: String) -> HostID? { ids[name] }

  /// Servers in the order of their ids: no history may depend on how a dictionary lies in memory.
  func servers(on name: String) -> [SimServer] {
    servers.values.filter { $0.host == name }.sorted { $0.id < $1.id }
  }

  package func guests(on id: HostID) -> [SimServer] {
    guard let name = hosts[id]?.name else { return [] }
    return servers.values.filter { $0.runsOn == name }.sorted { $0.id < $1.id }
  }

  func isUp(_ name: String) -> Bool {
    guard let id = host(named: name), let host = hosts[id] else { return false }
    return now - host.heartbeat(now) < 60_000
  }

  /// Whether SEV-ES guests may run there: below the level that refuses them (FACTS 1.4).
  package func canRunSEVES(_ name: String) -> Bool {
    guard let id = host(named: name), let host = hosts[id] else { return false }
    return images.spl(of: host.running, host.cpu.familyModel) < 27
  }

  /// A host on which SEV-ES guests cannot run; `nil`: they can everywhere.
  package var refusesSEVES: String? { order.compactMap { hosts[$0]?.name }.first { !canRunSEVES($0) } }

  /// Hosts whose service bears one of our reasons.
  package var disabledByUs: Set<HostID> {
    Set(
      order.filter { id in
        hosts[id].flatMap { services[$0.name] }?.reason?.hasPrefix("sevfleet:") == true
      })
  }

  // MARK: Making

  func add(_ host: SimHost, isInNova: Bool = true) {
    order.append(host.id)
    ids[host.name] = host.id
    hosts[host.id] = host
    if isInNova { services[host.name] = SimService() }
  }

  @discardableResult
  func addServer(_ model: EncryptionModel, on name: String) -> String {
    serverNumber += 1
    let text = String(serverNumber)
    let id = "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - text.count) + text
    servers[id] = SimServer(id: id, model: model, host: name)
    return id
  }

  /// Where the scheduler puts a server: the enabled host that is up and holds the fewest.
  func destination(but source: String, model: EncryptionModel, only wanted: String? = nil) -> String? {
    let open = order.compactMap { hosts[$0]?.name }.filter { name in
      guard name != source, wanted == nil || wanted == name else { return false }
      return services[name]?.isEnabled == true && isUp(name) && (model != .sevES || canRunSEVES(name))
    }
    var held: [String: Int] = [:]
    for server in servers.values { held[server.host, default: 0] += 1 }
    return open.min { (held[$0] ?? 0, $0) < (held[$1] ?? 0, $1) }
  }

  func addMigration(_ server: SimServer, _ kind: MigrationRecord.Kind, to destination: String?, _ status: String) -> Int
  {
    let id = migrations.count + 1
    migrations.append(
      SimMigration(
        id: id, server: server.id, kind: kind, source: server.host, destination: destination, status: status))
    return id
  }
}
