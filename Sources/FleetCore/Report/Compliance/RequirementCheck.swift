/// One requirement of one bulletin held against one host.
package struct RequirementCheck: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, Codable, CaseIterable { case met, notMet, unknown }

  /// The product whose requirement it is.
  package var product: String
  package var requirement: Bulletin.Requirement
  package var state: State
  /// What the host shows; `nil`: nothing that could be held against it.
  package var found: String?
  /// Why it is unknown; `nil`: it is not.
  package var why: String?
  package var fact: Fact
  /// Whether it counts against the host (`ComplianceRules.isEnforced`).
  package var isEnforced: Bool

  package init(
    product: String, requirement: Bulletin.Requirement, state: State, found: String?, why: String? = nil, fact: Fact,
    isEnforced: Bool
  ) {
    self.product = product
    self.requirement = requirement
    self.state = state
    self.found = found
    self.why = why
    self.fact = fact
    self.isEnforced = isEnforced
  }

  /// Whether a look can measure it by itself; which AGESA a BIOS has is only somebody's word.
  package var isMeasured: Bool {
    switch requirement {
    case .agesa: false
    case .firmware, .snp, .microcode, .microcodeTCB, .mitigationBit: true
    }
  }

  /// Whether it is a floor; a mitigation bit says that something was done, whatever the levels are.
  package var isFloor: Bool {
    switch requirement {
    case .agesa, .firmware, .snp, .microcode, .microcodeTCB: true
    case .mitigationBit: false
    }
  }
}

/// One extra step of one bulletin on one host.
package struct StepCheck: Hashable, Sendable {
  /// In the bulletin's words.
  package var text: String
  package var fact: Fact
  /// Whether it counts against the host while it is open (`ComplianceRules.isEnforced`).
  package var isEnforced: Bool
  /// Who said that it was done, and when; `nil`: nobody did.
  package var by: String?
  package var at: CivilDate?

  package init(text: String, fact: Fact, isEnforced: Bool, by: String?, at: CivilDate?) {
    self.text = text
    self.fact = fact
    self.isEnforced = isEnforced
    self.by = by
    self.at = at
  }

  package var isDone: Bool { by != nil }
}

/// What one look tells that requirements can be held against. Every value may be unknown.
struct MeasuredHost {
  var product: ProductIdentity
  var cpu: CPUIdentity
  var firmware: FirmwareVersion?
  var snp: Int?
  /// Why the level is not known, where two sources disagree.
  var snpProblem: String?
  var microcodeLevel: Int?
  var microcode: MicrocodeRevision?
  var bios: String?
  var mitigations: MitigationVector?

  init(_ seen: Observation, cpu: CPUIdentity, product: ProductIdentity, facts: Facts) {
    self.product = product
    self.cpu = cpu
    firmware = RunningFirmware.judge(seen.firmware).version
    snp = seen.currentSNP(facts: facts)?.level
    snpProblem = seen.contradictorySNP(facts: facts)
    microcodeLevel = seen.tcb.platform.map { Int($0.microcode) }
    microcode = seen.microcode.flatMap { MicrocodeRevision(text: $0) }
    bios = seen.bios
    mitigations = seen.mitigations
  }

  /// `isMet`: `nil` with the reason where nothing can be said.
  func judge(
    _ requirement: Bulletin.Requirement, agesa: [ComplianceRules.AGESAStatement]
  ) -> (isMet: Bool?, found: String?, why: String?) {
    switch requirement {
    case .agesa(let name): return judgeAGESA(name, agesa)
    case .firmware(let least):
      guard let firmware else { return (nil, nil, "the firmware version is unknown") }
      return (firmware >= least, "\(firmware)", nil)
    case .snp(let least):
      guard let snp else { return (nil, nil, snpProblem ?? "the SNP level is unknown") }
      return (snp >= least, "\(snp)", nil)
    case .microcode(let least): return judgeMicrocode(MicrocodeRevision(least))
    case .microcodeTCB(let least):
      guard let microcodeLevel else { return (nil, nil, "the microcode level of the TCB is unknown") }
      return (microcodeLevel >= least, "\(microcodeLevel)", nil)
    case .mitigationBit(let bit):
      guard let verified = mitigations?.verified else { return (nil, nil, "the kernel shows no mitigation vector") }
      let found = verified.contains(bit)
      let text =
        found ? "verified" : mitigations?.supported?.contains(bit) == true ? "supported, not verified" : "not verified"
      return (found, text, nil)
    }
  }

  private func judgeMicrocode(_ least: MicrocodeRevision) -> (isMet: Bool?, found: String?, why: String?) {
    guard let microcode else { return (nil, nil, "the microcode revision is unknown") }
    guard least.cpu == cpu else {
      return (nil, "\(microcode)", "\(least) is for stepping \(least.cpu.stepping) of another processor than this one")
    }
    guard microcode.cpu == cpu else { return (nil, "\(microcode)", "\(microcode) is for another processor") }
    return (microcode.number >= least.number, "\(microcode)", nil)
  }

  private func judgeAGESA(
    _ name: String, _ statements: [ComplianceRules.AGESAStatement]
  ) -> (isMet: Bool?, found: String?, why: String?) {
    guard let bios else { return (nil, nil, "the BIOS version is unknown") }
    // The most exact one counts.
    let own = statements.filter { $0.covers(bios) }.max { $0.bios.utf8.count < $1.bios.utf8.count }
    guard let own else { return (nil, bios, "nobody said which AGESA the BIOS \(bios) has") }
    let found = "\(own.version), said \(own.by) of \(bios)"
    guard let has = AGESAVersion(own.version), let least = AGESAVersion(name), let isMet = has.isAtLeast(least) else {
      return (nil, found, "\(own.version) and \(name) cannot be compared")
    }
    return (isMet, found, nil)
  }
}
