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

    package init(kind: String, text: String, source: String) {
      self.kind = kind
      self.text = text
      self.source = source
    }
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

  private mutating func add(_ kind: String, _ text: String, _ source: String) {
    findings.append(Finding(kind: kind, text: text, source: source))
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
    if let reported = observation.tcb.reported, let platform = observation.tcb.platform, reported != platform {
      add("reportedTCB", "the reported TCB is pinned below what runs (SNP_CONFIG)", "snphost")
    }
    // Where SEV itself does not start, SEV-ES is not lost to SNP.
    if features.sevES == .lost, features.sev != .lost {
      add("sevESLost", "SEV-ES guests cannot start while SNP is on", "FACTS 1.4, grade A")
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

/// The whole fleet held against its targets.
package struct ComplianceReport: Hashable, Sendable {
  package var at: Instant
  package var rows: [ComplianceRow]

  package init(at: Instant, rows: [ComplianceRow]) {
    self.at = at
    self.rows = rows
  }

  package var isCompliant: Bool { rows.allSatisfy { $0.state == .compliant } }
}
