package import FleetCore
package import FleetStore
import Synchronization

/// The fleet's compliance as it is now, judged anew once something that it rests on has changed: with every event of a
/// rollout each open page asks for it, and nearly always for the same.
package final class FleetReportCache: Sendable {
  /// How long it is used at most. Floors that were learnt since do not show before: nobody waits for those.
  package static let longest = Duration.seconds(15)

  private struct Ground: Equatable {
    var hosts: [Host]
    var facts: Facts
    var rules: ComplianceRules
    /// Number of the newest look at any host.
    var look: Int64
    var quarantines: [HostID: Quarantine]
    /// Waivers and steps count by the day.
    var day: CivilDate
  }

  private struct Kept {
    var ground: Ground
    var report: ComplianceReport
    var judgedAt: Instant
  }

  private let store: FleetStore
  private let kept = Mutex<Kept?>(nil)

  package init(_ store: FleetStore) { self.store = store }

  /// The report on these hosts as of `now`, without the past. Two that ask at the same moment may both judge.
  package func report(
    _ hosts: [Host], facts: Facts, rules: ComplianceRules, now: Instant
  ) throws(StoreError) -> ComplianceReport {
    let ground = Ground(
      hosts: hosts, facts: facts, rules: rules, look: try store.newestLook(), quarantines: try store.quarantines(),
      day: now.day)
    if let known = kept.withLock({ $0 }), known.ground == ground, now >= known.judgedAt,
      now - known.judgedAt < Self.longest
    {
      var report = known.report
      report.at = now
      return report
    }
    // What is seen meanwhile has another number: it is judged with the next question.
    let report = try ComplianceDesk(store: store, facts: facts, rules: rules).report(hosts, now: now)
    kept.withLock { $0 = Kept(ground: ground, report: report, judgedAt: now) }
    return report
  }
}
