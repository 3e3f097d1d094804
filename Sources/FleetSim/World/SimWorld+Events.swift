import FleetCore

/// What happens by itself.
extension SimWorld {
  func happen(_ event: SimEvent, at time: Int64) {
    switch event {
    case .liveRuns(let id): change(id, from: "queued") { $0.status = "running" }
    case .liveEnds(let id): endLive(id)
    case .liveFails(let id), .coldFails(let id): fail(id)
    case .coldEnds(let id): endCold(id)
    case .confirmed(let id): answer(id, "confirmed")
    case .reverted(let id): answer(id, "reverted")
    case .stopped(let id): power(id, .shutoff, 4, runs: false)
    case .started(let id): power(id, .active, 1, runs: true)
    case .reloadEnds(let name, let token):
      if let id = host(named: name), let host = hosts[id], host.reload?.token == token {
        auditor.judgeEffect("reload", host, self)
        edit(name) { $0.finishReload() }
      }
    case .goesDown(let name): goDown(name, at: time)
    case .comesBack(let name): edit(name) { $0.boot(at: time) }
    case .serverAppears(let name): beginBuild(name)
    case .serverBuilt(let id): endBuild(id)
    case .leaseTaken(let name): takeLease(name)
    case .leaseGiven(let name):
      edit(name) { if $0.lease?.line == Self.foreignLease.line { $0.lease = nil } }
    case .recordEnds(let id): change(id, from: "running") { $0.status = "completed" }
    case .operatorEnables(let name): operatorEnables(name, at: time)
    case .operatorDisables(let name): operatorDisables(name, at: time)
    case .packageWrites(let name): packageWrites(name)
    case .operatorConfirms: operatorConfirms()
    case .clockJumps(let seconds):
      fired(.clockJumps)
      executor.shiftWall(by: .seconds(seconds))
    }
  }

  func edit(_ name: String, _ change: (inout SimHost) -> Void) {
    guard let id = host(named: name), var host = hosts[id] else { return }
    change(&host)
    hosts[id] = host
  }

  private func change(_ id: Int, from status: String, _ change: (inout SimMigration) -> Void) {
    guard let index = migrations.firstIndex(where: { $0.id == id }), migrations[index].status == status else { return }
    change(&migrations[index])
  }

  // MARK: Moves

  private func endLive(_ id: Int) {
    guard let index = migrations.firstIndex(where: { $0.id == id }), migrations[index].isUnfinished,
      let destination = migrations[index].destination, var server = servers[migrations[index].server]
    else { return }
    guard server.task != nil else { return }
    // A host that went down on the way, on either side, is no place to go to.
    guard takesMoves(destination), takesMoves(migrations[index].source) else { return fail(id) }
    // The record comes seconds later than the server (FACTS 6.2).
    migrations[index].status = "running"
    schedule(.recordEnds(id), in: random.seconds(1..<6))
    server.host = destination
    server.runsOn = destination
    server.status = server.power == Self.pausedPower ? .paused : .active
    server.task = nil
    servers[server.id] = server
  }

  /// Nova's power state of a paused server.
  private static let pausedPower = 3

  /// Both ends of a move are worked by nova-compute, which Nova believes to be up for a minute after it stopped.
  private func takesMoves(_ name: String) -> Bool {
    guard let id = host(named: name), let host = hosts[id] else { return false }
    return host.answers && host.computeRuns && now >= host.computeSince
  }

  private func endCold(_ id: Int) {
    guard let index = migrations.firstIndex(where: { $0.id == id }), migrations[index].isUnfinished,
      let destination = migrations[index].destination, var server = servers[migrations[index].server]
    else { return }
    guard takesMoves(destination), takesMoves(migrations[index].source) else { return fail(id) }
    migrations[index].status = "finished"
    server.host = destination
    server.runsOn = server.wasOff ? nil : destination
    server.status = .verifyResize
    server.task = nil
    server.power = server.wasOff ? 4 : 1
    servers[server.id] = server
    auditor.judgeLanding(server, self)
  }

  /// Back as it was, on its old host.
  private func fail(_ id: Int) {
    guard let index = migrations.firstIndex(where: { $0.id == id }), migrations[index].isUnfinished,
      var server = servers[migrations[index].server]
    else { return }
    migrations[index].status = migrations[index].kind == .live ? "failed" : "error"
    rest(&server)
    servers[server.id] = server
  }

  /// On its host, and on or off as it was.
  private func rest(_ server: inout SimServer) {
    let isPaused = server.power == Self.pausedPower
    server.status = server.wasOff ? .shutoff : isPaused ? .paused : .active
    server.power = server.wasOff ? 4 : isPaused ? Self.pausedPower : 1
    server.runsOn = server.wasOff ? nil : server.host
    server.task = nil
  }

