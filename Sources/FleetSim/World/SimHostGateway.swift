import FleetCore
import FleetEngine

/// The engine's port to the simulated hosts, for one life of the controller.
struct SimHostGateway: HostGateway {
  let world: SimWorld
  let life: SimLife

  // MARK: The way there

  /// A host is reached after a while, or is not.
  private func reach(_ host: Host) async throws(HostError) -> SimHost {
    if life.isOver { throw HostError(.connectionLost, "the controller is gone") }
    var wait = Duration.milliseconds(100 + world.random.number(0..<200))
    if world.faults.draws(.slowHost, &world.random) {
      world.fired(.slowHost)
      wait = world.random.seconds(10..<60)
    }
    await world.executor.sleep(wait)
    if life.isOver { throw HostError(.connectionLost, "the controller is gone") }
    world.advance()
    guard let found = world.hosts[host.id], found.answers else {
      throw HostError(.unreachable, "no route to \(host.id)")
    }
    return found
  }

  private func edit(_ host: Host, _ change: (inout SimHost) -> Void) {
    guard var found = world.hosts[host.id] else { return }
    change(&found)
    world.hosts[host.id] = found
  }

  // MARK: Looks

  func observe(_ host: Host) async -> Result<Observation, ProbeFailure> {
    do throws(HostError) {
      let found = try await reach(host)
      world.auditor.saw(found)
      return .success(SimObservation.of(found, world))
    } catch {
      return .failure(ProbeFailure(kind: .unreachable, text: error.text))
    }
  }

  func bootMark(_ host: Host) async throws(HostError) -> BootMark {
    let found = try await reach(host)
    return BootMark(bootID: found.bootID, uptimeSeconds: found.uptime(world.now))
  }

  func stagedHash(_ host: Host, sha256: String) async throws(HostError) -> String? {
    try await reach(host).staged.contains(sha256) ? sha256 : nil
  }

  func fileHash(_ host: Host, path: String) async throws(HostError) -> String? {
    try await reach(host).files[path]?.sha256
  }

  func isDiverted(_ host: Host, path: String) async throws(HostError) -> Bool {
    try await reach(host).diverted.keys.contains(path)
  }

  func manifest(_ host: Host, of tree: FirmwareTree) async throws(HostError) -> [BackupFile] {
    let found = try await reach(host)
    let files: [String: SimFile]
    switch tree {
    case .live: files = found.files
    case .backup(let id): files = found.backups[id] ?? [:]
    }
    let kept = files.filter { path, _ in
      ["/lib/firmware/amd/", "/lib/firmware/updates/amd/"].contains { path.hasPrefix($0) }
    }
    return kept.sorted { $0.key < $1.key }.map { path, file in
      BackupFile(
        path: String(path.dropFirst("/lib/firmware/".count)), type: "f", sha256: file.sha256, size: file.size,
        mode: "644", owner: "root", group: "root", linkTarget: nil)
    }
  }

  func read(_ host: Host, path: String) async throws(HostError) -> [UInt8] {
    guard let file = try await reach(host).files[path], let image = world.images.image(sha256: file.sha256) else {
      throw HostError(.refused, "no such file: \(path)")
    }
    edit(host) { $0.read.insert(file.sha256) }
    return image.bytes
  }

  func trials(_ host: Host, _ needs: TrialNeeds) async throws(HostError) -> [HostError] {
    _ = try await reach(host)
    guard world.faults.draws(.fullDisk, &world.random) else { return [] }
    world.fired(.fullDisk)
    return [HostError(.diskFull, "no space is left on /lib/firmware")]
  }

  func reloadState(_ host: Host, token: String) async throws(HostError) -> ReloadState {
    guard let reload = try await reach(host).reload, reload.token == token else { return .notStarted }
    guard reload.hasEnded else { return .running }
    return .ended(
      ReloadResult(
        succeeded: !reload.isRefused, modulesPresent: true, failedStep: reload.isRefused ? "modprobe -r kvm_amd" : nil,
        output: reload.isRefused ? "Module kvm_amd is in use" : "", loadedAt: reload.loadedAt))
  }

