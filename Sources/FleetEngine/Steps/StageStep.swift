import FleetCore
import FleetStore

/// The image is the file the kernel would load, also from the initramfs of the kernel that boots next (RULES O2).
struct StageStep: StepImplementation {
  let step = Step.stage
  let fallback = FailureKind.stageFailed

  func precheck(_ runner: HostRunner) async throws -> Precheck {
    let observation = try await runner.observe()
    guard let failure = Self.unreached(runner.change, observation) else { return .alreadyDone }
    let stagedByUs = Self.filesAreStaged(runner.change, runner.run, observation)
    let rebuiltByUs =
      runner.change.rebuildInitramfs == nil
      || runner.run.effects.contains { $0.id.kind == .rebuildInitramfs && $0.result != nil }
    // What our own finished effects did not bring about, another try will not.
    return stagedByUs && rebuiltByUs ? .blocked(failure) : .ready
  }

  /// Whether each file of the change was put in place or taken away already, by this run or before it. One of several
  /// says nothing of the others: a controller may have been lost between two.
  private static func filesAreStaged(_ change: HostChange, _ run: HostRun, _ observation: Observation) -> Bool {
    func isSettled(_ path: String) -> Bool {
      run.effects.contains { $0.id == EffectID(.stageFile, path) && $0.result != nil && !$0.isUndone }
    }
    let placed = change.stagePath.map(isSettled) ?? true
    return placed
      && change.removePaths.allSatisfy { path in
        isSettled(path) || !observation.files.contains { $0.path == path }
      }
  }

  func act(_ runner: HostRunner) async throws {
    try await treatPackage(runner)
    if let path = runner.change.stagePath, let image = runner.change.image {
      try await place(runner, path: path, sha256: image.sha256)
    }
    for path in runner.change.removePaths { try await remove(runner, path: path) }
    try await Self.rebuildInitramfs(runner, marker: runner.change.image?.sha256 ?? "none")
  }

  /// Why the goal is not reached; `nil`: it is.
  static func unreached(_ change: HostChange, _ observation: Observation) -> Failure? {
    guard let cpu = observation.cpu else { return Failure(.stageFailed, "its CPU could not be read") }
    guard let kernel = observation.nextBootKernel ?? observation.kernel else {
      return Failure(.stageFailed, "its kernel could not be read")
    }
    let winner = EffectiveFile.resolve(
      cpu: cpu, files: observation.files, search: observation.searchAfterReset, kernel: kernel
    ).winner
    if let failure = mismatch(change, winner, place: "on the host") { return failure }
    guard change.rebuildInitramfs != nil else { return nil }
    guard let initramfs = observation.initramfs, initramfs.containsCCP != nil else {
      return Failure(.stageFailed, "what the initramfs of \(kernel) holds could not be read back")
    }
    let inside = EffectiveFile.resolve(
      cpu: cpu, files: initramfs.files, search: observation.searchAfterReset, kernel: kernel
    ).winner
    return mismatch(change, inside, place: "in the initramfs of \(initramfs.kernel)")
  }

  private static func mismatch(_ change: HostChange, _ winner: FirmwareFile?, place: String) -> Failure? {
    guard let image = change.image else {
      guard let winner else { return nil }
      return Failure(
        .stageFailed, "\(winner.path) still lies \(place)", expected: "no firmware file", found: winner.path)
    }
    guard let winner else {
      return Failure(.stageFailed, "no firmware file lies \(place)", expected: image.sha256, found: nil)
    }
    if winner.sha256 == image.sha256 { return nil }
    let kind: FailureKind = winner.path == change.stagePath ? .stageFailed : .shadowed
    return Failure(
      kind, "\(winner.path) \(place) is not the staged image", expected: image.sha256, found: winner.sha256)
  }

  private func place(_ runner: HostRunner, path: String, sha256: String) async throws {
    try await runner.effect(
      EffectID(.stageFile, path), failing: .stageFailed, within: runner.services.bounds.command, token: { sha256 },
      look: { record in
        guard record != nil else { return .ready }
        let found = try await runner.services.hosts.fileHash(runner.host, path: path)
        if found == sha256 { return .alreadyDone }
        return try Self.unsaved(runner, path, found).map { .blocked($0) } ?? .ready
      },
      act: { hash in try await runner.perform(.place(sha256: hash, path: path)) })
  }

  /// Why the file that lies there may not be replaced: somebody, such as a package, wrote it after it was backed up, so
  /// nothing could bring it back. `nil`: it may be, or nothing lies there.
  private static func unsaved(_ runner: HostRunner, _ path: String, _ found: String?) throws -> Failure? {
    guard let found else { return nil }
    let saved = try Undo(runner).saved(path)
    if saved?.sha256 == found || saved?.type == "l" { return nil }
    return Failure(
      .changedSincePlan, "\(path) was changed after it was backed up, and nothing could bring it back",
      expected: saved?.sha256 ?? "no file", found: found)
  }

  private func remove(_ runner: HostRunner, path: String) async throws {
    try await runner.effect(
      EffectID(.stageFile, path), failing: .stageFailed, within: runner.services.bounds.command,
      token: { "removed" },
      look: { _ in
        guard let found = try await runner.services.hosts.fileHash(runner.host, path: path) else { return .alreadyDone }
        return try Self.unsaved(runner, path, found).map { .blocked($0) } ?? .ready
      },
      act: { _ in try await runner.perform(.remove(path: path)) })
  }

  /// Rebuilds the initramfs where `ccp` starts from it. `marker` tells one content from another in the journal.
  static func rebuildInitramfs(_ runner: HostRunner, marker: String) async throws {
    guard let kernel = runner.change.rebuildInitramfs else { return }
    let observation = try await runner.observation()
    guard let tool = observation.initramfsTool else {
      throw Failure(
        .stageFailed, "the host has no tool to rebuild its initramfs", expected: "update-initramfs or dracut")
    }
    // Only what lies in /boot itself may be synced as root.
    let image = observation.initramfs.flatMap { initramfs in
      initramfs.kernel == kernel && Self.isInBoot(initramfs.path) ? initramfs.path : nil
    }
    var finished = false
    try await runner.effect(
      EffectID(.rebuildInitramfs, kernel), failing: .stageFailed, within: runner.host.policy.deadlines.initramfs,
      token: { marker }, look: { _ in finished ? .alreadyDone : .ready },
      act: { _ in
        try await runner.perform(
          .rebuildInitramfs(kernel: kernel, tool: tool, image: image))
        finished = true
      })
  }

  private static func isInBoot(_ path: String) -> Bool {
    path.hasPrefix("/boot/") && !path.dropFirst("/boot/".count).contains("/")
  }
}
