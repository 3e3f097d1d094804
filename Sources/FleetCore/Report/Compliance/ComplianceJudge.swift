/// Judges one host as of one time: its target, every bulletin, waivers, and what changed.
package struct ComplianceJudge: Sendable {
  /// What is stored of a host.
  package struct Evidence: Sendable {
    /// The newest look that saw something.
    package var seen: Observation?
    /// Why the newest look saw nothing; `nil`: it did.
    package var failure: ProbeFailure?
    /// The look before `seen` that saw something.
    package var before: Observation?
    package var floor: FloorEvidence?
    package var quarantine: String?
    package var lateness: ComplianceLateness?

    package init(
      seen: Observation?, failure: ProbeFailure? = nil, before: Observation? = nil, floor: FloorEvidence? = nil,
      quarantine: String? = nil, lateness: ComplianceLateness? = nil
    ) {
      self.seen = seen
      self.failure = failure
      self.before = before
      self.floor = floor
      self.quarantine = quarantine
      self.lateness = lateness
    }
  }

  package var facts: Facts
  package var rules: ComplianceRules
  private let bulletins: BulletinJudge

  package init(facts: Facts, rules: ComplianceRules) {
    self.facts = facts
    self.rules = rules
    bulletins = BulletinJudge(facts: facts, rules: rules)
  }

  package func row(_ host: Host, _ evidence: Evidence, at instant: Instant) -> ComplianceRow {
    var row = ComplianceRow.judge(
      host, observation: evidence.seen, failure: evidence.failure, floor: evidence.floor,
      quarantine: evidence.quarantine, facts: facts)
    row.bulletins = bulletins.verdicts(host.id, seen: evidence.seen, failure: evidence.failure, at: instant)
    if let before = evidence.before, let seen = evidence.seen {
      row.drift = ComplianceDrift.between(before, seen, facts: facts)
    }
    row.advisories = advisories(evidence.seen).map(\.id)
    if let running = row.running, let folder = evidence.seen?.cpu?.familyModel,
      let refusal = host.versions[folder]?.refusal(of: running, on: instant.day)
    {
      row.findings.append(
        .init(
          kind: ComplianceRow.Finding.versionBlocked, text: "it runs \(running): \(refusal.text)", source: "inventory"))
    }
    row.lateness = evidence.lateness
    if let lateness = evidence.lateness, lateness.isOverdue(at: instant) {
      row.findings.append(
        ComplianceRow.Finding(kind: ComplianceLateness.kind, text: lateness.text, source: "policy, comply_within"))
    }
    fold(&row, at: instant)
    return row
  }

  /// The report on many hosts. Rows are as `row` makes them.
  package func report(_ rows: [ComplianceRow], at instant: Instant) -> ComplianceReport {
    var report = ComplianceReport(at: instant, rows: rows)
    report.waivers = rules.waivers.map { waiver in
      let open = rows.filter { waiver.hosts.contains($0.host) && $0.concerns(waiver.subject) }
      return WaiverStatus(
        waiver: waiver, state: waiver.isExpired(at: instant) ? .expired : .inForce, open: open.map(\.host))
    }
    let shown = Set(rows.flatMap(\.advisories))
    report.advisories = facts.advisories.filter { shown.contains($0.id) }
    let cited = report.cited
    report.sources = facts.sources.filter { cited.contains($0.key) }
    return report
  }

  private func advisories(_ seen: Observation?) -> [Facts.Advisory] {
    guard let generation = seen?.cpu.flatMap({ facts.generation(of: $0) }) else { return [] }
    return facts.advisories.filter { advisory in
      advisory.generation == generation.name
        && (advisory.id != ComplianceRules.milanAttestation || rules.milanAttestationCaveat)
    }
  }

  // MARK: State

  /// What is enforced counts; what a waiver covers still stands there, with its waiver.
  private func fold(_ row: inout ComplianceRow, at instant: Instant) {
    if row.state != .compliant {
      row.breaches.append(
        ComplianceBreach(
          subject: .finding(row.state.rawValue), text: row.deviation, isUnknown: row.state == .unknown))
    }
    for verdict in row.bulletins {
      guard let counted = verdict.counted else { continue }
      let isUnknown = counted.state == .unknown && rules.enforceUnknown
      guard counted.state.isOpen || isUnknown else { continue }
      row.breaches.append(
        ComplianceBreach(
          subject: .bulletin(verdict.bulletin), text: "\(verdict.title): \(counted.text)", isUnknown: isUnknown,
          fact: counted.fact))
    }
    // The worst counts: the right version is not enough where a bulletin asks for more.
    if row.state == .compliant, let worst = row.breaches.first(where: { !$0.isUnknown }) ?? row.breaches.first {
      row.state = worst.isUnknown ? .unknown : .behind
    }
    waive(&row, at: instant)
  }

  private func waive(_ row: inout ComplianceRow, at instant: Instant) {
    let own = rules.waivers.filter { $0.hosts.contains(row.host) }
    guard !own.isEmpty else { return }
    func inForce(_ subject: ComplianceRules.Subject) -> ComplianceRules.Waiver? {
      own.filter { $0.subject == subject && !$0.isExpired(at: instant) }.max { $0.expires < $1.expires }
    }
    let lapsed = own.filter { $0.isExpired(at: instant) && row.concerns($0.subject) && inForce($0.subject) == nil }
    for index in row.breaches.indices { row.breaches[index].waiver = inForce(row.breaches[index].subject) }
    for index in row.findings.indices {
      row.findings[index].waiver = inForce(.finding(row.findings[index].kind))
    }
    row.findings += lapsed.map { waiver in
      ComplianceRow.Finding(
        kind: ComplianceRow.Finding.expiredWaiver,
        text: "the waiver of \(waiver.subject.text) by \(waiver.owner) (\(waiver.reason)) expired on \(waiver.expires)",
        source: "\(waiver.declaredAt)")
    }
  }
}

extension ComplianceRules {
  /// The advisory that operators may switch off.
  package static let milanAttestation = "milan-attestation"
}

extension ComplianceRow {
  /// How it stands to its target, in one sentence.
  fileprivate var deviation: String {
    let wanted = target.map { "its target \($0)" } ?? "no target"
    switch state {
    case .compliant: return "it runs \(wanted)"
    case .behind: return "it runs \(running.map(\.description) ?? "an unknown version"), older than \(wanted)"
    case .ahead: return "it runs \(running.map(\.description) ?? "an unknown version"), newer than \(wanted)"
    case .unstable:
      return "it runs \(wanted), and \(afterReboot.map(\.description) ?? "an unknown version") after the next reset"
    case .unknown: return target == nil ? "it has no target" : "nobody can tell whether it is right by \(wanted)"
    }
  }

  /// Whether something stands there that a waiver of this subject would be about.
  func concerns(_ subject: ComplianceRules.Subject) -> Bool {
    switch subject {
    case .bulletin(let id):
      breaches.contains { $0.subject == subject } || bulletins.contains { $0.bulletin == id && $0.state.isOpen }
    case .finding(let kind): breaches.contains { $0.subject == subject } || findings.contains { $0.kind == kind }
    }
  }
}

extension ComplianceReport {
  /// Keys of the sources that its statements name.
  var cited: Set<String> {
    var keys = Set(advisories.flatMap(\.fact.sources))
    for row in rows {
      for verdict in row.bulletins {
        keys.formUnion(verdict.fact.sources)
        keys.formUnion(verdict.checks.flatMap(\.fact.sources))
        keys.formUnion(verdict.steps.flatMap(\.fact.sources))
      }
    }
    return keys
  }
}
