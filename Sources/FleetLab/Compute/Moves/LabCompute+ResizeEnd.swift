/// The end of a cold migration: confirmed, or taken back.
extension LabCompute {
  /// The source cleans up; then the server is what it was before, on its new host. Until then it stays VERIFY_RESIZE
  /// with no task, as if nobody had asked.
  func confirm(_ record: Int) async throws {
    let move = migration(record)
    let worker = try worker(on: move.source)
    try await pause(settings.times.confirm, as: worker)
    await stopGuest(move.server, on: move.source)
    try check(worker)
    setStatus(record, .confirmed)
    try await pause(settings.times.recordLag)
    change(move.server) { $0.vmState = $0.power == .shutdown ? .stopped : .active }
  }

  func revert(_ record: Int) async throws {
    let move = migration(record)
    guard let destination = move.destination else { return }
    let worker = try worker(on: destination)
    await stopGuest(move.server, on: destination)
    try await pause(settings.times.confirm, as: worker)
    setStatus(record, .reverted)
    try await pause(settings.times.conductor, as: worker)
    change(move.server) { $0.host = move.source }
    let source = try self.worker(on: move.source)
    try await pause(settings.times.conductor, as: source)
    guard let server = servers[move.server] else { return }
    if server.stateBeforeResize != .stopped {
      do {
        try await startGuest(server, on: move.source)
      } catch {
        return fail(server.id, "\(error)")
      }
    }
    let power: PowerState = server.stateBeforeResize == .stopped ? .shutdown : .running
    change(server.id) { ($0.vmState, $0.taskState, $0.power) = (server.stateBeforeResize, nil, power) }
  }
}
