import FleetCore
import FleetEngine
import FleetFormats
import FleetPages
import FleetStore

/// The fleet as its page shows it.
enum FleetPageModel {
  /// Hosts without a declared domain stand together.
  private static let noDomain = "no failure domain"

  static func make(_ source: ServeSource, filter: FleetFilter) throws -> FleetPage.Model {
    // Before anything else: what happens meanwhile comes once more as an event, and is never missed.
    let seq = try source.store.lastSeq()
    let report = try source.fleetReport()
    let quarantines = try source.store.quarantines()
    let rollouts = try source.store.unfinishedRollouts()
    let work = try Work(rollouts, source.store)
    let rows = Dictionary(report.rows.map { ($0.host, $0) }, uniquingKeysWith: { first, _ in first })
    var tiles: [String: [FleetPage.Tile]] = [:]
    for host in source.inventoryHosts {
      guard let row = rows[host.id] else { continue }
      let standing: HostStanding =
        quarantines[host.id] != nil ? .quarantined : work.doing[host.id] != nil ? .working : HostStanding(row.state)
      tiles[host.failureDomain ?? noDomain, default: []].append(
        FleetPage.Tile(
          host: host.id.rawValue, standing: standing, running: row.running?.description, note: work.doing[host.id]))
    }
    let domains = tiles.sorted { $0.key < $1.key }.map { FleetPage.Domain(name: $0.key, tiles: $0.value) }
    return FleetPage.Model(domains: domains, filter: filter, work: work.rows, seq: seq)
  }

  /// What rollouts do to hosts now.
  private struct Work {
    /// Rollouts that are told: each costs a look at its journal, and more than some are never open at once.
    private static let most = 20

    var doing: [HostID: String] = [:]
    var rows: [FleetPage.Work] = []

    init(_ rollouts: [RolloutRecord], _ store: FleetStore) throws {
      for record in rollouts.prefix(Self.most) {
        let report = try StoredRollout.report(store, record.id)
        for row in report.hosts where row.startedAt != nil && row.outcome == .pending {
          doing[row.change.host] = RolloutPageModel.step(of: row).rawValue
        }
        let ended = report.hosts.count { $0.outcome != .pending }
        rows.append(
          FleetPage.Work(
            rollout: record.id, state: RolloutStanding(record, report.state),
            text: "\(ended) of \(PageText.count(report.hosts.count, "host")) ended"))
      }
    }
  }
}

extension RolloutStanding {
  init(_ record: RolloutRecord, _ state: RolloutReport.State) {
    self =
      switch state {
      case .running: .running
      case .paused: record.isWaiting ? .waiting : .paused
      case .halted: .halted
      case .finished: .finished
      }
  }
}
