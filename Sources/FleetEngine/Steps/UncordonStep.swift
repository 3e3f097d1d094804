import FleetCore

/// The compute service is enabled again, if the disabling was ours, once its heartbeat is new and Nova offers what it
/// offered before (RULES V4); then the servers that the drain stopped are started again, and those that it moved may come
/// home.
struct UncordonStep: StepImplementation {
  let step = Step.uncordon
  let fallback = FailureKind.computeUnknown

  func precheck(_ runner: HostRunner) async throws -> Precheck {
    let isComplete =
      !Hooks.isWanted(.postUncordon, runner) && runner.run.stoppedServers.isEmpty && serversAway(runner).isEmpty
    let done: Precheck = isComplete ? .alreadyDone : .ready
    guard let nova = try runner.nova else { return done }
    let service = try await runner.patiently { try await nova.gateway.service(nova.name) }
    let ours = runner.isCordonedByUs
    let enabling = EffectID(.enableService, nova.name)
    if service.isEnabled {
      if runner.run.openEffect(enabling) != nil { return .ready }
      if runner.run.isDone(enabling) { return done }
      return ours ? .blocked(runner.takenOver(service)) : done
    }
    if !ours { return done }
    guard service.disabledReason == runner.cordonReason else { return .blocked(runner.takenOver(service)) }
    return .ready
  }

  func act(_ runner: HostRunner) async throws {
    let ours = runner.isCordonedByUs
    if ours, let nova = try runner.nova { try await enable(runner, nova) }
    do {
      try await Hooks.run(.postUncordon, runner)
    } catch let veto as Failure where veto.kind == .hookVeto {
      // What is quarantined is out of service; a host that the hook refuses must take no servers.
      if ours, let nova = try runner.nova { try await disableAgain(runner, nova) }
      throw veto
    }
    // Last, since a host that the hook refuses is no place for a guest that was stopped to be safe.
    guard let nova = try runner.nova else { return }
    try await startStopped(runner, nova.gateway)
    try await bringHome(runner, nova)
  }

  private func enable(_ runner: HostRunner, _ nova: (gateway: any ComputeGateway, name: String)) async throws {
    let isDone = runner.run.isDone(EffectID(.enableService, nova.name))
    if isDone, try await runner.patiently({ try await nova.gateway.service(nova.name) }).isEnabled { return }
    try await runner.awaitHeartbeat()
    try await compareOffer(runner, nova)
    let service = try await runner.patiently { try await nova.gateway.service(nova.name) }
    try await runner.effect(
      EffectID(.enableService, nova.name), failing: .computeUnknown, within: runner.services.bounds.command,
      token: { runner.cordonReason },
      look: { _ in
        // While the heartbeat was waited for, somebody may have taken the host out for a reason of their own (D9).
        let now = try await nova.gateway.service(nova.name)
        if now.isEnabled { return .alreadyDone }
        return now.disabledReason == runner.cordonReason ? .ready : .blocked(runner.takenOver(now))
      },
      act: { _ in try await nova.gateway.enable(service: service.id) })
  }

  private func disableAgain(
    _ runner: HostRunner, _ nova: (gateway: any ComputeGateway, name: String)
  ) async throws {
    let service = try await runner.patiently(within: runner.services.bounds.settle) {
      try await nova.gateway.service(nova.name)
    }
    try await runner.effect(
      EffectID(.disableService, nova.name), failing: .computeUnknown, within: runner.services.bounds.command,
      token: { runner.cordonReason },
      look: { _ in try await nova.gateway.service(nova.name).isEnabled ? .ready : .alreadyDone },
      act: { reason in try await nova.gateway.disable(service: service.id, reason: reason) })
  }

  private func compareOffer(
    _ runner: HostRunner, _ nova: (gateway: any ComputeGateway, name: String)
  ) async throws {
    let isKnown = runner.run.before?.encryptionSlots != nil
    let view = try await runner.patiently {
      let view = try await nova.gateway.view(nova.name, inventory: true)
      if isKnown, view.encryptionSlots == nil { throw ComputeError(.unreachable, "Placement gives no answer") }
      return view
    }
    let offer = OfferComparison(
      host: nova.name, before: runner.run.before, after: view, losesSEVES: runner.change.sevES.takesAway)
    if let failure = offer.failure { throw failure }
    for finding in offer.findings { try runner.finding(finding.rule, finding.text) }
  }
}
