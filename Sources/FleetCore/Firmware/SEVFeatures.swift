/// Whether guests of one kind can run now: the effective state, not the module parameter (RULES V3).
package enum FeatureVerdict: String, Hashable, Sendable, Codable, CaseIterable { case usable, lost, off, unknown }

/// The verdicts on SEV, SEV-ES and SEV-SNP of one host at one time.
package struct SEVFeatures: Hashable, Sendable, Codable {
  package var sev: FeatureVerdict
  package var sevES: FeatureVerdict
  package var sevSNP: FeatureVerdict

  package init(sev: FeatureVerdict, sevES: FeatureVerdict, sevSNP: FeatureVerdict) {
    self.sev = sev
    self.sevES = sevES
    self.sevSNP = sevSNP
  }

  package static func judge(_ observation: Observation, facts: Facts) -> SEVFeatures {
    let generation = observation.cpu.flatMap { facts.generation(of: $0) }
    let errors = observation.firmware.kernelLog?.currentInitErrors ?? []
    let failed = errors.contains { !$0.isSNP }
    let sev = verdict(observation.parameters.sev, failed: failed)
    let snp = snpVerdict(observation, generation: generation, failed: !errors.isEmpty)
    let sevES =
      failed
      ? verdict(observation.parameters.sevES, failed: true)
      : esVerdict(observation, generation: generation, snp: snp, facts: facts)
    return SEVFeatures(sev: sev, sevES: sevES, sevSNP: snp)
  }

  /// A parameter that says Y proves nothing once INIT failed; one that says N without a failure was switched off.
  private static func verdict(_ parameter: Bool?, failed: Bool) -> FeatureVerdict {
    switch parameter {
    case true?: failed ? .lost : .usable
    case false?: failed ? .lost : .off
    case nil: .unknown
    }
  }

  private static func snpVerdict(
    _ observation: Observation, generation: SEVGeneration?, failed: Bool
  ) -> FeatureVerdict {
    guard let generation else { return .unknown }
    guard generation.hasSNP else { return .off }
    if let parameter = observation.parameters.sevSNP { return verdict(parameter, failed: failed) }
    // Kernels without the parameter: what the driver, then kvm, then the silence of a whole log says.
    guard let log = observation.firmware.kernelLog else { return .unknown }
    if log.startedSNP { return verdict(true, failed: failed) }
    if let said = log.snpEnabled { return verdict(said, failed: failed) }
    let others = observation.parameters
    let isSilent = log.reachesBoot && log.hasRMPTable != true && !log.apis.contains(where: \.isSNP)
    return isSilent && (others.sev != nil || others.sevES != nil) ? .off : .unknown
  }

  private static func esVerdict(
    _ observation: Observation, generation: SEVGeneration?, snp: FeatureVerdict, facts: Facts
  ) -> FeatureVerdict {
    if observation.parameters.sevES == false { return .off }
    guard let generation, observation.parameters.sevES != nil else { return .unknown }
    // The kernel that says so asked the firmware that runs, whatever a level says.
    if observation.firmware.kernelLog?.sevESUnusable == true { return .lost }
    switch snp {
    case .off, .lost: return .usable
    case .usable, .unknown: break
    }
    // Two levels that disagree: neither is the one the kernel judges by, and a version is no third vote (FACTS 5).
    if observation.contradictorySNP(facts: facts) != nil { return .unknown }
    let rule = SEVESRule(facts: facts, generation: generation)
    switch rule.refusal(currentSNP: observation.currentSNP(facts: facts)?.level, version: runningVersion(observation)) {
    case .kept: return .usable
    case .lost: return snp == .usable ? .lost : .unknown
    case .unknown: return .unknown
    }
  }

  private static func runningVersion(_ observation: Observation) -> FirmwareVersion? {
    RunningFirmware.judge(observation.firmware).version
  }
}

/// The rule that says from which firmware on SEV-ES is refused while SNP is on (FACTS 1.4).
package struct SEVESRule: Sendable {
  package enum Answer: Hashable, Sendable { case kept, lost, unknown }

  package var facts: Facts
  package var generation: SEVGeneration

  package init(facts: Facts, generation: SEVGeneration) {
    self.facts = facts
    self.generation = generation
  }

  /// Decides by the SNP security version where known, else by the build where a fact allows it.
  package func refusal(currentSNP: Int?, version: FirmwareVersion?) -> Answer {
    guard let threshold = facts.sevESRefusals.first(where: { $0.zen == generation.zen }) else {
      // Without SNP nothing refuses SEV-ES; a generation with SNP that no fact speaks of is unknown.
      return generation.hasSNP ? .unknown : .kept
    }
    if let currentSNP { return currentSNP >= threshold.fromSNP ? .lost : .kept }
    guard let version else { return .unknown }
    if let level = facts.spl(of: version, generation: generation.name), level.fact.grade <= .b {
      return level.level >= threshold.fromSNP ? .lost : .kept
    }
    guard let range = facts.sevESByVersion.first(where: { $0.generation == generation.name }) else { return .unknown }
    if version <= range.lastKept { return .kept }
    if version >= range.firstLost { return .lost }
    return .unknown
  }

  /// The same for an image: its header's SPL counts.
  ///
  /// A 0 on Zen 3 and newer is unknown (RULES S): a version may then say that SEV-ES is lost, never that it is kept.
  package func refusal(image: FirmwareImage) -> Answer {
    guard image.spl == 0, generation.zen >= 3 else {
      return refusal(currentSNP: image.spl, version: image.version)
    }
    switch refusal(currentSNP: nil, version: image.version) {
    case .lost: return .lost
    case .kept, .unknown: return .unknown
    }
  }
}

extension Observation {
  /// The SNP security version that runs: read by snphost, or derived from the running build's SPL (RULES V2).
  ///
  /// `nil` where the two disagree: a level that decides over SEV-ES is never chosen between two sources.
  package func currentSNP(facts: Facts) -> (level: Int, source: TCBReading.Source)? {
    if let platform = tcb.platform {
      return contradictorySNP(facts: facts) == nil ? (Int(platform.snp), .snphost) : nil
    }
    guard let cpu, let generation = facts.generation(of: cpu), generation.hasSNP,
      let version = RunningFirmware.judge(firmware).version
    else { return nil }
    if let level = ownLevel(cpu, version) { return (level, .derived) }
    if let fact = facts.spl(of: version, generation: generation.name), fact.fact.grade <= .b {
      return (fact.level, .derived)
    }
    return nil
  }

  /// Both levels in one sentence, where snphost's and that of the running build's own file differ.
  package func contradictorySNP(facts: Facts) -> String? {
    guard let platform = tcb.platform, let cpu, facts.generation(of: cpu)?.hasSNP == true,
      let version = RunningFirmware.judge(firmware).version, let own = ownLevel(cpu, version),
      own != Int(platform.snp)
    else { return nil }
    return "snphost says SNP level \(platform.snp), the file of \(version) says \(own), so the level is unknown"
  }

  /// The one level in the headers of this CPU's files of a version; another CPU's file of that version says nothing.
  private func ownLevel(_ cpu: CPUIdentity, _ version: FirmwareVersion) -> Int? {
    let own = files.filter { $0.version == version && EffectiveFile.isNamed($0.path, for: cpu) }
    let levels = Set(own.compactMap(\.spl).filter { $0 > 0 })
    return levels.count == 1 ? levels.first : nil
  }
}
