package import FleetCore
package import FleetStore

/// Makes compliance reports from what is stored: for commands, for pages and for metrics alike.
package struct ComplianceDesk: Sendable {
  /// Days of the past that a report may tell: as many as the store keeps.
  package static let days = 0...FleetStore.keptDays
  /// Hosts whose servers are asked for at once: as many requests as Nova's API serves beside its own work.
  private static let hostsAtOnce = 4

  private let store: FleetStore
  private let judge: ComplianceJudge

  package init(store: FleetStore, facts: Facts, rules: ComplianceRules) {
    self.store = store
    judge = ComplianceJudge(facts: facts, rules: rules)
  }

  /// - Parameters:
  ///   - moment: a past time; `nil`: now.
  ///   - days: how many days of the past to tell; 0 is none of it.
  package func report(
    _ hosts: [Host], at moment: Instant? = nil, now: Instant, days: Int = 0
  ) throws(StoreError) -> ComplianceReport {
    let latest = try store.latestObservations(at: moment)
    let seen = try store.latestSeen(at: moment)
    let before = try store.seenBefore(at: moment)
    let floors = try store.floors()
    let quarantines = moment == nil ? try store.quarantines() : [:]
    let instant = moment ?? now
    let standing = hosts.contains { $0.policy.complyWithin != nil } ? try store.standingTargets() : [:]
    let rows = try hosts.map { host throws(StoreError) in
      var failure: ProbeFailure?
      if case .failure(let found)? = latest[host.id]?.result { failure = found }
      var evidence = ComplianceJudge.Evidence(
        seen: seen[host.id]?.observation, failure: failure, before: before[host.id], floor: floors[host.id],
        quarantine: quarantines[host.id]?.sentence)
      evidence.lateness = try lateness(host, evidence, standing[host.id], at: instant)
      return judge.row(host, evidence, at: instant)
    }
    var report = judge.report(rows, at: instant)
    if days > 0 { report.past = try past(hosts, floors, to: instant, days: days) }
    return report
  }

  /// Of a host that policy gives a time; its past is read only where it is not where its target wants it.
  private func lateness(
    _ host: Host, _ evidence: ComplianceJudge.Evidence, _ standing: StandingTarget?, at instant: Instant
  ) throws(StoreError) -> ComplianceLateness? {
    guard host.policy.complyWithin != nil, let standing, standing.since <= instant else { return nil }
    let row = ComplianceRow.judge(
      host, observation: evidence.seen, failure: evidence.failure, floor: evidence.floor, quarantine: nil,
      facts: judge.facts)
    if row.state == .compliant { return nil }
    let looks = try store.pastLooks(host: host.id, from: standing.since, to: instant).filter(\.isNews).map {
      ComplianceJudge.Look(at: $0.at, result: $0.result)
    }
    return judge.lateness(host, looks, floor: evidence.floor, standing: standing, at: instant)
  }

  private func past(
    _ hosts: [Host], _ floors: [HostID: FloorEvidence], to: Instant, days: Int
  ) throws(StoreError) -> CompliancePast {
    // The report's own day is the last of them.
    let from = to.day.adding(days: 1 - min(days, Self.days.upperBound)).start
    var points: [[CompliancePast.Point]] = []
    for host in hosts {
      let looks = try store.pastLooks(host: host.id, from: from, to: to).filter(\.isNews)
      points.append(
        judge.points(host, looks.map { .init(at: $0.at, result: $0.result) }, floor: floors[host.id], to: to))
    }
    return CompliancePast.fold(points, bulletins: judge.facts.bulletins, from: from, to: to)
  }

  /// The servers that run on hosts now, each with the TCB it was launched on. Throws where Nova gives no answer for a
  /// host: a list that lacks a host would look complete.
  package func servers(
    _ hosts: [Host], _ gateway: any LaunchGateway, now: Instant
  ) async throws -> [ServerAttestation] {
    let judged = await bounded(hosts.filter { $0.computeHost.name != nil }, Self.hostsAtOnce) { host in
      await Self.attestations(host, gateway, store, now)
    }
    var servers: [ServerAttestation] = []
    for result in judged { servers += try result.get() }
    return servers.sorted { ($0.project, $0.host.rawValue, $0.server) < ($1.project, $1.host.rawValue, $1.server) }
  }

  private static func attestations(
    _ host: Host, _ gateway: any LaunchGateway, _ store: FleetStore, _ now: Instant
  ) async -> Result<[ServerAttestation], any Error> {
    do {
      let found = try await gateway.launches(host: host.computeHost.name ?? host.id.rawValue)
      guard let first = found.compactMap({ $0.launch?.earliest }).min() else {
        return .success(found.map { ServerAttestation.judge($0.server, on: host.id, launch: $0.launch, looks: []) })
      }
      let looks = try store.pastLooks(host: host.id, from: first, to: now).map {
        ComplianceJudge.Look(at: $0.at, result: $0.result)
      }
      return .success(
        found.map { ServerAttestation.judge($0.server, on: host.id, launch: $0.launch, looks: looks) })
    } catch {
      return .failure(error)
    }
  }
}
