import FleetCore
import FleetStore

/// All of `amd` and `updates/amd` is kept, on the host and by content hash at the controller, verified by re-reading.
struct BackupStep: StepImplementation {
  let step = Step.backup
  let fallback = FailureKind.backupFailed

  /// The same rollout and host always mean the same backup, so that a repeated step finds its own work.
  static func id(_ runner: HostRunner) -> String { "\(runner.rollout)-\(runner.host.id)" }

  func precheck(_ runner: HostRunner) async throws -> Precheck {
    let id = Self.id(runner)
    guard runner.run.isDone(EffectID(.backup, id)), let backup = try runner.services.store.backup(id: id),
      backup.verifiedAt != nil
    else { return .ready }
    return try runner.services.store.verify(backup: backup).isEmpty ? .alreadyDone : .ready
  }

  func act(_ runner: HostRunner) async throws {
    let id = Self.id(runner)
    let live = try await runner.services.hosts.manifest(runner.host, of: .live)
    try await runner.effect(
      EffectID(.backup, id), failing: .backupFailed, within: runner.services.bounds.command, token: { id },
      look: { record in
        guard record != nil else { return .ready }
        let copy = try await runner.services.hosts.manifest(runner.host, of: .backup(id: id))
        return Self.same(copy, live) ? .alreadyDone : .ready
      },
      act: { _ in try await runner.perform(.copyFirmware(backup: id)) })
    try await keep(runner, id: id, live: live)
  }

  /// Files, folders and links in content, mode and owner; the order of a listing says nothing.
  static func same(_ left: [BackupFile], _ right: [BackupFile]) -> Bool {
    func key(_ file: BackupFile) -> BackupFile {
      var file = file
      file.package = nil
      if file.type == "d" { file.size = 0 }
      return file
    }
    return Set(left.map(key)) == Set(right.map(key))
  }

  private func keep(_ runner: HostRunner, id: String, live: [BackupFile]) async throws {
    for file in live where file.type == "f" {
      guard let expected = file.sha256 else {
        throw Failure(.backupFailed, "\(file.path) could not be hashed on the host")
      }
      if try runner.services.store.hasBlob(expected) { continue }
      let bytes = try await runner.services.hosts.read(runner.host, path: "/lib/firmware/\(file.path)")
      let found = try runner.services.store.storeBlob(bytes)
      guard found == expected else {
        throw Failure(
          .backupFailed, "\(file.path) changed while it was read", expected: expected, found: found, isTransient: true)
      }
    }
    let observation = try await runner.observation()
    let owners = Dictionary(observation.files.map { ($0.path, $0.package) }, uniquingKeysWith: { first, _ in first })
    let manifest = live.map { file in
      StoredBackup.File(
        path: file.path, type: file.type, sha256: file.sha256, size: file.size, mode: file.mode, owner: file.owner,
        group: file.group, linkTarget: file.linkTarget, package: owners["/lib/firmware/\(file.path)"] ?? nil)
    }
    let backup = StoredBackup(
      id: id, host: runner.host.id, createdAt: runner.services.clock.now(), running: runner.change.expected,
      rollout: runner.rollout, manifest: manifest, initramfsSHA256: try await initramfsHash(runner, observation))
    try runner.services.store.save(backup: backup)
    let faults = try runner.services.store.verify(backup: backup, at: runner.services.clock.now())
    if let fault = faults.first {
      throw Failure(.backupFailed, fault.text, expected: fault.expected, found: fault.found)
    }
    try runner.journal(.backupMade(id: id))
  }

  /// What the next boot starts from, as evidence only: a file that is not there, or may not be read, stops nothing.
  private func initramfsHash(_ runner: HostRunner, _ observation: Observation) async throws -> String? {
    guard let path = observation.initramfs?.path else { return nil }
    do throws(HostError) {
      return try await runner.services.hosts.fileHash(runner.host, path: path)
    } catch  where error.kind == .sudoRefused {
      return nil
    }
  }
}
