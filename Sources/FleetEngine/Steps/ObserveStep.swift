import FleetCore
import FleetStore

/// The host still is what the plan expects; what it was like is written down for verify and the report (RULES C).
struct ObserveStep: StepImplementation {
  let step = Step.observe
  let fallback = FailureKind.changedSincePlan

  func precheck(_ runner: HostRunner) async throws -> Precheck { runner.run.before == nil ? .ready : .alreadyDone }

  func act(_ runner: HostRunner) async throws {
    let observation = try await runner.observe()
    let expected = runner.change.expected
    switch RunningFirmware.judge(observation.firmware) {
    case .known(let version) where version == expected: break
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
    let view = try await compute(runner)
    try acceptLoss(runner, view)
    try learnFloor(runner, observation)
    try runner.record(.recorded(phase: .before, facts: RunFacts(observation, view: view, runner)))
  }

  private func compute(_ runner: HostRunner) async throws -> ComputeHostView? {
    guard let nova = try runner.nova else { return nil }
    let view = try await nova.gateway.view(nova.name, inventory: true)
    guard runner.change.activation != .none else { return view }
    guard view.service.isUp else {
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
  private func acceptLoss(_ runner: HostRunner, _ view: ComputeHostView?) throws {
    let impact = runner.change.sevES
    guard impact.takesAway else { return }
    let now = view?.servers.filter { $0.model == .sevES }.map(\.id) ?? []
    let new = Set(now).subtracting(impact.servers)
    guard new.isEmpty else {
      throw Failure(
        .sevESLoss, "the loss of SEV-ES was not accepted for \(new.sorted().joined(separator: ", "))",
        expected: impact.servers.joined(separator: ", "), found: now.sorted().joined(separator: ", "))
    }
    try runner.journal(.sevESLossAccepted(servers: impact.servers))
  }

  private func learnFloor(_ runner: HostRunner, _ observation: Observation) throws {
    let stored = try runner.services.store.floor(host: runner.host.id)
    guard let floor = FloorEvidence.inForce(observation, stored: stored), floor != stored else { return }
    try runner.services.store.save(floor: floor, host: runner.host.id)
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
