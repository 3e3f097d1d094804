/// The life of each nova-compute: death in mid-work, silence, start, and what a start puts right.
extension LabCompute {
  /// The process dies: no more heartbeats, its queue is lost, and its work is neither finished nor undone.
  package func killCompute(_ name: String) {
    guard var host = hosts[name], host.isRunning else { return }
    host.stopBeating(at: clock.now, every: settings.times.reportInterval)
    host.isRunning = false
    host.isFrozen = false
    let running = host.running
    host.running = []
    host.waiting = []
    hosts[name] = host
    for record in running { liveJobs[record]?.finish() }
  }

  /// Heartbeats stop while the process works on.
  package func freezeCompute(_ name: String) {
    guard var host = hosts[name], host.isRunning, !host.isFrozen else { return }
    host.stopBeating(at: clock.now, every: settings.times.reportInterval)
    host.isFrozen = true
    hosts[name] = host
  }

  /// Starts a dead nova-compute; its guests are as they were, unless the host was reset.
  package func startCompute(_ name: String) {
    guard var host = hosts[name], !host.isRunning else { return }
    if settings.lostModelStopsCompute, holdsLostModel(name) { return }
    host.isRunning = true
    host.isFrozen = false
    host.incarnation += 1
    host.beatsSince = clock.now
    let confirms = host.unreadConfirms
    host.unreadConfirms = []
    hosts[name] = host
    for server in servers.values where server.host == name && !server.isDeleted { initialize(server, on: name) }
    for record in confirms { spawn { lab in try await lab.confirm(record) } }
  }

  /// Dies and comes back at once; its guests stay.
  package func restartCompute(_ name: String) {
    killCompute(name)
    startCompute(name)
  }

  /// Follows the host's service manager: true when nova-compute starts, false when it stops.
  package func setComputeUp(_ name: String, _ isUp: Bool) {
    if isUp { startCompute(name) } else { killCompute(name) }
  }

  /// The host went through a reset: nova-compute died and all guests are gone. Their servers turn SHUTOFF when
  /// nova-compute comes back, which is for `setComputeUp` to say.
  package func hostWasReset(_ name: String) {
    killCompute(name)
    guard let host = hosts[name] else { return }
    hosts[name]?.guests = host.guests.mapValues { _ in .off }
  }

  private func holdsLostModel(_ name: String) -> Bool {
    servers.values.contains { server in
      server.host == name && !server.isDeleted && server.model != .none && hosts[name]?.slots[server.model] == nil
    }
  }

  /// Nova's init_host for one server.
  private func initialize(_ server: NovaServer, on host: String) {
    if server.vmState == .building {
      return change(server.id) { ($0.vmState, $0.taskState) = (.error, nil) }
    }
    if server.vmState == .error || server.vmState == .softDeleted { return }
    switch server.taskState {
    case .migrating:
      for record in migrations where record.server == server.id && record.status.isLiveInProgress {
        setStatus(record.id, .error)
      }
      change(server.id) { $0.taskState = nil }
    case .resizePrep, .resizeMigrating: change(server.id) { $0.taskState = nil }
    case .poweringOff: return spawn { lab in try await lab.powerOff(server.id) }
    case .poweringOn: return spawn { lab in try await lab.powerOn(server.id) }
    case nil, .scheduling, .spawning, .resizeMigrated, .resizeFinish, .resizeReverting: break
    }
    syncPower(server.id, on: host)
  }

  /// A server whose guest is gone becomes SHUTOFF; in VERIFY_RESIZE only its power state turns.
  private func syncPower(_ id: String, on host: String) {
    guard let server = servers[id], hosts[host]?.guests[id] ?? .off == .off, server.taskState == nil else { return }
    switch server.vmState {
    case .active, .paused: change(id) { ($0.vmState, $0.power) = (.stopped, .shutdown) }
    case .resized: change(id) { $0.power = .shutdown }
    case .building, .suspended, .stopped, .rescued, .error, .shelved, .deleted, .softDeleted, .shelvedOffloaded:
      break
    }
  }
}
