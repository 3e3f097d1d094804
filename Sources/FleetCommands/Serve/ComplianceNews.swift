package import FleetCore
import FleetEngine
package import FleetFormats
package import FleetStore

/// What time alone brings, told by `serve`: waivers whose last day is over, and hosts that are late. By the looks that are
/// stored; a host that is not looked at yet is told of with the next look.
package struct ComplianceNews {
  private let inventory: Inventory
  private let facts: Facts
  private let store: FleetStore

  /// Hosts named in one piece of news; reports have the others.
  private static let mostNamed = 20

  package init(_ inventory: Inventory, facts: Facts, _ store: FleetStore) {
    self.inventory = inventory
    self.facts = facts
    self.store = store
  }

  package func tell(at now: Instant) throws {
    let rules = inventory.compliance
    let hosts = inventory.hosts
    // Nearly always there is nothing to judge the fleet for.
    guard
      rules.waivers.contains(where: { $0.isExpired(at: now) })
        || hosts.contains(where: { $0.policy.complyWithin != nil })
    else { return }
    let rows = try ComplianceDesk(store: store, facts: facts, rules: rules).report(hosts, now: now).rows
    try tellLapsedWaivers(rows, at: now)
    try tellOverdueHosts(rows, at: now)
  }

  /// Once of each whose cover is still needed: in the report's own words.
  private func tellLapsedWaivers(_ rows: [ComplianceRow], at now: Instant) throws {
    let lapsed = rows.flatMap(\.findings).filter { $0.kind == ComplianceRow.Finding.expiredWaiver }
    for text in Set(lapsed.map(\.text)).sorted() {
      try store.appendNews(NotifyClass.waiverFinding, text, at: now)
    }
  }

  /// Told again whenever others are late.
  private func tellOverdueHosts(_ rows: [ComplianceRow], at now: Instant) throws {
    let late = rows.filter(\.isOverdue)
    guard !late.isEmpty else { return }
    let names = late.compactMap { row in row.lateness.map { "\(row.host) (due \($0.due.day))" } }
    try store.appendNews(
      ComplianceLateness.kind,
      "\(late.count) hosts are not where their target wants them: \(NameList.text(names, atMost: Self.mostNamed))",
      at: now)
  }
}