  func resetIssued(_ host: Host, token: String) async throws(HostError) -> Bool {
    try await reach(host).resetToken == token
  }

  func remains(_ host: Host) async throws(HostError) -> HostRemains {
    let found = try await reach(host)
    world.auditor.saw(found)
    return HostRemains(lease: found.lease, staged: found.staged.sorted(), backups: found.backups.keys.sorted())
  }

  func computeRuns(_ host: Host, _ door: Door) async throws(HostError) -> Bool? { try await reach(host).computeRuns }

  func close(_ host: Host) async {}

  // MARK: Acts

  func perform(_ host: Host, _ act: HostAct, under lease: String?) async throws(HostError) {
    let askedAt = world.now
    let found = try await reach(host)
    if world.faults.draws(.lostRequest, &world.random) {
      world.fired(.lostRequest)
      throw HostError(.connectionLost, "the connection broke")
    }
    if let lease, found.lease?.line != lease { throw HostError(.notHeld, "\(host.id) does not bear the lease") }
    world.auditor.judge(act, askedAt: askedAt, on: found, world)
    apply(act, host, found)
    if world.faults.draws(.lostReply, &world.random) {
      world.fired(.lostReply)
      throw HostError(.connectionLost, "the connection broke")
    }
  }

  private func apply(_ act: HostAct, _ host: Host, _ found: SimHost) {
    let now = world.now
    switch act {
    case .takeLease(let holder): edit(host) { $0.lease = $0.lease ?? HostLease(line: holder) }
    case .replaceLease(let holder): edit(host) { $0.lease = HostLease(line: holder) }
    case .giveLease: edit(host) { $0.lease = nil }
    case .copyFirmware(let backup): edit(host) { $0.backups[backup] = $0.files }
    case .upload(_, let sha256): edit(host) { $0.staged.insert(sha256) }
    case .place(let sha256, let path):
      guard found.staged.contains(sha256), let image = world.images.image(sha256: sha256) else { return }
      edit(host) { $0.files[path] = SimFile(image) }
    case .remove(let path): edit(host) { $0.files[path] = nil }
    case .restore(let backup, let path, _):
      edit(host) { $0.files["/lib/firmware/\(path)"] = $0.backups[backup]?["/lib/firmware/\(path)"] }
    case .rebuildInitramfs: edit(host) { $0.rebuildInitramfs() }
    case .restoreLink, .unloadKexec: break
    case .hold(let package): edit(host) { $0.held.insert(package) }
    case .unhold(let package): edit(host) { $0.held.remove(package) }
    case .divert(let path):
      edit(host) { host in
        host.diverted[path] = .some(host.files[path])
        host.files[path] = nil
      }
    case .undivert(let path):
      edit(host) { host in
        if let file = host.diverted.removeValue(forKey: path) { host.files[path] = host.files[path] ?? file }
      }
    case .closeDoor: edit(host) { $0.stopCompute(now) }
    case .openDoor: edit(host) { $0.startCompute(now) }
    case .reload(let token, _): beginReload(host, found, token)
    case .reset(let token): beginReset(host, found, token)
    }
  }

  /// A reload with the token of one that was begun begins nothing: its script finds the other's mark (FACTS 2).
  private func beginReload(_ host: Host, _ found: SimHost, _ token: String) {
    guard found.reload?.token != token else { return }
    let isRefused = world.faults.draws(.refusedReload, &world.random)
    if isRefused { world.fired(.refusedReload) }
    let duration = world.random.seconds(3..<12)
    edit(host) { host in
      host.reload = SimHost.Reload(
        token: token, endsAt: world.now + duration.wholeMilliseconds, loadedAt: host.uptime(world.now),
        isRefused: isRefused)
    }
    world.schedule(.reloadEnds(found.name, token: token), in: duration)
  }

  private func beginReset(_ host: Host, _ found: SimHost, _ token: String) {
    guard case .up = found.power, found.bootID == token else { return }
    let shutdown = world.random.seconds(5..<40)
    edit(host) { host in
      host.resetToken = token
      host.power = .shuttingDown(at: world.now + shutdown.wholeMilliseconds)
    }
    world.schedule(.goesDown(found.name), in: shutdown)
  }
}
