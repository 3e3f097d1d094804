import FleetCore

/// One host of `sevfleet.compliance/1`.
package struct ComplianceHostDocument: Encodable, Sendable {
  package struct WaivedBy: Encodable, Sendable {
    var owner: String
    var reason: String
    var expires: CivilDate

    init(_ waiver: ComplianceRules.Waiver) {
      owner = waiver.owner
      reason = waiver.reason
      expires = waiver.expires
    }
  }

  package struct Finding: Encodable, Sendable {
    var kind: String
    var text: String
    var source: String
    /// `null`: it was seen on the host itself.
    var grade: FactGrade?
    var waiver: WaivedBy?

    init(_ finding: ComplianceRow.Finding) {
      kind = finding.kind
      text = finding.text
      source = finding.source
      grade = finding.grade
      waiver = finding.waiver.map(WaivedBy.init)
    }
  }

  /// Why the host is not compliant.
  package struct Breach: Encodable, Sendable {
    /// A bulletin, or the state against the target.
    var subject: String
    var text: String
    var unknown: Bool
    var grade: FactGrade?
    var sources: [String]
    var waiver: WaivedBy?

    init(_ breach: ComplianceBreach) {
      subject = breach.subject.text
      text = breach.text
      unknown = breach.isUnknown
      grade = breach.fact?.grade
      sources = breach.fact?.sources ?? []
      waiver = breach.waiver.map(WaivedBy.init)
    }
  }

  package struct Drift: Encodable, Sendable {
    package struct Change: Encodable, Sendable {
      var what: String
      var before: String
      var after: String
    }

    /// Time of the look before.
    var since: Instant
    var changes: [Change]

    init(_ drift: ComplianceDrift) {
      since = drift.since
      changes = drift.changes.map { Change(what: $0.what, before: $0.before, after: $0.after) }
    }
  }

  /// Each is `null` where it is unknown.
  package struct TCBs: Encodable, Sendable {
    var current: TCBVersion?
    var committed: TCBVersion?
    var committedFrom: String?
    var reported: TCBVersion?

    init(_ answers: TCBAnswers) {
      current = answers.current
      committed = answers.committed
      committedFrom = answers.committedFrom
      reported = answers.reported
    }
  }

  /// Numbers of the bits that are set; each `null` where it is unknown.
  package struct Mitigations: Encodable, Sendable {
    var supported: [Int]?
    var verified: [Int]?

    init(_ vector: MitigationVector) {
      supported = vector.supported
      verified = vector.verified
    }
  }

  var host: HostID
  var state: ComplianceRow.State
  var outcome: ComplianceRow.Outcome
  var target: String?
  var product: String?
  var running: FirmwareVersion?
  var afterReboot: FirmwareVersion?
  /// The current one, as before there were three.
  var tcb: TCBVersion?
  var tcbs: TCBs
  var microcode: String?
  /// `null`: the kernel does not show it.
  var mitigations: Mitigations?
  var features: SEVFeatures
  var findings: [Finding]
  var breaches: [Breach]
  var bulletins: [BulletinDocument]
  /// `null`: there was no look before.
  var drift: Drift?
  var advisories: [String]
  var lastSeen: Instant?
  /// Since when it has not been seen where its target wants it; `null`: nobody counts, or nobody can tell.
  var behindSince: Instant?
  /// Until when policy lets it; `null` as above.
  var due: Instant?
  /// Whether that is over, and no waiver covers it.
  var overdue: Bool

  init(_ row: ComplianceRow) {
    host = row.host
    state = row.state
    outcome = row.outcome
    target = row.target
    product = row.product
    running = row.running
    afterReboot = row.afterReboot
    tcb = row.tcb
    tcbs = TCBs(row.tcbs)
    microcode = row.microcode
    mitigations = row.mitigations.map(Mitigations.init)
    features = row.features
    findings = row.findings.map(Finding.init)
    breaches = row.breaches.map(Breach.init)
    bulletins = row.bulletins.map(BulletinDocument.init)
    drift = row.drift.map(Drift.init)
    advisories = row.advisories
    lastSeen = row.lastSeen
    behindSince = row.lateness?.since
    due = row.lateness?.due
    overdue = row.isOverdue
  }
}

/// What one bulletin means for one host.
package struct BulletinDocument: Encodable, Sendable {
  package struct Check: Encodable, Sendable {
    /// `snp`, `microcode`, …
    var requirement: String
    var product: String
    /// In words.
    var wanted: String
    var state: RequirementCheck.State
    var found: String?
    /// Why it is unknown.
    var why: String?
    var grade: FactGrade
    var sources: [String]
    var enforced: Bool

    init(_ check: RequirementCheck) {
      requirement = check.requirement.kind
      product = check.product
      wanted = check.requirement.text
      state = check.state
      found = check.found
      why = check.why
      grade = check.fact.grade
      sources = check.fact.sources
      enforced = check.isEnforced
    }
  }

  package struct Step: Encodable, Sendable {
    var text: String
    var done: Bool
    var by: String?
    var at: CivilDate?
    var grade: FactGrade
    var sources: [String]
    var enforced: Bool

    init(_ step: StepCheck) {
      text = step.text
      done = step.isDone
      by = step.by
      at = step.at
      grade = step.fact.grade
      sources = step.fact.sources
      enforced = step.isEnforced
    }
  }

  var bulletin: String
  var cves: [String]
  var name: String?
  var state: BulletinVerdict.State
  var text: String
  var grade: FactGrade
  var sources: [String]
  /// Whether the state counts against the host.
  var enforced: Bool
  var checks: [Check]
  var steps: [Step]

  init(_ verdict: BulletinVerdict) {
    bulletin = verdict.bulletin
    cves = verdict.cves
    name = verdict.name
    state = verdict.state
    text = verdict.text
    grade = verdict.fact.grade
    sources = verdict.fact.sources
    enforced = verdict.isEnforced
    checks = verdict.checks.map(Check.init)
    steps = verdict.steps.map(Step.init)
  }
}
