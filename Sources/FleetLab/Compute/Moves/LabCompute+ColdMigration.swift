/// Cold migration behind the 202, up to VERIFY_RESIZE.
extension LabCompute {
  func conductCold(_ id: String, only: String?, request: String) async throws {
    try await pause(settings.times.conductor / 2)
    guard let server = servers[id], let source = server.host else { return }
    let record = addMigration(.cold, server, source: source, .preMigrating, request: request)
    try await pause(settings.times.conductor)
    guard let destination = chooseHost(for: server, only: only, without: [source]) else {
      setStatus(record, .error)
      noteFailure(request)
      try await pause(settings.times.recordLag)
      return change(id) { $0.taskState = nil }
    }
    changeMigration(record) { $0.destination = destination }
    try await pause(settings.times.conductor, as: try worker(on: destination))
    try await leaveSource(record, source)
    try await arrive(record, destination)
  }

  /// The source's half: switches the guest off and copies its disk.
  private func leaveSource(_ record: Int, _ source: String) async throws {
    let worker = try worker(on: source)
    let id = migration(record).server
    setStatus(record, .migrating)
    change(id) { $0.taskState = .resizeMigrating }
    let asked = servers[id]?.behaviour("lab_cold") ?? FaultOrder()
    let takes = asked.mode == "hang" ? settings.times.hangLimit : asked.duration ?? settings.times.cold
    try await pause(takes, as: worker)
    switch asked.mode {
    case "fail", "hang":
      setStatus(record, .error)
      noteFailure(migration(record).request)
      change(id) { $0.vmState = .error }
      try await pause(settings.times.recordLag)
      fail(id, "Resize error: lab_cold=\(asked.mode)")
      throw ComputeGone()
    case "rollback":
      setStatus(record, .error)
      change(id) { $0.taskState = nil }
      throw ComputeGone()
    default: break
    }
    await stopGuest(id, on: source, keep: true)
    try check(worker)
    changeMigration(record) {
      $0.status = .postMigrating
      $0.destinationAddress = "192.168.0.1"
    }
    let destination = migration(record).destination
    // From here on the server is counted on its new host, long before the move is over.
    change(id) { ($0.host, $0.taskState) = (destination, .resizeMigrated) }
  }

  /// The destination's half: starts the guest, unless it was off before.
  private func arrive(_ record: Int, _ destination: String) async throws {
    let worker = try worker(on: destination)
    let id = migration(record).server
    try await pause(settings.times.conductor, as: worker)
    change(id) { $0.taskState = .resizeFinish }
    guard let server = servers[id] else { return }
    do {
      if server.behaviour("lab_cold").mode == "fail_finish" { throw ComputeGone() }
      if comesUpOff(server) {
        hosts[destination]?.guests[id] = .off
      } else {
        try await startGuest(server, on: destination)
      }
    } catch {
      try await pause(settings.times.recordLag)
      setStatus(record, .error)
      noteFailure(migration(record).request)
      return fail(id, "Resize error: lab_cold=fail_finish")
    }
    try check(worker)
    setStatus(record, .finished)
    try await pause(settings.times.recordLag, as: worker)
    let power: PowerState = comesUpOff(server) ? .shutdown : .running
    change(id) { ($0.vmState, $0.taskState, $0.power) = (.resized, nil, power) }
  }

  /// Whether no guest runs after the move: it was off before, or it dies at once.
  private func comesUpOff(_ server: NovaServer) -> Bool {
    server.stateBeforeResize == .stopped || server.behaviour("lab_cold").mode == "dead"
  }

  /// ERROR, with the reason in the server.
  func fail(_ id: String, _ message: String) {
    let fault = NovaServerFault(message: message, created: now)
    change(id) { ($0.vmState, $0.taskState, $0.fault) = (.error, nil, fault) }
  }
}
