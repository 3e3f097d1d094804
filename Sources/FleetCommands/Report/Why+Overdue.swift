import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

extension Why {
  /// As `answer`, and whether the host is later than policy lets it be.
  static func answer(
    declared host: Host, _ store: FleetStore, _ context: CommandContext, _ around: WhySurroundings
  ) throws -> WhyDocument {
    var document = try answer(host.id, store, around)
    guard host.policy.complyWithin != nil else { return document }
    let desk = ComplianceDesk(store: store, facts: context.facts, rules: context.inventory.compliance)
    let row = try desk.report([host], now: around.now).rows.first
    document.overdue = row.flatMap { $0.isOverdue ? $0.lateness?.text : nil }
    return document
  }
}
