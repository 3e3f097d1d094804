package import FleetCore

extension ComplianceModel {
  /// One host, as of its last look.
  package struct Host: Hashable, Sendable {
    package var host: String
    package var domain: String?
    package var state: ComplianceRow.State
    package var target: String?
    package var running: String?
    package var afterReset: String?
    package var tcbs: TCBs
    package var features: SEVFeatures
    package var findings: [Statement]
    package var verdicts: [Verdict]
    /// What changed since the look before, in words; `nil`: nothing did.
    package var drift: String?
    package var lastSeen: Instant?

    package init(
      host: String, domain: String?, state: ComplianceRow.State, target: String?, running: String?,
      afterReset: String?, tcbs: TCBs, features: SEVFeatures, findings: [Statement], verdicts: [Verdict],
      drift: String?, lastSeen: Instant?
    ) {
      self.host = host
      self.domain = domain
      self.state = state
      self.target = target
      self.running = running
      self.afterReset = afterReset
      self.tcbs = tcbs
      self.features = features
      self.findings = findings
      self.verdicts = verdicts
      self.drift = drift
      self.lastSeen = lastSeen
    }
  }

  /// Three answers to one question: what runs, what cannot be gone back behind, and what attestation shows.
  package struct TCBs: Hashable, Sendable {
    package var current: TCBVersion?
    package var committed: TCBVersion?
    package var reported: TCBVersion?

    package init(current: TCBVersion?, committed: TCBVersion?, reported: TCBVersion?) {
      self.current = current
      self.committed = committed
      self.reported = reported
    }
  }

  /// One finding, with what it rests on.
  package struct Statement: Hashable, Sendable {
    package var kind: String
    package var text: String
    package var source: String
    /// `nil`: it rests on what was seen, not on a fact.
    package var grade: FactGrade?
    /// Whether it counts against the host.
    package var isEnforced: Bool
    /// Who lets it be until when, in words; `nil`: nobody does.
    package var waiver: String?

    package init(
      kind: String, text: String, source: String, grade: FactGrade?, isEnforced: Bool, waiver: String?
    ) {
      self.kind = kind
      self.text = text
      self.source = source
      self.grade = grade
      self.isEnforced = isEnforced
      self.waiver = waiver
    }
  }

  /// What one bulletin means for the host.
  package struct Verdict: Hashable, Sendable {
    package var bulletin: String
    package var standing: BulletinStanding
    package var text: String
    package var fact: Fact
    package var isEnforced: Bool
    package var waiver: String?

    package init(
      bulletin: String, standing: BulletinStanding, text: String, fact: Fact, isEnforced: Bool, waiver: String?
    ) {
      self.bulletin = bulletin
      self.standing = standing
      self.text = text
      self.fact = fact
      self.isEnforced = isEnforced
      self.waiver = waiver
    }
  }
}
