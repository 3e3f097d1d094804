import FleetCore
import FleetFormats

/// What a rollout did, for people.
enum RolloutText {
  static func table(_ report: RolloutReport) -> String {
    var table = TextTable(["HOST", "OUTCOME", "FROM", "TO", "FOUND", "BY", "SNP SVN", "SEV-ES", "OUT OF SERVICE"])
    for row in report.hosts { table.add(cells(row)) }
    return table.text
  }

  static func text(_ report: RolloutReport, _ forecast: RolloutForecast? = nil) -> String {
    var notes = report.breakGlass.map { ["break-glass: \($0)"] } ?? []
    for row in report.hosts {
      if row.outcome != .converged { notes.append("\(row.change.host): \(row.text)") }
      if let latest = row.latest, latest.armed == true {
        let next = latest.afterReboot
        notes.append("\(row.change.host): armed, \(next?.description ?? "another version") runs after the next reset")
      }
    }
    let reason = report.stateReason.map { ": \($0)" } ?? ""
    let left = forecast.map { ", \($0.sentence)" } ?? ""
    return ([table(report), ""] + notes + ["rollout \(report.id): \(report.state.rawValue)\(reason)\(left)"])
      .joined(separator: "\n")
  }

  private static func cells(_ row: RolloutReport.HostRow) -> [String] {
    let before = row.before?.tcb.map { "\($0.snp)" } ?? "-"
    let after = row.after?.tcb.map { "\($0.snp)" } ?? "-"
    return [
      row.change.host.rawValue,
      row.failure.map { "\(row.outcome.rawValue) (\($0.kind.rawValue))" } ?? row.outcome.rawValue,
      "\(row.change.expected)", row.change.desired?.description ?? "BIOS copy", row.latest?.version?.description ?? "-",
      row.activation.rawValue, "\(before) -> \(after)",
      "\(row.before?.features.sevES.rawValue ?? "-") -> \(row.after?.features.sevES.rawValue ?? "-")",
      row.serviceDisabled.map { DurationText.people($0) } ?? "-",
    ]
  }
}
