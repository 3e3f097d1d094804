import FleetCore
import FleetStore

/// Undoes own effects, newest first, and reads back (RULES U1); each undoing is journalled like any other effect.
struct Undo {
  let runner: HostRunner

  init(_ runner: HostRunner) { self.runner = runner }

  /// Undoes or settles one effect. Returns what was seen.
  func undo(_ effect: EffectID) async throws -> String {
    switch effect.kind {
    case .takeLease: return try await runner.giveLeaseBack()
    case .disableService: return try await enableService(effect.subject)
    case .moveLive: return try await settleLive(effect)
    case .moveCold: return try await settleCold(effect)
    case .stopServer: return try await startServer(effect.subject)
    case .stageFile: return try await unstage(effect.subject)
    case .stopCompute: return try await startCompute(effect.subject)
    case .treatPackage: return try await untreat(effect.subject)
    case .giveLease, .backup, .upload, .enableService, .confirmMove, .revertMove, .abortMove, .startServer,
      .moveHome, .rebuildInitramfs, .startCompute, .unloadKexec, .reload, .reset, .restoreFile, .hook:
      return "nothing to undo"
    }
  }

  // MARK: Services

  /// Also where the run itself started it again: it must be seen to run.
  private func startCompute(_ subject: String) async throws -> String {
    let door = Door(subject: subject, runner.host.policy.activation.computeStop)
    try await VerifyStep.openDoor(runner, door)
    try await runner.awaitHeartbeat()
    return "\(door.subject) runs"
  }

  private func enableService(_ name: String) async throws -> String {
    guard let nova = try runner.nova else { return "the host is not in Nova" }
    let service = try await settledService(nova)
    if service.isEnabled { return "it is enabled already" }
    guard service.disabledReason == runner.cordonReason else {
      return "left as it is: it bears another reason, \(service.disabledReason ?? "none")"
    }
    try await runner.effect(
      EffectID(.enableService, nova.name), failing: .undoFailed, within: runner.services.bounds.command,
      token: { runner.cordonReason },
      look: { _ in try await nova.gateway.service(nova.name).isEnabled ? .alreadyDone : .ready },
      act: { _ in try await nova.gateway.enable(service: service.id) })
    return "enabled"
  }

  /// The service, once a disabling that nobody saw end has had its time to land.
  private func settledService(
    _ nova: (gateway: any ComputeGateway, name: String)
  ) async throws -> ComputeServiceState {
    let isOpen = runner.run.openEffect(EffectID(.disableService, nova.name)) != nil
    let deadline = Deadline(runner.services.clock, in: runner.services.bounds.acceptance)
    while true {
      let service = try await nova.gateway.service(nova.name)
      guard isOpen, service.isEnabled, !deadline.hasPassed else { return service }
      try await runner.services.clock.sleep(runner.services.bounds.poll)
    }
  }

  private func startServer(_ id: String) async throws -> String {
    guard let nova = try runner.nova else { return "the host is not in Nova" }
    // A stop that nobody saw end may still land; a server that runs proves nothing before that.
    let mayLand = runner.run.openEffect(EffectID(.stopServer, id)) != nil
    let landing = Deadline(runner.services.clock, in: runner.services.bounds.acceptance)
    try await runner.effect(
      EffectID(.startServer, id), failing: .undoFailed, within: runner.services.bounds.settle, token: { id },
      look: { _ in
        guard let server = try await nova.gateway.server(id) else { return .alreadyDone }
        if server.status == .active, server.taskState == nil {
          return mayLand && !landing.hasPassed ? .inProgress("its stop may still land") : .alreadyDone
        }
        if let task = server.taskState { return .inProgress(task) }
        return server.status == .shutoff
          ? .ready : .blocked(Failure(.undoFailed, "server \(server.name) is \(server.status.text)"))
      },
      act: { _ in try await nova.gateway.start(id) })
    return "server \(id) runs again"
  }
}
