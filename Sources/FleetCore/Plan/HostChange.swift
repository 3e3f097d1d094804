/// One change of one host: what must be true before (`expected`), what shall be true after (`desired`), and everything
/// that was decided on the way, so that nothing is left to choose while acting.
package struct HostChange: Hashable, Sendable, Codable {
  package enum Direction: String, Hashable, Sendable, Codable, CaseIterable { case upgrade, downgrade, factory, repair }
  package enum Activation: String, Hashable, Sendable, Codable, CaseIterable { case reload, reboot, none }

  package var host: HostID
  package var computeHost: ComputeHost
  /// 1-based.
  package var wave: Int
  package var expected: FirmwareVersion
  /// `nil` only for `factory` with an unknown BIOS copy.
  package var desired: FirmwareVersion?
  /// `nil` for `factory`.
  package var image: FirmwareImage?
  package var direction: Direction
  package var activation: Activation
  /// Where the image is renamed to; `nil` for `factory`.
  package var stagePath: String?
  /// Files that must go: everything the kernel could load (`factory` only).
  package var removePaths: [String]
  package var kernelChange: KernelChange?
  /// The kernel whose initramfs must be rebuilt after staging, because `ccp` starts from it.
  package var rebuildInitramfs: String?
  package var floor: FirmwareVersion?
  package var drain: DrainPlan
  package var sevES: SEVESImpact
  package var attestation: AttestationImpact
  package var package: PackageTreatment?
  /// Where it stands among the others; `nil` in plans that were made before there were waves.
  package var standing: Standing?
  package var reasons: [Reason]
  /// Bulletins that a way back re-opens, or may; `nil`: it is none.
  package var reopens: [ReopenedBulletin]?

  package init(
    host: HostID, computeHost: ComputeHost, wave: Int = 1, expected: FirmwareVersion, desired: FirmwareVersion?,
    image: FirmwareImage?, direction: Direction, activation: Activation, stagePath: String? = nil,
    removePaths: [String] = [], kernelChange: KernelChange? = nil, rebuildInitramfs: String? = nil,
    floor: FirmwareVersion? = nil, drain: DrainPlan = DrainPlan(), sevES: SEVESImpact, attestation: AttestationImpact,
    package: PackageTreatment? = nil, standing: Standing? = nil, reasons: [Reason],
    reopens: [ReopenedBulletin]? = nil
  ) {
    self.host = host
    self.computeHost = computeHost
    self.wave = wave
    self.expected = expected
    self.desired = desired
    self.image = image
    self.direction = direction
    self.activation = activation
    self.stagePath = stagePath
    self.removePaths = removePaths
    self.kernelChange = kernelChange
    self.rebuildInitramfs = rebuildInitramfs
    self.floor = floor
    self.drain = drain
    self.sevES = sevES
    self.attestation = attestation
    self.package = package
    self.standing = standing
    self.reasons = reasons
    self.reopens = reopens
  }

  /// The steps of this change, in order (RULES O). Steps that do not apply are reported, not left out.
  package var steps: [Step] { Step.allCases.filter(applies) }

  package func applies(_ step: Step) -> Bool {
    let activates = activation != .none
    let inNova = computeHost.name != nil
    switch step {
    case .observe, .backup, .prepare, .stage, .verify: return true
    case .cordon, .uncordon: return activates && inNova
    case .drain, .proveEmpty, .activate: return activates
    }
  }
}

/// One decision with the rule that made it.
package struct Reason: Hashable, Sendable, Codable {
  package var rule: String
  package var text: String

  package init(_ rule: String, _ text: String) {
    self.rule = rule
    self.text = text
  }
}

/// A reset would also change the kernel (RULES A3).
package struct KernelChange: Hashable, Sendable, Codable {
  package var from: String?
  package var to: String?

  package init(from: String?, to: String?) {
    self.from = from
    self.to = to
  }
}

/// What happens to the servers of a host, as planned.
package struct DrainPlan: Hashable, Sendable, Codable {
  package var needed: Bool
  package var servers: [ServerMove]
  /// Anti-affinity groups of the servers that are moved or switched off, by id, sorted; `nil`: none is known.
  package var peerGroups: [String]?

  package init(needed: Bool = false, servers: [ServerMove] = [], peerGroups: [String]? = nil) {
    self.needed = needed
    self.servers = servers
    self.peerGroups = peerGroups
  }

  /// Servers that are switched off by this plan (RULES D2).
  package var restarts: [ServerMove] { servers.filter { $0.move == .stop || ($0.move == .cold && $0.wasRunning) } }
}