  /// A cold move that waited is settled, one way or the other.
  private func answer(_ id: Int, _ status: String) {
    guard let index = migrations.firstIndex(where: { $0.id == id }),
      ["finished", "confirming", "reverting"].contains(migrations[index].status),
      var server = servers[migrations[index].server]
    else { return }
    // The old host's nova-compute takes part, and Nova waits for it (FACTS 6.3).
    guard takesMoves(migrations[index].source) else {
      return schedule(status == "confirmed" ? .confirmed(id) : .reverted(id), in: .seconds(10))
    }
    migrations[index].status = status
    if status == "reverted" { server.host = migrations[index].source }
    rest(&server)
    servers[server.id] = server
  }

  private func power(_ id: String, _ status: ServerStatus, _ power: Int, runs: Bool) {
    guard var server = servers[id] else { return }
    server.status = status
    server.power = power
    server.task = nil
    server.runsOn = runs ? server.host : nil
    servers[id] = server
    if runs { auditor.judgeLanding(server, self) }
  }

  private func goDown(_ name: String, at time: Int64) {
    guard let id = host(named: name), var host = hosts[id], case .shuttingDown = host.power else { return }
    auditor.judgeEffect("reset", host, self)
    host.stopCompute(time)
    for var server in servers.values.filter({ $0.runsOn == name }).sorted(by: { $0.id < $1.id }) {
      server.status = .shutoff
      server.power = 4
      server.runsOn = nil
      servers[server.id] = server
    }
    if faults.draws(.deadHost, &random) {
      fired(.deadHost)
      host.power = .down(until: nil)
    } else {
      let boot = random.seconds(90..<240)
      host.power = .down(until: time + boot.wholeMilliseconds)
      schedule(.comesBack(name), in: .milliseconds(time - now) + boot)
    }
    hosts[id] = host
  }

  // MARK: People, packages and other controllers

  /// A build that was under way when its host was chosen; disabling is no barrier (FACTS 6.3), a stopped nova-compute is.
  private func beginBuild(_ name: String) {
    guard takesMoves(name) else { return }
    fired(.serverAppears)
    let id = addServer(.none, on: name)
    guard var server = servers[id] else { return }
    server.status = .build
    server.task = "spawning"
    server.power = 0
    server.runsOn = nil
    servers[id] = server
    schedule(.serverBuilt(id), in: random.seconds(2..<20))
  }

  private func endBuild(_ id: String) {
    guard var server = servers[id] else { return }
    if takesMoves(server.host) {
      rest(&server)
    } else {
      server.status = .error
      server.task = nil
    }
    servers[id] = server
  }

  static let foreignLease = HostLease(
    line: ControllerIdentity(id: String(repeating: "f", count: 32), hostName: "other").holder(rollout: "r-other").line)

  /// A free lease is taken as by a rollout; ours, as by somebody who gave it up for lost.
  private func takeLease(_ name: String) {
    guard let id = host(named: name), let host = hosts[id], host.answers else { return }
    fired(.foreignLease)
    edit(name) { $0.lease = Self.foreignLease }
    schedule(.leaseGiven(name), in: random.seconds(300..<1200))
  }

  private func operatorEnables(_ name: String, at time: Int64) {
    guard var service = services[name], !service.isEnabled else { return }
    fired(.operatorInterferes)
    service.isEnabled = true
    service.reason = nil
    service.switchedAt = time
    services[name] = service
    auditor.operatorTook(name)
  }

  private func operatorDisables(_ name: String, at time: Int64) {
    guard var service = services[name] else { return }
    fired(.operatorInterferes)
    service.isEnabled = false
    service.reason = "disk is being replaced"
    service.switchedAt = time
    services[name] = service
    auditor.operatorTook(name)
  }

  private func operatorConfirms() {
    guard let waiting = migrations.first(where: { $0.status == "finished" }) else { return }
    fired(.operatorInterferes)
    answer(waiting.id, random.chance(1, of: 2) ? "confirmed" : "reverted")
  }

  private func packageWrites(_ name: String) {
    guard let id = host(named: name), var host = hosts[id], host.answers,
      let old = images.all.first(where: { $0.image.familyModel == host.cpu.familyModel })
    else { return }
    fired(.packageUpdates)
    host.files[host.path] = SimFile(old)
    host.packageWroteAt = now
    hosts[id] = host
  }

  func fired(_ fault: SimFault) { faults.fired[fault, default: 0] += 1 }
}
