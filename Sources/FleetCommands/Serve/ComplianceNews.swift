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

  /// Told again whenever others are late. Who has become late last is named first, so that the text tells of it.
  private func tellOverdueHosts(_ rows: [ComplianceRow], at now: Instant) throws {
    let late = rows.filter(\.isOverdue).compactMap { row in row.lateness.map { (host: row.host, due: $0.due) } }
      .sorted { ($1.due, $0.host) < ($0.due, $1.host) }
    guard !late.isEmpty else { return }
    let names = NameList.text(late.map { "\($0.host) (due \($0.due.day))" }, atMost: Self.mostNamed)
    let subject =
      late.count == 1
      ? "1 host is not where its target wants it" : "\(late.count) hosts are not where their target wants them"
    try store.appendNews(ComplianceLateness.kind, "\(subject): \(names)", at: now)
  }
}
