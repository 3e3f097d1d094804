/// One host held against its target, as of its last look.
package struct ComplianceRow: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, Codable, CaseIterable {
    case compliant, behind, ahead
    /// The right version runs, another one after the next reset.
    case unstable
    case unknown
  }

  package struct Finding: Hashable, Sendable {
    package var kind: String
    package var text: String
    package var source: String
    /// How well what it rests on is known; `nil`: it was seen on the host itself.
    package var grade: FactGrade?
    /// What lets it stay for a while.
    package var waiver: ComplianceRules.Waiver?

    package init(kind: String, text: String, source: String, grade: FactGrade? = nil) {
      self.kind = kind
      self.text = text
      self.source = source
      self.grade = grade
    }

    /// Every kind that a host may be found with, besides the states that are not `compliant`.
    package static let kinds: [String] =
      ProbeFailure.Kind.allCases.map(\.rawValue) + [
        "quarantined", "neverSeen", "contradictorySources", "unknownVersion", "implausibleTCB", "contradictoryTCB",
        "reportedTCB", "committedTCB", "sevESLost", "sevLost", "snpLost", "afterResetUnknown", "armed", "unread",
        expiredWaiver, versionBlocked, ComplianceLateness.kind,
      ]
    /// A waiver's last day is over, and what it covered is still there.
    package static let expiredWaiver = "expiredWaiver"
    /// It runs what the inventory does not allow: the reason why a plan would leave it alone, too.
    package static let versionBlocked = ExclusionKind.versionBlocked.rawValue
  }

  package var host: HostID
  package var state: State
  package var target: String?
  package var running: FirmwareVersion?
  package var afterReboot: FirmwareVersion?
  package var tcb: TCBVersion?
  package var features: SEVFeatures
  package var findings: [Finding]
  package var lastSeen: Instant?
  /// Code name of the processor, `Milan-X`; `nil`: unknown.
  package var product: String?
  /// As the kernel prints it.
  package var microcode: String?
  package var tcbs = TCBAnswers()
  /// `nil`: the kernel does not show it.
  package var mitigations: MitigationVector?
  /// What each bulletin means for the host, in the facts' order; empty where no bulletin was held against it.
  package var bulletins: [BulletinVerdict] = []
  /// Why it is not compliant; empty where it is.
  package var breaches: [ComplianceBreach] = []
  /// What changed since the look before; `nil`: there was none.
  package var drift: ComplianceDrift?
  /// Ids of the advisories that speak of its processor.
  package var advisories: [String] = []
  /// `nil`: policy gives no time, it is where its target wants it, or nothing stored tells since when it is not.
  package var lateness: ComplianceLateness?

  /// What is stored of a host, and what its inventory entry wants.
  package static func judge(
    _ host: Host, observation: Observation?, failure: ProbeFailure?, floor: FloorEvidence?, quarantine: String?,
    facts: Facts
  ) -> ComplianceRow {
    var row = ComplianceRow(
      host: host.id, state: .unknown, target: host.target?.label, running: nil, afterReboot: nil, tcb: nil,
      features: SEVFeatures(sev: .unknown, sevES: .unknown, sevSNP: .unknown), findings: [],
      lastSeen: observation?.observedAt)
    if let failure { row.add(failure.kind.rawValue, "the last look failed: \(failure.text)", "probe") }
    if let quarantine { row.add("quarantined", quarantine, "journal") }
    guard let observation else {
      row.add("neverSeen", "it was never seen", "probe")
      return row
    }
    let running = RunningFirmware.judge(observation.firmware)
    let floor = FloorEvidence.inForce(observation, stored: floor)
    let after = AfterReset.judge(observation, running: running.version, floor: floor?.version)
    row.running = running.version
    row.afterReboot = after.version
    row.tcb = observation.tcb.platform
    row.tcbs = TCBAnswers(observation)
    row.microcode = observation.microcode
    row.mitigations = observation.mitigations
    row.product = observation.cpu.flatMap { facts.product(of: $0)?.text }
    row.features = SEVFeatures.judge(observation, facts: facts)
    row.addFindings(observation, running, after, facts)
    // A host that could not be reached just now may run anything by now.
    if failure == nil { row.state = row.state(host.target, observation, floor) }
    return row
  }

  private func state(_ target: FirmwareTarget?, _ observation: Observation, _ floor: FloorEvidence?) -> State {
    let wanted: FirmwareVersion? =
      switch target {
      case .version(let version)?: version
      case .named(_, let versions)?: observation.cpu.flatMap { versions[$0.familyModel] }
      case .factory?: floor?.version
      case .backup?, nil: nil
      }
    guard let wanted, let running else { return .unknown }
    if running < wanted { return .behind }
    if running > wanted { return .ahead }
    if features.sev == .lost || features.sevSNP == .lost { return .unknown }
    // Unknown is not compliant, and it is not "another version" either.
    guard let afterReboot else { return .unknown }
    return afterReboot == running ? .compliant : .unstable
  }

  private mutating func add(_ kind: String, _ text: String, _ source: String, _ grade: FactGrade? = nil) {
    findings.append(Finding(kind: kind, text: text, source: source, grade: grade))
  }

  private mutating func addFindings(
    _ observation: Observation, _ running: RunningFirmware, _ after: AfterReset, _ facts: Facts
  ) {
    switch running {
    case .known: break
    case .contradictory(let expected, let found):
      add("contradictorySources", "two sources disagree: \(expected), \(found)", "probe")
    case .unknown(let why): add("unknownVersion", why, "probe")
    }
    if let rejected = observation.tcb.rejected { add("implausibleTCB", rejected.text, "snphost") }
    if let why = observation.contradictorySNP(facts: facts) { add("contradictoryTCB", why, "snphost") }
    findings += tcbs.mismatches
    // Where SEV itself does not start, SEV-ES is not lost to SNP.
    if features.sevES == .lost, features.sev != .lost {
      add("sevESLost", "SEV-ES guests cannot start while SNP is on", "FACTS 1.4, grade A", .a)
    }
    if features.sev == .lost { add("sevLost", "SEV does not start although its firmware runs", "kernel log") }
    if features.sevSNP == .lost { add("snpLost", "SEV-SNP does not start although its firmware runs", "kernel log") }
    if let version = running.version, after.version != version {
      let text =
        after.version.map { "\($0) will run after the next reset: \(after.why)" }
        ?? "after the next reset: \(after.why)"
      add(after.version == nil ? "afterResetUnknown" : "armed", text, "firmware files")
    }
    for note in observation.notes { add("unread", "\(note.source): \(note.text)", "probe") }
  }
}

/// The whole fleet held against its targets and against the bulletins.
package struct ComplianceReport: Hashable, Sendable {
  package var at: Instant
  package var rows: [ComplianceRow]
  /// Every waiver declared, with what it covers.
  package var waivers: [WaiverStatus] = []
  package var advisories: [Facts.Advisory] = []
  /// `nil`: the past was not asked for.
  package var past: CompliancePast?
  /// `nil`: servers were not asked for.
  package var servers: [ServerAttestation]?
  /// Source key → citation, of every fact that the report rests on.
  package var sources: [String: String] = [:]

  package init(at: Instant, rows: [ComplianceRow]) {
    self.at = at
    self.rows = rows
  }

  /// Whether nothing counts against any host that no waiver covers.
  package var isCompliant: Bool {
    rows.allSatisfy { row in
      switch row.outcome {
      case .compliant, .waived: true
      case .nonCompliant, .unknown: false
      }
    }
  }
}
