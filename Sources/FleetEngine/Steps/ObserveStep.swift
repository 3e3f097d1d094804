import FleetCore
import FleetStore

/// The host still is what the plan expects; what it was like is written down for verify and the report (RULES C).
struct ObserveStep: StepImplementation {
  let step = Step.observe
  let fallback = FailureKind.changedSincePlan

  func precheck(_ runner: HostRunner) async throws -> Precheck { runner.run.before == nil ? .ready : .alreadyDone }

  func act(_ runner: HostRunner) async throws {
    let observation = try await runner.observe()
    let view: ComputeHostView?
    do {
      view = try await Self.check(runner, observation)
    } catch let failure as Failure where failure.kind == .changedSincePlan {
      // The report says what was found in place of what the plan expects.
      try runner.record(.recorded(phase: .after, facts: RunFacts(observation, view: nil, runner)))
      throw failure
    }
    if runner.change.sevES.takesAway {
      try runner.journal(.sevESLossAccepted(servers: runner.change.sevES.servers))
    }
    try learnFloor(runner, observation)
    if runner.change.activation != .none, runner.change.computeHost.name != nil,
      runner.host.policy.activation.computeStop == .auto, observation.computeUnit == nil
    {
      try runner.finding(
        "doorOpen",
        "no unit or container that runs nova-compute was found, so it is not stopped between the two proofs; "
          + "compute_stop may name it")
    }
    try runner.record(.recorded(phase: .before, facts: RunFacts(observation, view: view, runner)))
  }

  /// Why the host is not what the plan expects, as a thrown failure; else Nova's view of it. Asked again when a run is
  /// taken up that was left: much may have changed since (RULES C, S).
  @discardableResult
  static func check(_ runner: HostRunner, _ observation: Observation) async throws -> ComputeHostView? {
    try checkVersion(runner, observation)
    if runner.change.activation == .reboot, let failure = otherKernel(runner, observation) { throw failure }
    try checkQuarantine(runner)
    let view = try await compute(runner)
    try checkLoss(runner, view, observation)
    return view
  }

  private static func checkVersion(_ runner: HostRunner, _ observation: Observation) throws {
    let expected = runner.change.expected
    switch RunningFirmware.judge(observation.firmware) {
    case .known(let version) where version == expected: return
    case .known(let version):
      throw Failure(
        .changedSincePlan, "the plan expects \(expected), and \(version) runs now", expected: expected.description,
        found: version.description)
    case .contradictory(let expected, let found):
      throw Failure(
        .contradictorySources, "two sources disagree on the version that runs: \(expected), \(found)",
        expected: expected, found: found)
    case .unknown(let why): throw Failure(.unknownVersion, why, expected: expected.description)
    }
  }

  /// Whether a reset would boot another kernel than the plan says; a kernel that nobody can tell is another one, unless
  /// the plan was made with that (RULES A3).
  static func otherKernel(_ runner: HostRunner, _ observation: Observation) -> Failure? {
    if let change = runner.change.kernelChange, change.to == nil { return nil }
    let planned = runner.change.kernelChange?.to ?? runner.run.before?.kernel ?? observation.kernel
    let next = observation.nextBootKernel
    if let planned, planned == next { return nil }
    return Failure(
      .changedSincePlan,
      next.map { "a reset would boot kernel \($0), which the plan does not say" }
        ?? "it cannot be told which kernel a reset would boot", expected: planned, found: next)
  }

  /// A host that another rollout left out of service is not this one's to act on.
  private static func checkQuarantine(_ runner: HostRunner) throws {
    guard let quarantine = try runner.services.store.quarantines()[runner.host.id],
      quarantine.rollout != runner.rollout
    else { return }
    throw Failure(
      .otherMaintenance, "it is quarantined by rollout \(quarantine.rollout): \(quarantine.failure.text)",
      expected: "no quarantine", found: quarantine.rollout)
  }

  private static func compute(_ runner: HostRunner) async throws -> ComputeHostView? {
    guard let nova = try runner.nova else { return nil }
    let view = try await nova.gateway.view(nova.name, inventory: true)
    guard runner.change.activation != .none else { return view }
    // Once the door was closed, by this run, the service is down until verify opens it.
    guard view.service.isUp || runner.run.effects.contains(where: { $0.id.kind == .stopCompute }) else {
      throw Failure(.computeUnknown, "its compute service is down", expected: "up", found: "down")
    }
    if !view.service.isEnabled, let reason = view.service.disabledReason, reason.hasPrefix(CordonReason.prefix),
      reason != runner.cordonReason
    {
      throw Failure(
        .otherMaintenance, "its compute service bears \(reason), which is not this rollout's",
        expected: runner.cordonReason, found: reason)
    }
    return view
  }

  /// Acceptance is for the servers it was given for; a new one blocks again (RULES S).
  private static func checkLoss(_ runner: HostRunner, _ view: ComputeHostView?, _ observation: Observation) throws {
    let impact = runner.change.sevES
    guard impact.takesAway else { return }
    // By Nova's word and by the host's own processes, which show what Nova does not know (RULES D1).
    let models = observation.virtualMachines.modelsByServer
    let told = view?.servers.filter { $0.witnessed(as: models[$0.id]).model == .sevES }.map(\.id) ?? []
    let now = Set(told).union(models.filter { $0.value == .sevES }.keys)
    let new = now.subtracting(impact.servers)
    guard new.isEmpty else {
      throw Failure(
        .sevESLoss, "the loss of SEV-ES was not accepted for \(new.sorted().joined(separator: ", "))",
        expected: impact.servers.joined(separator: ", "), found: now.sorted().joined(separator: ", "))
    }
  }

  private func learnFloor(_ runner: HostRunner, _ observation: Observation) throws {
    let stored = try runner.services.store.floor(host: runner.host.id)
    guard let floor = FloorEvidence.inForce(observation, stored: stored), floor != stored else { return }
    try runner.services.store.save(floors: [runner.host.id: floor])
  }
}

extension RunFacts {
  /// What one look and Nova's view say, in the shape that reports and verify compare.
  init(_ observation: Observation, view: ComputeHostView?, _ runner: HostRunner) {
    let running = RunningFirmware.judge(observation.firmware).version
    let floor = FloorEvidence.inForce(observation, stored: try? runner.services.store.floor(host: runner.host.id))
    self.init(
      version: running, tcb: observation.tcb.platform, reportedTCB: observation.tcb.reported,
      tcbSource: observation.tcb.source, features: SEVFeatures.judge(observation, facts: runner.services.facts),
      passes: observation.checks.filter { $0.verdict == .pass }.map(\.text), bootID: observation.bootID,
      kernel: observation.kernel,
      afterReboot: AfterReset.judge(observation, running: running, floor: floor?.version).version,
      service: view?.service, encryptionSlots: view?.encryptionSlots, traits: view?.traits,
      computeUnit: observation.computeUnit, parameters: observation.parameters)
    firmwareBootRecord = observation.firmwareBootRecord
  }
}
