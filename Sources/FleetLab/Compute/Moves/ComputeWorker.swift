/// The nova-compute process that does a piece of work. When it dies, the work is never finished and never undone.
struct ComputeWorker: Sendable {
  let host: String
  let incarnation: Int
}

/// The nova-compute that was at work is gone.
struct ComputeGone: Error {}

extension LabCompute {
  /// - Throws: `ComputeGone` when the process is dead now.
  func worker(on host: String) throws -> ComputeWorker {
    guard let found = hosts[host], found.isRunning else { throw ComputeGone() }
    return ComputeWorker(host: host, incarnation: found.incarnation)
  }

  func check(_ worker: ComputeWorker) throws {
    guard let host = hosts[worker.host], host.isRunning, host.incarnation == worker.incarnation else {
      throw ComputeGone()
    }
  }

  /// Waits as that process: it may have died meanwhile.
  func pause(_ time: Duration, as worker: ComputeWorker) async throws {
    try await pause(time)
    try check(worker)
  }

  // MARK: Guests

  /// Starts a guest's process through the driver and notes it.
  func startGuest(_ server: NovaServer, on host: String, paused: Bool = false) async throws {
    try await guestDriver.start(server.guest, on: host)
    guard servers[server.id]?.isDeleted == false else {
      await guestDriver.stop(server.id, on: host)
      throw ComputeGone()
    }
    hosts[host]?.guests[server.id] = paused ? .paused : .running
    if paused { await guestDriver.pause(server.id, on: host) }
  }

  /// Ends a guest's process and forgets it on that host; with `keep` the guest stays defined, switched off.
  func stopGuest(_ id: String, on host: String, keep: Bool = false) async {
    guard let state = hosts[host]?.guests[id] else { return }
    hosts[host]?.guests[id] = keep ? .off : nil
    if state != .off { await guestDriver.stop(id, on: host) }
  }
}
