import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// Tells once of each waiver whose last day is over while what it covered is still there: in the report's own words.
struct LapsedWaivers {
  let context: CommandContext
  let store: FleetStore

  /// By the looks that are stored; a host that is not looked at yet is told of with the next look.
  func tell(at now: Instant) throws {
    let rules = context.inventory.compliance
    guard rules.waivers.contains(where: { $0.isExpired(at: now) }) else { return }
    let desk = ComplianceDesk(store: store, facts: context.facts, rules: rules)
    let report = try desk.report(context.inventory.hosts, now: now)
    let lapsed = report.rows.flatMap(\.findings).filter { $0.kind == ComplianceRow.Finding.expiredWaiver }
    for text in Set(lapsed.map(\.text)).sorted() {
      try store.appendNews(NotifyClass.waiverFinding, text, at: now)
    }
  }
}
