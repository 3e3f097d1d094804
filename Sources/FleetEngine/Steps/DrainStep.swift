import FleetCore

/// No server is left that must go, by Nova and by the host's own witnesses (RULES D, E).
struct DrainStep: StepImplementation {
  let step = Step.drain
  let fallback = FailureKind.drainDeadline

  func precheck(_ runner: HostRunner) async throws -> Precheck {
    let open = runner.run.effects.contains { $0.result == nil }
    if open || runner.doorIsClosed { return .ready }
    let observation = try await runner.observe()
    let failure = try await runner.patiently { try await Emptiness.failure(runner, observation) }
    guard let failure else {
      try await nameBroken(runner)
      return .alreadyDone
    }
    if try runner.nova == nil { return .blocked(failure) }
    return failure.kind == .serverAppeared ? .ready : .blocked(failure)
  }

  func act(_ runner: HostRunner) async throws {
    guard let nova = try runner.nova else { return }
    try await Hooks.run(.preDrain, runner)
    // A drain that is entered again needs nova-compute, which the proof had stopped.
    if let door = runner.closedDoor {
      try await VerifyStep.openDoor(runner, door)
      try await runner.awaitHeartbeat()
    }
    let observation = try await runner.observe()
    var loop = DrainLoop(runner: runner, gateway: nova.gateway, name: nova.name, observation: observation)
    do {
      try await loop.run()
      await loop.giveAll()
    } catch {
      await loop.giveAll()
      throw error
    }
  }

  /// Servers in ERROR stay where they are without anybody moving them; their owners should know (RULES E2).
  private func nameBroken(_ runner: HostRunner) async throws {
    guard let nova = try runner.nova else { return }
    let view = try await runner.patiently { try await nova.gateway.view(nova.name, inventory: false) }
    for server in view.servers.sorted(by: { $0.id < $1.id }) where server.status == .error {
      try runner.finding(
        "serverInError",
        "server \(server.name) (\(server.id)) is in ERROR and stays on \(nova.name): \(server.fault ?? "no fault given")"
      )
    }
  }
}

extension HostRunner {
  /// The drain rules for this host as things are now.
  func drainRules(_ observation: Observation) -> DrainRules {
    let planned = change.drain.servers
    return DrainRules(
      policy: host.policy.drain, losesSEVES: change.sevES.takesAway,
      sevESDestinations: convergedFirst(
        planned.first { $0.model == .sevES && $0.move == .cold }?.destinations ?? []),
      coldDestinations: convergedFirst(
        planned.first { $0.model != .sevES && $0.move == .cold }?.destinations ?? []),
      processes: Set(observation.virtualMachines.guests.compactMap(\.uuid)),
      processModels: observation.virtualMachines.modelsByServer,
      alreadyMoved: switchedOff.union(run.switchedOff), stopped: Set(run.stoppedServers))
  }
}
