package import FleetCore

/// The compliance report as a table for spreadsheets: one line a host, a column for each bulletin.
package enum ComplianceCSV {
  private static let columns = [
    "host", "state", "outcome", "target", "product", "running", "after_reset", "current_tcb", "committed_tcb",
    "reported_tcb", "microcode", "sev", "sev_es", "sev_snp", "last_seen", "breaches", "findings", "waivers", "drift",
    "advisories", "facts",
  ]

  package static func text(_ report: ComplianceReport) -> String {
    var bulletins: [String] = []
    for row in report.rows {
      for verdict in row.bulletins where !bulletins.contains(verdict.bulletin) { bulletins.append(verdict.bulletin) }
    }
    var writer = CSVWriter()
    writer.add(columns + bulletins)
    for row in report.rows {
      let states = Dictionary(row.bulletins.map { ($0.bulletin, $0.state.rawValue) }) { first, _ in first }
      writer.add(cells(row) + bulletins.map { states[$0] ?? BulletinVerdict.State.unknown.rawValue })
    }
    return writer.text
  }

  private static func cells(_ row: ComplianceRow) -> [String] {
    let waivers = Set(row.breaches.compactMap(\.waiver) + row.findings.compactMap(\.waiver)).map {
      "\($0.subject.text) by \($0.owner) until \($0.expires): \($0.reason)"
    }
    let drift = row.drift?.changes.map { "\($0.what): \($0.before) -> \($0.after)" } ?? []
    return [
      row.host.rawValue, row.state.rawValue, row.outcome.rawValue, row.target ?? "", row.product ?? "",
      row.running?.description ?? "", row.afterReboot?.description ?? "", row.tcbs.current?.text ?? "",
      row.tcbs.committed?.text ?? "", row.tcbs.reported?.text ?? "", row.microcode ?? "", row.features.sev.rawValue,
      row.features.sevES.rawValue, row.features.sevSNP.rawValue, row.lastSeen?.rfc3339 ?? "",
      list(row.breaches.map(\.sentence)), list(row.findings.map(\.sentence)), list(waivers.sorted()),
      list(drift), list(row.advisories), list(row.bulletins.map { "\($0.bulletin) \($0.fact.text)" }),
    ]
  }

  private static func list(_ texts: [String]) -> String { texts.joined(separator: "; ") }
}