/// One server and the one thing that may happen to it.
package struct ServerMove: Hashable, Sendable, Codable {
  package enum Move: String, Hashable, Sendable, Codable, CaseIterable { case live, cold, stop, leave, blocked }

  package var id: String
  package var name: String
  package var project: String
  package var model: EncryptionModel
  package var move: Move
  /// Hosts to name to Nova, best first; empty: the scheduler chooses (live) or nothing moves.
  package var destinations: [String]
  package var why: String
  package var rule: String
  /// Whether the guest runs now, so that a cold move or a stop switches it off.
  package var wasRunning: Bool
  /// What its flavor says of moving it; `nil`: not told, as in plans that were made before sevfleet asked.
  package var burden: MoveBurden?
  /// `nil`: nothing is copied, or a size is not told.
  package var estimate: MoveEstimate?

  package init(
    id: String, name: String, project: String, model: EncryptionModel, move: Move, destinations: [String] = [],
    why: String, rule: String, wasRunning: Bool, burden: MoveBurden? = nil, estimate: MoveEstimate? = nil
  ) {
    self.id = id
    self.name = name
    self.project = project
    self.model = model
    self.move = move
    self.destinations = destinations
    self.why = why
    self.rule = rule
    self.wasRunning = wasRunning
    self.burden = burden
    self.estimate = estimate
  }
}

/// What the change does to SEV-ES guests (RULES S).
package struct SEVESImpact: Hashable, Sendable, Codable {
  package enum Verdict: String, Hashable, Sendable, Codable, CaseIterable { case kept, lost, regained, unused, unknown }

  package var verdict: Verdict
  /// SEV-ES servers concerned, by id.
  package var servers: [String]
  package var text: String
  /// Whether somebody accepted a loss; the acceptance is for exactly `servers`.
  package var accepted: Bool

  package init(verdict: Verdict, servers: [String] = [], text: String, accepted: Bool = false) {
    self.verdict = verdict
    self.servers = servers
    self.text = text
    self.accepted = accepted
  }

  /// Whether the change may go on.
  package var passes: Bool {
    switch verdict {
    case .kept, .regained, .unused: true
    case .lost, .unknown: accepted
    }
  }

  /// Whether guests of that model can no longer start here afterwards (RULES E3).
  package var takesAway: Bool { verdict == .lost || verdict == .unknown }
}

/// What guests that attest will notice (FACTS 1.6, failure 13).
package struct AttestationImpact: Hashable, Sendable, Codable {
  package var vcekChanges: Bool
  package var reportedTCBReset: Bool
  package var vlekLost: Bool
  /// Versions of the reports before and after; `nil`: both unknown, or no SNP.
  package var reportVersion: ReportVersionStep?

  package init(
    vcekChanges: Bool = false, reportedTCBReset: Bool = false, vlekLost: Bool = false,
    reportVersion: ReportVersionStep? = nil
  ) {
    self.vcekChanges = vcekChanges
    self.reportedTCBReset = reportedTCBReset
    self.vlekLost = vlekLost
    self.reportVersion = reportVersion
  }

  /// What those who verify guests must know of the report version; `nil`: nothing changes.
  package var reportSentence: String? {
    guard vcekChanges else { return nil }
    switch (reportVersion?.before, reportVersion?.after) {
    case (let before?, let after?):
      return before == after ? nil : "guest verifiers must accept report version \(after), which was \(before)"
    case (nil, let after?): return "guest verifiers must accept report version \(after); what it was is unknown"
    case (let before?, nil): return "the report version was \(before) and may change: what it will be is unknown"
    case (nil, nil): return "whether guest verifiers must accept another report version is unknown"
    }
  }
}

/// Versions of SNP attestation reports as facts of grade A or B give them for exactly these builds; `nil` is unknown.
package struct ReportVersionStep: Hashable, Sendable, Codable {
  package var before: Int?
  package var after: Int?

  package init(before: Int?, after: Int?) {
    self.before = before
    self.after = after
  }
}

/// A package owns the file that would be replaced, and what policy does about it (RULES P).
package struct PackageTreatment: Hashable, Sendable, Codable {
  package var name: String
  package var treatment: Policy.Packages

  package init(name: String, treatment: Policy.Packages) {
    self.name = name
    self.treatment = treatment
  }
}
