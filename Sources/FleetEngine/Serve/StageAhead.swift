package import FleetCore
import FleetStore

/// Does for a host what may be done before its window: everything that can fail without touching a server is tried, what
/// a backup will hold is read, and the image lies on the host (RULES O1, decision 0021). Nothing that runs changes.
package struct StageAhead: Sendable {
  /// Hosts at once: it is night work done by day, and nobody waits for it.
  package static let atOnce = 4

  private let services: EngineServices
  private let rollout: String

  package init(_ services: EngineServices, rollout: String) {
    self.services = services
    self.rollout = rollout
  }

  /// Stages a host ahead and writes down what came of it. Returns why it could not be; `nil`: it is staged.
  /// `host` is `nil` where the inventory has it no more. Throws where the journal cannot be written, or when the task is
  /// cancelled; what was done by then is found by the next try.
  package func stage(_ host: Host?, _ change: HostChange) async throws -> Failure? {
    let failure: Failure?
    do {
      guard let host else {
        throw Failure(.changedSincePlan, "\(change.host) is not in the inventory any more")
      }
      try await prepare(host, change)
      failure = nil
    } catch {
      failure = try HostRunner.failure(error, in: .prepare)
    }
    if let host { await services.hosts.close(host) }
    let event: JournalEvent =
      failure.map { .finding(kind: StagingAhead.failed, text: "\($0.kind.rawValue): \($0.text)") }
      ?? .finding(kind: StagingAhead.staged, text: "every trial passed, the backup is read and the image is there")
    try services.store.append(event, rollout: rollout, host: change.host, at: services.clock.now())
    return failure
  }

  /// By a runner that is never driven: the steps' own looks, and no step.
  private func prepare(_ host: Host, _ change: HostChange) async throws {
    let runner = try HostRunner(host: host, change: change, rollout: rollout, services: services, entries: [])
    let observation = try await runner.observe()
    if let lease = observation.lease, !lease.isHeld(by: services.controller.id) {
      throw Failure(.otherMaintenance, lease.refusal, expected: HostLease.expected, found: lease.text)
    }
    try await ObserveStep.check(runner, observation)
    if case .blocked(let failure) = try await PrepareStep().precheck(runner) { throw failure }
    try await readFirmware(host)
    try await upload(host, change)
  }

  /// What the backup of this night will hold, by content; what changes until then is read again then.
  private func readFirmware(_ host: Host) async throws {
    for file in try await services.hosts.manifest(host, of: .live) where file.type == "f" {
      guard let sha256 = file.sha256 else {
        throw Failure(.backupFailed, "\(file.path) could not be hashed on the host")
      }
      if try services.store.hasBlob(sha256) { continue }
      let bytes = try await services.hosts.read(host, path: "/lib/firmware/\(file.path)")
      let found = try services.store.storeBlob(bytes)
      guard found == sha256 else {
        throw Failure(.backupFailed, "\(file.path) changed while it was read", expected: sha256, found: found)
      }
    }
  }

  private func upload(_ host: Host, _ change: HostChange) async throws {
    guard let image = change.image else { return }
    if try await services.hosts.stagedHash(host, sha256: image.sha256) == image.sha256 { return }
    try services.store.checkFence()
    let bytes = try PrepareStep.bytes(of: image)
    try await services.hosts.perform(host, .upload(bytes: bytes, sha256: image.sha256))
    let found = try await services.hosts.stagedHash(host, sha256: image.sha256)
    guard found == image.sha256 else {
      throw Failure(.prepareFailed, "the image did not arrive whole", expected: image.sha256, found: found)
    }
  }
}
