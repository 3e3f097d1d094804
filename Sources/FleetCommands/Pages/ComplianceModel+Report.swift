import FleetCore
import FleetFormats
import FleetPages

extension ComplianceModel {
  /// The report as pages and the printed file show it. `hosts`: as the inventory declares them.
  init(_ report: ComplianceReport, hosts: [FleetCore.Host], isPast: Bool) {
    let domains = Dictionary(hosts.map { ($0.id, $0.failureDomain) }, uniquingKeysWith: { first, _ in first })
    self.init(
      at: report.at, isPast: isPast, hosts: report.rows.map { Host($0, domain: domains[$0.host] ?? nil) },
      bulletins: Self.bulletins(report), days: report.past?.days.map(Day.init) ?? [],
      waivers: report.waivers.map(Waiver.init), restarts: Self.restarts(report.servers ?? []),
      advisories: report.advisories.map { Advisory(text: $0.text, fact: $0.fact) })
  }

  private static func bulletins(_ report: ComplianceReport) -> [Bulletin] {
    var order: [String] = []
    var known: [String: Bulletin] = [:]
    let times = Dictionary(
      (report.past?.bulletins ?? []).map { ($0.bulletin, $0) }, uniquingKeysWith: { first, _ in first })
    for verdict in report.rows.flatMap(\.bulletins) {
      if known[verdict.bulletin] == nil {
        order.append(verdict.bulletin)
        known[verdict.bulletin] = Bulletin(
          id: verdict.bulletin, title: verdict.title, counts: [:],
          timeToCompliance: times[verdict.bulletin]?.mitigationOrFloor, fact: verdict.fact)
      }
      known[verdict.bulletin]?.counts[BulletinStanding(verdict.state), default: 0] += 1
    }
    return order.compactMap { known[$0] }
  }

  private static func restarts(_ servers: [ServerAttestation]) -> [Restart] {
    servers.filter { $0.verdict == .restart }.map { server in
      Restart(
        project: server.project, server: server.name.isEmpty ? server.server : "\(server.name) (\(server.server))",
        host: server.host.rawValue, launchedOn: server.launchTCB?.text, wouldAttest: server.hostTCB?.text ?? "unknown")
    }
  }
}

extension TimeToCompliance {
  /// How long hosts took, in words.
  fileprivate var mitigationOrFloor: String? {
    guard let spread = mitigation ?? floor else { return nil }
    return
      "\(PageText.count(spread.hosts, "host")): half within \(PageText.duration(spread.p50)), nine of ten within "
      + "\(PageText.duration(spread.p90)), all within \(PageText.duration(spread.longest))"
  }
}

extension BulletinStanding {
  init(_ state: BulletinVerdict.State) {
    self =
      switch state {
      case .behind: .behind
      case .stepsOpen: .stepsOpen
      case .unknown: .unknown
      case .floorMet: .floorMet
      case .mitigated: .mitigated
      case .notConcerned: .notConcerned
      }
  }
}

extension ComplianceModel.Day {
  /// Hosts that nobody had looked at are unknown.
  init(_ day: CompliancePast.Day) {
    var counts = day.states
    if day.unseen > 0 { counts[.unknown, default: 0] += day.unseen }
    self.init(at: day.day.start, counts: counts)
  }
}

extension ComplianceModel.Waiver {
  /// Hosts named in one cell; the file has them all.
  private static let mostNamed = 12

  init(_ status: WaiverStatus) {
    let waiver = status.waiver
    self.init(
      hosts: NameList.text(waiver.hosts.map(\.rawValue).sorted(), atMost: Self.mostNamed), subject: waiver.subject.text,
      owner: waiver.owner,
      reason: waiver.reason, expires: "\(waiver.expires)", isExpired: status.state == .expired)
  }
}

extension ComplianceRules.Waiver {
  /// Who lets it be until when.
  fileprivate var text: String { "\(owner) until \(expires): \(reason)" }
}

extension ComplianceModel.Host {
  init(_ row: ComplianceRow, domain: String?) {
    self.init(
      host: row.host.rawValue, domain: domain, state: row.state, target: row.target,
      running: row.running?.description, afterReset: row.afterReboot?.description,
      tcbs: .init(current: row.tcbs.current, committed: row.tcbs.committed, reported: row.tcbs.reported),
      features: row.features,
      findings: row.findings.map { finding in
        .init(
          kind: finding.kind, text: finding.text, source: finding.source, grade: finding.grade,
          isEnforced: row.breaches.contains { $0.subject == .finding(finding.kind) }, waiver: finding.waiver?.text)
      },
      verdicts: row.bulletins.map { verdict in
        let breach = row.breaches.first { $0.subject == .bulletin(verdict.bulletin) }
        return .init(
          bulletin: verdict.bulletin, standing: BulletinStanding(verdict.state), text: verdict.text,
          fact: verdict.fact, isEnforced: breach != nil, waiver: breach?.waiver?.text)
      }, drift: Self.drift(row.drift), lastSeen: row.lastSeen)
  }

  private static func drift(_ drift: ComplianceDrift?) -> String? {
    guard let drift, !drift.changes.isEmpty else { return nil }
    return drift.changes.map { "\($0.what) \($0.before) → \($0.after)" }.joined(separator: "; ")
  }
}
