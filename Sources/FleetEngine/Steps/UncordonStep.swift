import FleetCore

/// The compute service is enabled again, if the disabling was ours, once its heartbeat is new and Nova offers what it
/// offered before (RULES V4).
struct UncordonStep: StepImplementation {
  let step = Step.uncordon
  let fallback = FailureKind.computeUnknown

  func precheck(_ runner: HostRunner) async throws -> Precheck {
    let done: Precheck = Hooks.isWanted(.postUncordon, runner) ? .ready : .alreadyDone
    guard let nova = try runner.nova else { return done }
    let service = try await nova.gateway.service(nova.name)
    let ours = runner.run.effects.contains { $0.id.kind == .disableService }
    let enabling = EffectID(.enableService, nova.name)
    if service.isEnabled {
      if runner.run.openEffect(enabling) != nil { return .ready }
      if runner.run.isDone(enabling) { return done }
      return ours ? .blocked(takenOver(runner, service)) : done
    }
    if !ours { return done }
    guard service.disabledReason == runner.cordonReason else { return .blocked(takenOver(runner, service)) }
    return .ready
  }

  func act(_ runner: HostRunner) async throws {
    let ours = runner.run.effects.contains { $0.id.kind == .disableService }
    if ours, let nova = try runner.nova { try await enable(runner, nova) }
    do {
      try await Hooks.run(.postUncordon, runner)
    } catch let veto as Failure where veto.kind == .hookVeto {
      // What is quarantined is out of service; a host that the hook refuses must take no servers.
      if ours, let nova = try runner.nova { try await disableAgain(runner, nova) }
      throw veto
    }
  }

  private func enable(_ runner: HostRunner, _ nova: (gateway: any ComputeGateway, name: String)) async throws {
    if runner.run.isDone(EffectID(.enableService, nova.name)), try await nova.gateway.service(nova.name).isEnabled {
      return
    }
    try await awaitHeartbeat(runner, nova)
    try await compareOffer(runner, nova)
    let service = try await nova.gateway.service(nova.name)
    try await runner.effect(
      EffectID(.enableService, nova.name), failing: .computeUnknown, within: runner.services.bounds.command,
      token: { runner.cordonReason },
      look: { _ in try await nova.gateway.service(nova.name).isEnabled ? .alreadyDone : .ready },
      act: { _ in try await nova.gateway.enable(service: service.id) })
  }

  private func disableAgain(
    _ runner: HostRunner, _ nova: (gateway: any ComputeGateway, name: String)
  ) async throws {
    let service = try await nova.gateway.service(nova.name)
    try await runner.effect(
      EffectID(.disableService, nova.name), failing: .computeUnknown, within: runner.services.bounds.command,
      token: { runner.cordonReason },
      look: { _ in try await nova.gateway.service(nova.name).isEnabled ? .ready : .alreadyDone },
      act: { reason in try await nova.gateway.disable(service: service.id, reason: reason) })
  }

  private func takenOver(_ runner: HostRunner, _ service: ComputeServiceState) -> Failure {
    Failure(
      .serviceTakenOver, "somebody changed its compute service in mid-run", expected: runner.cordonReason,
      found: service.isEnabled ? "enabled" : service.disabledReason)
  }

  /// A heartbeat newer than the moment verify began: nova-compute was started before that.
  private func awaitHeartbeat(
    _ runner: HostRunner, _ nova: (gateway: any ComputeGateway, name: String)
  ) async throws {
    let deadline = Deadline(runner.services.clock, in: runner.services.bounds.heartbeat)
    let first = try await nova.gateway.service(nova.name)
    var newest = first
    while true {
      if newest.isUp, let now = newest.updatedAt, first.updatedAt.map({ now > $0 }) ?? true { return }
      if deadline.hasPassed {
        throw Failure(
          .heartbeatMissing, "its compute service gives no new heartbeat", expected: "up",
          found: newest.isUp ? "up, no new heartbeat" : "down")
      }
      runner.wait(.uncordon, "waits for a new heartbeat of nova-compute")
      try await runner.services.clock.sleep(runner.services.bounds.poll)
      newest = try await nova.gateway.service(nova.name)
    }
  }

  private func compareOffer(
    _ runner: HostRunner, _ nova: (gateway: any ComputeGateway, name: String)
  ) async throws {
    guard let before = runner.run.before?.encryptionSlots else { return }
    let view = try await nova.gateway.view(nova.name, inventory: true)
    guard let after = view.encryptionSlots else {
      throw Failure(.computeUnknown, "Placement does not tell what the host offers now", isTransient: true)
    }
    let lost = runner.change.sevES.takesAway
    for (model, slots) in before.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where slots > 0 {
      if model == .sevES, lost { continue }
      if (after[model] ?? 0) < slots {
        throw Failure(
          .encryptionLost, "Placement offers fewer \(model.rawValue) slots than before", expected: "\(slots)",
          found: "\(after[model] ?? 0)")
      }
    }
    if lost, (after[.sevES] ?? 0) > 0 {
      try runner.finding(
        "falseTrait",
        "Placement still offers \(after[.sevES] ?? 0) SEV-ES slots on \(nova.name), which it can no longer serve; "
          + "restart nova-compute there, then: openstack resource provider inventory list")
    }
  }
}
