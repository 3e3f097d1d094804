/// The decision table for one host: change, up to date, or excluded with the one reason why (RULES, all of them).
///
/// The rows are tried in a fixed order, from "we cannot see it" to "its servers may not move"; the first that speaks
/// decides. Nothing here is ever guessed: an unknown that a row needs is an exclusion of its own.
package struct Decision: Sendable {
  package enum Outcome: Hashable, Sendable {
    case change(HostChange)
    case upToDate(Reason)
    case excluded(Exclusion)
  }

  package var catalog: Catalog
  package var facts: Facts
  package var options: PlanOptions
  /// Hosts (Nova names) that keep SEV-ES whatever this plan does, best first (RULES D3).
  package var sevESDestinations: [String]
  /// Hosts (Nova names) to name for cold moves, best first (RULES D4).
  package var coldDestinations: [String]

  package init(
    catalog: Catalog, facts: Facts, options: PlanOptions, sevESDestinations: [String] = [],
    coldDestinations: [String] = []
  ) {
    self.catalog = catalog
    self.facts = facts
    self.options = options
    self.sevESDestinations = sevESDestinations
    self.coldDestinations = coldDestinations
  }

  package func decide(_ situation: HostSituation) -> Outcome {
    do throws(Exclusion) {
      return try decided(situation)
    } catch {
      return .excluded(error)
    }
  }

  private func decided(_ situation: HostSituation) throws(Exclusion) -> Outcome {
    let seen = try visible(situation)
    var situation = situation
    situation.compute = situation.compute.witnessed(by: seen.observation.virtualMachines)
    let wish = try wish(for: seen, situation)
    try checkVersion(seen, wish, situation.host)
    if let reason = try upToDate(seen, wish) { return .upToDate(reason) }
    let direction = try direction(seen, wish)
    try checkFloor(seen, wish, direction)
    try checkPrerequisites(seen, wish)
    let (activation, why) = try activation(seen, direction, policy: situation.host.policy)
    let kernelChange = try kernelChange(seen, activation, policy: situation.host.policy)
    let view = try computeView(activation, situation.compute)
    let impact = try sevESImpact(seen, wish, activation, view, policy: situation.host.policy)
    let package = try packageTreatment(seen, wish, policy: situation.host.policy)
    let removable = try removable(seen, wish)
    let drain = try drain(seen, activation, impact, view, situation.host)
    var reasons = [Reason(direction.rule, direction.text(seen.running, wish.version)), why]
    if impact.verdict != .unused { reasons.append(Reason("S", impact.text)) }
    if let kernelChange {
      reasons.append(
        Reason(
          "A3",
          "the reset boots kernel \(kernelChange.to ?? "unknown") in place of \(kernelChange.from ?? "unknown")"))
    }
    if let package { reasons += packageReasons(seen, wish, package, policy: situation.host.policy) }
    reasons += notes(seen, wish)
    if drain.needed, let why = view?.peersUnread {
      reasons.append(
        Reason("D", "Nova tells no server groups, so failure domains alone keep its servers from their peers: \(why)"))
    }
    if let late = drain.lateness(situation.host.policy.drain.deadline) { reasons.append(Reason("D7", late)) }
    return .change(
      HostChange(
        host: situation.host.id, computeHost: situation.host.computeHost, expected: seen.running,
        desired: wish.version, image: wish.image, direction: direction.direction, activation: activation,
        stagePath: wish.image.map { stagePath($0, situation.host.policy) },
        removePaths: removable, kernelChange: kernelChange,
        rebuildInitramfs: rebuild(seen), floor: seen.floor?.version, drain: drain, sevES: impact,
        attestation: attestation(seen, wish, activation), package: package, reasons: reasons,
        reopens: reopens(seen, wish, direction.direction)))
  }

  // MARK: Who is it, and what runs there

  /// What later rows need to have been seen.
  package struct Seen {
    package var observation: Observation
    package var cpu: CPUIdentity
    package var generation: SEVGeneration
    package var running: FirmwareVersion
    package var floor: FloorEvidence?
    package var after: AfterReset
    package var features: SEVFeatures
    /// Which file the kernel that runs would load.
    package var files: EffectiveFile.Resolution
  }

  private func visible(_ situation: HostSituation) throws(Exclusion) -> Seen {
    let observation: Observation
    switch situation.look {
    case .failed(let failure): throw failure.exclusion
    case .seen(let look): observation = look
    }
    if let quarantine = situation.quarantine {
      throw Exclusion(.quarantined, rule: "U2", "it is quarantined: \(quarantine)")
    }
    if let rollout = situation.openRollout {
      throw Exclusion(.otherMaintenance, rule: "K", "rollout \(rollout) still has work on it; resume that first")
    }
    if let lease = observation.lease, !lease.isHeld(by: situation.controller) {
      throw Exclusion(
        .otherMaintenance, rule: "K", expected: HostLease.expected, found: lease.text, lease.refusal)
    }
    guard let cpu = observation.cpu else {
      throw Exclusion(.unknownVersion, rule: "V1", "its CPU could not be read from /proc/cpuinfo")
    }
    guard let generation = facts.generation(of: cpu) else {
      throw Exclusion(
        .noImage, rule: "C", found: "family \(cpu.family) model \(cpu.model)",
        "no known SEV generation has family \(cpu.family), model \(cpu.model)")
    }
    if let refused = observation.sudoRefused.first {
      throw Exclusion(.sudoRefused, rule: "O1", "sudo refuses \(refused)")
    }
    let running: FirmwareVersion
    switch RunningFirmware.judge(observation.firmware) {
    case .known(let version): running = version
    case .contradictory(let expected, let found):
      throw Exclusion(
        .contradictorySources, rule: "V1", expected: expected, found: found,
        "two sources disagree on the version that runs: \(expected), \(found)")
    case .unknown(let why): throw Exclusion(.unknownVersion, rule: "V1", why)
    }
    let floor = FloorEvidence.inForce(observation, stored: situation.floor)
    return Seen(
      observation: observation, cpu: cpu, generation: generation, running: running, floor: floor,
      after: AfterReset.judge(observation, running: running, floor: floor?.version),
      features: SEVFeatures.judge(observation, facts: facts),
      files: EffectiveFile.resolve(
        cpu: cpu, files: observation.files, search: observation.search, kernel: observation.kernel ?? ""))
  }
}
