/// What a change means for those who verify guests, what a way back re-opens, and what people should know besides.
extension Decision {
  func attestation(_ seen: Seen, _ wish: Wish, _ activation: HostChange.Activation) -> AttestationImpact {
    guard activation != .none, seen.generation.hasSNP, seen.features.sevSNP != .off else {
      return AttestationImpact()
    }
    let step = ReportVersionStep(
      before: reportVersion(seen, seen.running), after: wish.version.flatMap { reportVersion(seen, $0) })
    let isKnown = step.before != nil || step.after != nil
    return AttestationImpact(
      vcekChanges: true, reportedTCBReset: true, vlekLost: true, reportVersion: isKnown ? step : nil)
  }

  /// What a user saw (C) or inferred (I) is no promise to those who verify guests.
  private func reportVersion(_ seen: Seen, _ version: FirmwareVersion) -> Int? {
    guard let told = facts.reportVersion(of: version, generation: seen.generation.name), told.fact.grade <= .b else {
      return nil
    }
    return told.number
  }

  /// What a way back re-opens; `nil` for an upgrade and a repair.
  func reopens(_ seen: Seen, _ wish: Wish, _ direction: HostChange.Direction) -> [ReopenedBulletin]? {
    switch direction {
    case .upgrade, .repair: return nil
    case .downgrade, .factory: break
    }
    let running = ReopenedBulletins.Level(
      version: seen.running, snp: seen.observation.currentSNP(facts: facts)?.level)
    let told = wish.version.flatMap { facts.spl(of: $0, generation: seen.generation.name)?.level }
    // A level 0 in a header says nothing on Zen 3 and newer (RULES S).
    let header = wish.image.flatMap { $0.spl == 0 && seen.generation.zen >= 3 ? nil : $0.spl }
    let desired = ReopenedBulletins.Level(version: wish.version, snp: header ?? told)
    return ReopenedBulletins(facts, generation: seen.generation).between(running, desired)
  }

  func notes(_ seen: Seen, _ wish: Wish) -> [Reason] {
    var notes: [Reason] = []
    if seen.observation.kexecLoaded == true {
      notes.append(Reason("A2", "a kexec kernel is loaded and is unloaded before a reset: kexec resets no firmware"))
    }
    if let rejected = seen.observation.tcb.rejected {
      notes.append(Reason("V2", "snphost prints a TCB that cannot be true, so it is unknown: \(rejected.text)"))
    }
    if let why = seen.observation.contradictorySNP(facts: facts) { notes.append(Reason("V2", why)) }
    if seen.generation.biosPreferred {
      notes.append(Reason("A5", "AMD prefers to update \(seen.generation.name) by BIOS"))
    }
    for row in facts.prerequisites(for: seen.cpu, grade: .b) {
      notes.append(Reason("A5", "to be confirmed (grade B): \(row.text)"))
    }
    return notes
  }
}
