/// Judges what was read back after an activation (RULES V, A2). Pure: same facts, same verdict.
package struct VerifyRules: Sendable {
  package struct Judgement: Hashable, Sendable {
    package var failure: Failure?
    /// Kind and sentence of what a person should read although the host may go on.
    package var findings: [Reason]

    package init(failure: Failure? = nil, findings: [Reason] = []) {
      self.failure = failure
      self.findings = findings
    }
  }

  package var change: HostChange
  package var before: RunFacts
  /// How the host was really activated: a reload that was refused may have become a reboot.
  package var activated: HostChange.Activation
  /// The newest time in the kernel's log right before a reload loaded the modules, by the log's own clock; only newer
  /// lines are of this load (RULES V1).
  package var loadedAt: Double?
  /// Whether the operator's power_cycle hook cut the power in this run: a witness of the reset (RULES A2, H).
  package var isPowerCycled: Bool
  /// When the reset was first asked for, by the controller's clock; `nil`: none was, or the journal does not tell.
  package var resetAskedAt: Instant?
  package var facts: Facts

  package init(
    change: HostChange, before: RunFacts, activated: HostChange.Activation, loadedAt: Double?,
    isPowerCycled: Bool = false, resetAskedAt: Instant? = nil, facts: Facts
  ) {
    self.change = change
    self.before = before
    self.activated = activated
    self.loadedAt = loadedAt
    self.isPowerCycled = isPowerCycled
    self.resetAskedAt = resetAskedAt
    self.facts = facts
  }

  package func judge(_ observation: Observation, floor: FloorEvidence?) -> Judgement {
    var findings: [Reason] = []
    if let failure = timeoutFailure(observation) { return Judgement(failure: failure) }
    let running: FirmwareVersion
    switch RunningFirmware.judge(observation.firmware) {
    case .known(let version): running = version
    case .contradictory(let expected, let found):
      return Judgement(
        failure: Failure(
          .contradictorySources, "two sources disagree on the version that runs: \(expected), \(found)",
          expected: expected, found: found))
    case .unknown(let why): return Judgement(failure: Failure(.unknownVersion, why))
    }
    if activated != .none, !logTellsThisLoad(observation) {
      return Judgement(
        failure: Failure(.unknownVersion, "no kernel log line of this load names the firmware version"))
    }
    if activated == .reboot {
      if let failure = resetFailure(observation, running, &findings) { return Judgement(failure: failure) }
    }
    if let failure = versionFailure(running, observation) { return Judgement(failure: failure, findings: findings) }
    if let failure = healthFailure(observation) { return Judgement(failure: failure, findings: findings) }
    findings += tcbFindings(observation)
    if hasLostItsChecks(observation) {
      findings.append(
        Reason("checksUnread", "checks passed before, and no tool is left on the host that could make them now"))
    }
    let after = AfterReset.judge(observation, running: running, floor: floor?.version)
    if after.version != running {
      findings.append(
        Reason(
          "unstable",
          "\(running) runs, and after the next reset "
            + (after.version.map { "\($0) will: \(after.why)" } ?? "nobody can tell: \(after.why)")))
    }
    return Judgement(failure: nil, findings: findings)
  }

  private func logTellsThisLoad(_ observation: Observation) -> Bool {
    guard let newest = observation.firmware.kernelLog?.newestLoad, newest.version != nil else { return false }
    switch activated {
    case .none: return true
    // Every line of this boot is one of this load; that the boot is a new one is judged by itself.
    case .reboot: return true
    case .reload:
      guard let loadedAt, let seconds = newest.seconds else { return false }
      return seconds > loadedAt
    }
  }

  /// A new boot id proves a boot; that the firmware was reset needs a witness (RULES A2).
  private func resetFailure(
    _ observation: Observation, _ running: FirmwareVersion, _ findings: inout [Reason]
  ) -> Failure? {
    if observation.bootID == before.bootID {
      return Failure(.didNotReturn, "the host did not reboot", expected: "a new boot id", found: observation.bootID)
    }
    if let failure = uptimeFailure(observation) { return failure }
    let kernel = change.kernelChange?.to ?? before.kernel
    if let kernel, let found = observation.kernel, kernel != found {
      return Failure(
        .kernelChanged, "another kernel runs than the plan says", expected: kernel, found: found)
    }
    if resetWitness(observation, running) != nil { return nil }
    let text = "nothing proves that the firmware was reset: a kexec also changes the boot id"
    switch change.direction {
    case .downgrade, .factory:
      // A factory reset of a host that ran its BIOS copy already leaves no trace, and needs none.
      if change.direction == .factory, let floor = change.floor, floor == running { return nil }
      return Failure(.resetUnproven, text, expected: "a witness of the reset", found: "\(running) runs")
    case .upgrade, .repair:
      findings.append(Reason("resetUnproven", text))
      return nil
    }
  }

  /// What proves the reset; `nil`: nothing does.
  package func resetWitness(_ observation: Observation, _ running: FirmwareVersion) -> String? {
    // A kernel that another kernel started proves the opposite, whatever else looks new.
    if observation.startedByKexec == true { return nil }
    if let floor = observation.firmware.kernelLog?.floor {
      if let known = change.floor, floor.version == known, known < change.expected { return floor.line }
      if floor.version < change.expected { return floor.line }
    }
    if running < change.expected { return "\(running) runs, below the \(change.expected) before" }
    if let record = observation.firmwareBootRecord, let old = before.firmwareBootRecord, record != old {
      return "the firmware's own boot record (ACPI FPDT) is new"
    }
    if isPowerCycled { return "the power_cycle hook cut its power" }
    return nil
  }

  private func versionFailure(_ running: FirmwareVersion, _ observation: Observation) -> Failure? {
    guard let desired = change.desired else { return notFactory(running, observation) }
    if running == desired { return nil }
    let expected = desired.description
    switch change.direction {
    case .downgrade where running > desired && startedBelow(desired, observation):
      // The board started at or below the target, so no BIOS copy stands in the way.
      return Failure(
        .notApplied, "\(running) was read back, not \(desired); most likely \(causes(running, observation))",
        expected: expected, found: running.description)
    case .downgrade where running > desired:
      return Failure(
        .needsBIOS, "\(running) was read back: the BIOS copy is newer than \(desired), and no file can bring it lower",
        expected: expected, found: running.description)
    case .factory:
      return Failure(
        .notApplied, "\(running) was read back, not the BIOS copy \(desired)", expected: expected,
        found: running.description)
    case .upgrade, .downgrade, .repair:
      return Failure(
        .notApplied, "\(running) was read back, not \(desired); most likely \(causes(running, observation))",
        expected: expected, found: running.description)
    }
  }

  /// A host whose BIOS copy nobody knew: a file that was still loaded in this boot is told by its update line.
  private func notFactory(_ running: FirmwareVersion, _ observation: Observation) -> Failure? {
    guard change.direction == .factory, let update = thisLoad(observation)?.updates.last else { return nil }
    return Failure(
      .notApplied, "\(running) was loaded from a file in this boot, so it is not the BIOS copy: \(update.line)",
      expected: update.from.map(\.description) ?? "the BIOS copy", found: running.description)
  }

  /// Whether this boot's log shows firmware at or below `desired` before a file was loaded.
  private func startedBelow(_ desired: FirmwareVersion, _ observation: Observation) -> Bool {
    thisLoad(observation)?.updates.contains { $0.from.map { $0 <= desired } ?? false } ?? false
  }

  /// Ranked causes of a silent refusal (FACTS 2.5).
  private func causes(_ running: FirmwareVersion, _ observation: Observation) -> String {
    if let error = thisLoad(observation)?.initErrors.last {
      return "the PSP refused it: \(facts.firmwareErrors[error.code] ?? "error 0x\(Hex.padded(error.code, 1))")"
    }
    if let cpu = observation.cpu, let kernel = observation.kernel,
      let winner = EffectiveFile.resolve(
        cpu: cpu, files: observation.files, search: observation.search, kernel: kernel
      ).winner, winner.sha256 != change.image?.sha256
    {
      return "\(winner.path) was loaded in its place"
    }
    return
      "the PSP refused the file in silence: a PSP boot loader that is too old, a bad signature, or the wrong generation"
  }
}
