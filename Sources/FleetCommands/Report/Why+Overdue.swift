package import FleetCore
import FleetEngine
package import FleetStore

extension Why {
  /// As `answer`, and whether the host is later than policy lets it be.
  package static func answer(
    declared host: FleetCore.Host, _ store: FleetStore, _ rules: ComplianceRules,
    _ around: WhySurroundings = WhySurroundings()
  ) throws -> WhyDocument {
    var document = try answer(host.id, store, around)
    guard host.policy.complyWithin != nil else { return document }
    let desk = ComplianceDesk(store: store, facts: around.facts, rules: rules)
    let row = try desk.report([host], now: around.now).rows.first
    document.overdue = row.flatMap { $0.isOverdue ? $0.lateness?.text : nil }
    return document
  }
}
