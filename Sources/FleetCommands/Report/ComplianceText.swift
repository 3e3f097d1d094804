import FleetCore
import FleetFormats

/// The compliance report for people.
enum ComplianceText {
  static func table(_ report: ComplianceReport) -> String {
    var parts = [hosts(report), findings(report)]
    parts += [bulletins(report), times(report), waivers(report), advisories(report), servers(report)]
    return (parts.compactMap { $0 } + [counts(report)]).joined(separator: "\n\n")
  }

  private static func hosts(_ report: ComplianceReport) -> String {
    var table = TextTable([
      "HOST", "STATE", "TARGET", "RUNNING", "AFTER RESET", "SNP SVN", "SEV", "SEV-ES", "SEV-SNP", "BULLETINS",
      "LAST SEEN",
    ])
    for row in report.rows {
      let state = row.outcome == .waived ? "\(row.state.rawValue) (waived)" : row.state.rawValue
      table.add([
        row.host.rawValue, state, row.target ?? "-", row.running?.description ?? "unknown",
        row.afterReboot?.description ?? "unknown", row.tcb.map { "\($0.snp)" } ?? "-", row.features.sev.rawValue,
        row.features.sevES.rawValue, row.features.sevSNP.rawValue, summary(row.bulletins),
        row.lastSeen?.rfc3339 ?? "never",
      ])
    }
    return table.text
  }

  private static func summary(_ verdicts: [BulletinVerdict]) -> String {
    let open = verdicts.count { $0.state.isOpen }
    let unknown = verdicts.count { $0.state == .unknown }
    return "\(open) open, \(unknown) unknown"
  }

  private static func findings(_ report: ComplianceReport) -> String? {
    var lines: [String] = []
    for row in report.rows {
      lines += row.findings.map { finding in
        let waived = finding.waiver.map { ", waived by \($0.owner) until \($0.expires)" } ?? ""
        return "\(row.host): \(finding.text) [\(finding.source)\(waived)]"
      }
      lines += row.breaches.compactMap { breach in
        guard let fact = breach.fact else { return nil }
        let waived = breach.waiver.map { ", waived by \($0.owner) until \($0.expires)" } ?? ""
        return "\(row.host): \(breach.text) [\(fact.text)\(waived)]"
      }
      lines +=
        row.drift?.changes.map { "\(row.host): \($0.what) changed from \($0.before) to \($0.after) [drift]" } ?? []
    }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  /// How many hosts stand where with each bulletin; what counts against a host is told apart.
  private static func bulletins(_ report: ComplianceReport) -> String? {
    guard let first = report.rows.first, !first.bulletins.isEmpty else { return nil }
    let states = BulletinVerdict.State.allCases
    var table = TextTable(["BULLETIN", "CVES"] + states.map(heading) + ["ENFORCED ON"])
    for (index, bulletin) in first.bulletins.enumerated() {
      let verdicts = report.rows.map { $0.bulletins[index] }
      let counts = states.map { state in "\(verdicts.count { $0.state == state })" }
      let enforced = verdicts.count { $0.counted?.state.isOpen == true }
      let cves = bulletin.cves.isEmpty ? "-" : bulletin.cves.joined(separator: " ")
      table.add([bulletin.bulletin, cves] + counts + ["\(enforced)"])
    }
    return table.text
  }

  private static func heading(_ state: BulletinVerdict.State) -> String {
    switch state {
    case .mitigated: "MITIGATED"
    case .floorMet: "FLOOR MET"
    case .stepsOpen: "STEPS OPEN"
    case .behind: "BEHIND"
    case .unknown: "UNKNOWN"
    case .notConcerned: "NOT CONCERNED"
    }
  }

  private static func times(_ report: ComplianceReport) -> String? {
    guard let past = report.past else { return nil }
    let told = past.bulletins.filter { $0.floor != nil || $0.mitigation != nil }
    guard !told.isEmpty else { return nil }
    var table = TextTable(["TIME TO COMPLIANCE", "HOSTS", "P50", "P90", "LONGEST"])
    for time in told {
      for (name, spread) in [("floor met", time.floor), ("mitigated", time.mitigation)] {
        guard let spread else { continue }
        table.add(
          ["\(time.bulletin) \(name)", "\(spread.hosts)"]
            + [spread.p50, spread.p90, spread.longest].map(DurationText.people))
      }
    }
    return table.text
  }

  private static func waivers(_ report: ComplianceReport) -> String? {
    guard !report.waivers.isEmpty else { return nil }
    var table = TextTable(["WAIVER", "STATE", "OPEN ON", "OWNER", "EXPIRES", "REASON"])
    for status in report.waivers {
      table.add([
        status.waiver.subject.text, status.state.rawValue, "\(status.open.count) of \(status.waiver.hosts.count) hosts",
        status.waiver.owner, status.waiver.expires.description, status.waiver.reason,
      ])
    }
    return table.text
  }

  private static func advisories(_ report: ComplianceReport) -> String? {
    guard !report.advisories.isEmpty else { return nil }
    return report.advisories.map { advisory in
      let count = report.rows.count { $0.advisories.contains(advisory.id) }
      return "\(advisory.id) (\(count) hosts): \(advisory.text) [\(advisory.fact.text)]"
    }.joined(separator: "\n")
  }

  private static func servers(_ report: ComplianceReport) -> String? {
    guard let servers = report.servers else { return nil }
    guard !servers.isEmpty else { return "no SEV-SNP server runs on these hosts" }
    var table = TextTable(["PROJECT", "SERVER", "NAME", "HOST", "VERDICT", "WHY"])
    for server in servers {
      table.add([
        server.project, server.server, server.name, server.host.rawValue, server.verdict.rawValue, server.text,
      ])
    }
    let restarts = servers.filter { $0.verdict == .restart }
    let projects = Set(restarts.map(\.project)).count
    return "\(table.text)\n\(restarts.count) servers of \(projects) projects need a restart to attest higher"
  }

  private static func counts(_ report: ComplianceReport) -> String {
    let states = ComplianceRow.State.allCases.map { state in
      "\(report.rows.count { $0.state == state }) \(state.rawValue)"
    }
    let waived = report.rows.count { $0.outcome == .waived }
    let overdue = report.rows.count(where: \.isOverdue)
    return
      (states + (waived == 0 ? [] : ["\(waived) waived"]) + (overdue == 0 ? [] : ["\(overdue) overdue"]))
      .joined(separator: ", ")
  }
}
