import FleetCore
import FleetStore

/// Undoes own effects, newest first, and reads back (RULES U1); each undoing is journalled like any other effect.
struct Undo {
  let runner: HostRunner

  init(_ runner: HostRunner) { self.runner = runner }

  /// Undoes or settles one effect. Returns what was seen.
  func undo(_ effect: EffectID) async throws -> String {
    switch effect.kind {
    case .disableService: return try await enableService(effect.subject)
    case .moveLive: return try await settleLive(effect)
    case .moveCold: return try await settleCold(effect)
    case .stopServer: return try await startServer(effect.subject)
    case .stageFile: return try await putBack(effect.subject)
    case .stopCompute: return try await startCompute()
    case .treatPackage: return try await untreat(effect.subject)
    case .backup, .upload, .enableService, .confirmMove, .revertMove, .abortMove, .startServer, .rebuildInitramfs,
      .startCompute, .unloadKexec, .reload, .reset, .restoreFile, .hook:
      return "nothing to undo"
    }
  }

  /// The previous file back in place after an image was refused (RULES U2).
  func putFileBack() async throws -> String {
    var texts: [String] = []
    for record in runner.run.effects where record.id.kind == .stageFile {
      texts.append(try await putBack(record.id.subject))
    }
    return texts.joined(separator: "; ")
  }

  // MARK: Files

  private func putBack(_ path: String) async throws -> String {
    let id = BackupStep.id(runner)
    guard let backup = try runner.services.store.backup(id: id) else {
      throw Failure(.undoFailed, "there is no backup \(id) to put \(path) back from")
    }
    let hosts = runner.services.hosts
    let relative = path.hasPrefix("/lib/firmware/") ? String(path.dropFirst("/lib/firmware/".count)) : path
    let saved = backup.manifest.first { $0.path == relative }
    try await runner.effect(
      EffectID(.restoreFile, path), failing: .undoFailed, within: runner.services.bounds.command,
      token: { saved?.sha256 ?? "absent" },
      look: { _ in
        let found = try await hosts.fileHash(runner.host, path: path)
        return found == saved?.sha256 ? .alreadyDone : .ready
      },
      act: { _ in
        if let sha256 = saved?.sha256 {
          try await hosts.perform(runner.host, .restore(backup: id, path: relative, sha256: sha256))
        } else {
          try await hosts.perform(runner.host, .remove(path: path))
        }
      })
    runner.latest = nil
    if try await initramfsHoldsOurs() { try await StageStep.rebuildInitramfs(runner, marker: "restored") }
    return saved == nil ? "\(path) is gone again" : "\(path) is as it was"
  }

  /// Whether the initramfs must be made anew: a rebuild of ours ended well or nobody knows how, or what it holds is our
  /// image although the tool failed.
  private func initramfsHoldsOurs() async throws -> Bool {
    let rebuilds = runner.run.effects.filter { $0.id.kind == .rebuildInitramfs && $0.token != "restored" }
    if rebuilds.isEmpty { return false }
    let allFailed = rebuilds.allSatisfy { record in
      if case .failed? = record.result { return true }
      return false
    }
    guard allFailed else { return true }
    guard let initramfs = try await runner.observe().initramfs else { return true }
    return initramfs.files.contains { $0.sha256 == runner.change.image?.sha256 }
  }

  private func untreat(_ subject: String) async throws -> String {
    let hosts = runner.services.hosts
    if let name = subject.dropping(prefix: "hold:") {
      try await hosts.perform(runner.host, .unhold(package: name))
      return "\(name) is not held any more"
    }
    if let path = subject.dropping(prefix: "divert:") {
      try await hosts.perform(runner.host, .undivert(path: path))
      return "\(path) is not diverted any more"
    }
    return "nothing to undo"
  }

  // MARK: Services

  private func startCompute() async throws -> String {
    guard let door = runner.closedDoor else { return "nothing was stopped" }
    try await VerifyStep.openDoor(runner, door)
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
    try await runner.effect(
      EffectID(.startServer, id), failing: .undoFailed, within: runner.services.bounds.settle, token: { id },
      look: { _ in
        guard let server = try await nova.gateway.server(id) else { return .alreadyDone }
        if server.status == .active, server.taskState == nil { return .alreadyDone }
        if let task = server.taskState { return .inProgress(task) }
        return server.status == .shutoff
          ? .ready : .blocked(Failure(.undoFailed, "server \(server.name) is \(server.status.text)"))
      },
      act: { _ in try await nova.gateway.start(id) })
    return "server \(id) runs again"
  }
}
