import FleetCore
import FleetFormats
import FleetStore

/// Firmware files and what a package was told about them, as they were (RULES U1, U2, P).
extension Undo {
  private static let root = "/lib/firmware/"

  /// The previous file back in place after an image was refused (RULES U2). A diversion stays: the package's own file
  /// would come back through it, and nothing is undone silently from activate on.
  func putFileBack() async throws -> String {
    var texts: [String] = []
    for record in runner.run.effects where record.id.kind == .stageFile {
      let path = record.id.subject
      let saved = try saved(path)
      try await keepStranger(path, saved)
      texts.append(try await putBack(path, to: saved, overwriting: true))
      try await rebuildInitramfs()
    }
    return texts.joined(separator: "; ")
  }

  /// One file of ours away. Where the file of before was diverted by this run, it comes back with the diversion, which
  /// refuses to write over anything.
  func unstage(_ path: String) async throws -> String {
    if runner.run.isDone(EffectID(.treatPackage, "divert:\(path)")) {
      _ = try await putBackOrLeave(path, to: nil)
      return "\(path) is ours no longer"
    }
    let text = try await putBackOrLeave(path, to: try saved(path))
    try await rebuildInitramfs()
    return text
  }

  /// What somebody else wrote there is nothing of ours to undo; a person should read of it.
  private func putBackOrLeave(_ path: String, to saved: StoredBackup.File?) async throws -> String {
    do {
      return try await putBack(path, to: saved)
    } catch let failure as Failure where failure.kind == .changedSincePlan {
      try runner.finding("fileLeft", failure.text)
      runner.latest = nil
      return failure.text
    }
  }

  /// Why the file that lies there may not be replaced: it is neither ours nor the one before, so a package or a person
  /// wrote it since, and no backup holds it. `nil`: it may be, or nothing lies there.
  private func stranger(_ path: String, _ found: String?) -> Failure? {
    guard let found else { return nil }
    if path == runner.change.stagePath, found == runner.change.image?.sha256 { return nil }
    return Failure(
      .changedSincePlan, "\(path) was written by somebody else since, and is left as it is",
      expected: runner.change.image?.sha256 ?? "no file", found: found)
  }

  /// What decides the next reset is put right whoever wrote it last (RULES U2), and nothing is lost by it: the content
  /// of a file that no backup holds is kept by its hash at the controller, and told.
  private func keepStranger(_ path: String, _ saved: StoredBackup.File?) async throws {
    let hosts = runner.services.hosts
    if saved?.type == "l", try await linkTarget(path) == saved?.linkTarget { return }
    guard let found = try await hosts.fileHash(runner.host, path: path), found != saved?.sha256,
      stranger(path, found) != nil
    else { return }
    let kept = try runner.services.store.storeBlob(try await hosts.read(runner.host, path: path))
    guard kept == found else {
      throw Failure(.undoFailed, "\(path) changed while it was read", expected: found, found: kept, isTransient: true)
    }
    try runner.finding(
      "fileKept", "\(path) was written by somebody else since, and is put back; its content is kept as \(kept)")
  }

  /// What the backup holds of a path; `nil`: nothing lay there.
  func saved(_ path: String) throws -> StoredBackup.File? {
    let id = BackupStep.id(runner)
    guard let backup = try runner.services.store.backup(id: id) else {
      throw Failure(.undoFailed, "there is no backup \(id) to put \(path) back from")
    }
    return backup.manifest.first { $0.path == Self.relative(path) }
  }

  private static func relative(_ path: String) -> String {
    path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
  }

  private func putBack(
    _ path: String, to saved: StoredBackup.File?, overwriting: Bool = false
  ) async throws -> String {
    let hosts = runner.services.hosts
    let backup = BackupStep.id(runner)
    let isLink = saved?.type == "l"
    try await runner.effect(
      EffectID(.restoreFile, path), failing: .undoFailed, within: runner.services.bounds.command,
      token: { saved?.sha256 ?? saved?.linkTarget ?? "absent" },
      look: { _ in
        if isLink, try await linkTarget(path) == saved?.linkTarget { return .alreadyDone }
        let found = try await hosts.fileHash(runner.host, path: path)
        if !isLink, found == saved?.sha256 { return .alreadyDone }
        if overwriting { return .ready }
        return stranger(path, found).map { .blocked($0) } ?? .ready
      },
      act: { _ in
        if let sha256 = saved?.sha256 {
          try await runner.perform(.restore(backup: backup, path: Self.relative(path), sha256: sha256))
        } else if isLink {
          try await runner.perform(.restoreLink(backup: backup, path: Self.relative(path)))
        } else {
          try await runner.perform(.remove(path: path))
        }
      })
    runner.latest = nil
    return saved == nil ? "\(path) is gone again" : "\(path) is as it was"
  }

  /// Where a link points now; `nil`: there is none.
  private func linkTarget(_ path: String) async throws -> String? {
    let live = try await runner.services.hosts.manifest(runner.host, of: .live)
    return live.first { $0.path == Self.relative(path) && $0.type == "l" }?.linkTarget
  }

  private func rebuildInitramfs() async throws {
    runner.latest = nil
    guard try await initramfsHoldsOurs() else { return }
    try await StageStep.rebuildInitramfs(runner, marker: "restored")
    let seen = try await runner.observe()
    // Read back: our image may only be in it if it lies on the host still, under whatever name.
    guard let ours = runner.change.image?.sha256, seen.initramfs?.files.contains(where: { $0.sha256 == ours }) == true,
      !seen.files.contains(where: { $0.sha256 == ours })
    else { return }
    throw Failure(
      .undoFailed, "the initramfs of \(seen.initramfs?.kernel ?? "the next kernel") still holds the staged image",
      expected: "no file \(ours)", found: ours)
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

  // MARK: Packages

  /// What a package was told is taken back, under the same subject, and read back.
  func untreat(_ subject: String) async throws -> String {
    if let name = subject.dropping(prefix: "hold:") {
      try await untreat(subject, .unhold(package: name)) {
        try await runner.observe().heldPackages.contains(name)
      }
      return "\(name) is not held any more"
    }
    if let path = subject.dropping(prefix: "divert:") { return try await undivert(subject, path) }
    return "nothing to undo"
  }

  private func undivert(_ subject: String, _ path: String) async throws -> String {
    let hosts = runner.services.hosts
    try await untreat(subject, .undivert(path: path)) { try await hosts.isDiverted(runner.host, path: path) }
    let saved = try saved(path)
    if saved?.type != "l" {
      let found = try await hosts.fileHash(runner.host, path: path)
      guard found == saved?.sha256 else {
        throw Failure(
          .undoFailed, "\(path) came back from its diversion with another content", expected: saved?.sha256,
          found: found)
      }
    }
    try await rebuildInitramfs()
    return "\(path) is not diverted any more"
  }

  private func untreat(_ subject: String, _ act: HostAct, whileTrue isTreated: () async throws -> Bool) async throws {
    try await runner.effect(
      EffectID(.restoreFile, subject), failing: .undoFailed, within: runner.services.bounds.command,
      token: { subject }, look: { _ in try await isTreated() ? .ready : .alreadyDone },
      act: { _ in try await runner.perform(act) })
  }
}
