/// Stop, start and build.
extension LabCompute {
  // MARK: Power

  func startStopping(_ server: NovaServer) {
    change(server.id) { $0.taskState = .poweringOff }
    spawn { lab in try await lab.powerOff(server.id) }
  }

  func startStarting(_ server: NovaServer) {
    change(server.id) { $0.taskState = .poweringOn }
    spawn { lab in try await lab.powerOn(server.id) }
  }

  func powerOff(_ id: String) async throws {
    guard let server = servers[id], let host = server.host else { return }
    let worker = try worker(on: host)
    try await pause(powerTime(server), as: worker)
    await stopGuest(id, on: host, keep: true)
    try check(worker)
    change(id) { ($0.vmState, $0.taskState, $0.power) = (.stopped, nil, .shutdown) }
  }

  func powerOn(_ id: String) async throws {
    guard let server = servers[id], let host = server.host else { return }
    let worker = try worker(on: host)
    try await pause(powerTime(server), as: worker)
    do {
      try await startGuest(server, on: host)
    } catch {
      return change(id) { $0.taskState = nil }
    }
    try check(worker)
    change(id) { ($0.vmState, $0.taskState, $0.power) = (.active, nil, .running) }
  }

  private func powerTime(_ server: NovaServer) -> Duration {
    let asked = server.behaviour("lab_power")
    return asked.mode == "slow" ? asked.duration ?? .seconds(3) : settings.times.power
  }

  // MARK: Build

  /// A build that was given to a host: it goes on there whatever the service's switch says meanwhile.
  func build(_ id: String, on host: String, scheduling: Duration) async throws {
    try await pause(scheduling)
    let worker = try worker(on: host)
    change(id) { ($0.host, $0.taskState) = (host, .spawning) }
    let asked = servers[id]?.behaviour("lab_spawn") ?? FaultOrder()
    let takes = asked.mode == "slow" ? asked.duration ?? .seconds(5) : settings.times.spawn
    try await pause(takes, as: worker)
    guard let server = servers[id], server.vmState == .building else { return }
    do {
      if asked.mode == "fail" { throw ComputeGone() }
      try await startGuest(server, on: host)
    } catch {
      return fail(id, "Build of instance \(id) aborted")
    }
    try check(worker)
    let launched = now
    change(id) { ($0.vmState, $0.taskState, $0.power, $0.launchedAt) = (.active, nil, .running, launched) }
  }
}
