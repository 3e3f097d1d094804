import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

extension CommandContext {
  /// Every declared host held against its target, as it was seen last, or last before a time.
  func complianceReport(_ store: FleetStore, at moment: Instant?) throws -> ComplianceReport {
    let latest = try store.latestObservations(at: moment)
    let seen = try store.latestSeen(at: moment)
    let floors = try store.floors()
    let quarantines = moment == nil ? try store.quarantines() : [:]
    let rows = inventory.hosts.map { host in
      var failure: ProbeFailure?
      if case .failure(let found)? = latest[host.id]?.result { failure = found }
      return ComplianceRow.judge(
        host, observation: seen[host.id]?.observation, failure: failure, floor: floors[host.id],
        quarantine: quarantines[host.id]?.sentence, facts: facts)
    }
    return ComplianceReport(at: moment ?? SystemClock().now(), rows: rows)
  }
}
