/// What other people do to the cloud meanwhile, and a look behind the API. None of it is in the audit.
extension LabCompute {
  // MARK: Services

  /// An operator disables the service; nil wipes the reason that was there.
  package func disableService(_ host: String, reason: String?) {
    hosts[host]?.isDisabled = true
    hosts[host]?.disabledReason = reason
    hosts[host]?.recordWritten = clock.now
  }

  /// An operator enables the service, which clears the reason.
  package func enableService(_ host: String) {
    hosts[host]?.isDisabled = false
    hosts[host]?.disabledReason = nil
    hosts[host]?.recordWritten = clock.now
  }

  /// An operator declares the service dead, whatever its heartbeat, or takes that back.
  package func setForcedDown(_ host: String, _ isDown: Bool) {
    hosts[host]?.isForcedDown = isDown
    hosts[host]?.recordWritten = clock.now
  }

  /// What nova-compute reports to Placement of a host's memory encryption; an absent model is not offered.
  package func setSlots(_ slots: [LabGuest.Model: Int], on host: String) { hosts[host]?.slots = slots }

  // MARK: Servers

  /// Adds to a server's metadata; an empty text removes the key.
  package func setMetadata(_ metadata: [String: String], of server: String) {
    change(server) { server in
      for (key, value) in metadata { server.metadata[key] = value.isEmpty ? nil : value }
    }
  }

  /// Replaces a server's tags.
  package func setTags(_ tags: [String], of server: String) { change(server) { $0.tags = tags } }

  /// Its owner deletes it, whatever is being done to it: a live migration under way ends with it.
  package func deleteServer(_ id: String) async {
    change(id) { ($0.vmState, $0.taskState, $0.host) = (.deleted, nil, nil) }
    for record in migrations where record.server == id && !record.status.hasEnded {
      hosts[record.source]?.waiting.removeAll { $0 == record.id }
      liveJobs[record.id]?.yield(.aborted)
      setStatus(record.id, .error)
    }
    for host in hostNames { await stopGuest(id, on: host) }
  }

  /// Ends the copy of the server's running live migration with success, however long it was to take. With the fault
  /// `lab_live: hang` a test decides so when a move is over.
  package func letThrough(_ server: String) {
    for record in migrations where record.server == server { liveJobs[record.id]?.yield(.letThrough) }
  }

  /// Its owner pauses it, or lets it go on.
  package func setPaused(_ id: String, _ isPaused: Bool) async {
    guard let server = servers[id], let host = server.host, server.taskState == nil,
      server.vmState == (isPaused ? .active : .paused)
    else { return }
    hosts[host]?.guests[id] = isPaused ? .paused : .running
    change(id) { ($0.vmState, $0.power) = isPaused ? (.paused, .paused) : (.active, .running) }
    if isPaused {
      await guestDriver.pause(id, on: host)
    } else {
      await guestDriver.resume(id, on: host)
    }
  }

  // MARK: Tokens

  /// Every token so far stops working at once.
  package func revokeAllTokens() { directory.revokeAll() }

  /// For tokens issued from now on.
  package func setTokenTTL(_ time: Duration) { tokenTTL = time }

  /// A credential of the admin user in the admin project.
  package func addApplicationCredential(_ name: String) -> (id: String, secret: String) {
    let made = addApplicationCredential(
      name: name, userID: directory.adminUser.id, projectID: directory.admin.id, roles: ["admin"])
    return (made.id, made.secret)
  }

  // MARK: Behind the API

  /// A server as Nova's database has it.
  package struct ServerGlimpse: Sendable, Hashable {
    package let id: String
    package let name: String
    package let status: String
    package let taskState: String?
    package let host: String?
    package let model: LabGuest.Model
  }

  package func glimpse(_ id: String) -> ServerGlimpse? {
    guard let server = servers[id], !server.isDeleted else { return nil }
    return ServerGlimpse(
      id: id, name: server.name, status: server.status, taskState: server.taskState?.rawValue, host: server.host,
      model: server.model)
  }

  /// All servers that exist, oldest first.
  package func allServers() -> [ServerGlimpse] { serverIDs.compactMap(glimpse) }

  /// Ids of guests that have a process on the host, whatever Nova's database says; sorted.
  package func processes(on host: String) -> [String] {
    (hosts[host]?.guests ?? [:]).filter { $0.value != .off }.keys.sorted()
  }

  /// Ids of all guests that the host's hypervisor knows, switched-off ones included; sorted.
  package func guests(on host: String) -> [String] { (hosts[host]?.guests ?? [:]).keys.sorted() }

  /// The service's switch and reason.
  package func serviceState(_ host: String) -> (isEnabled: Bool, reason: String?, isUp: Bool)? {
    hosts[host].map { (!$0.isDisabled, $0.disabledReason, isUp($0)) }
  }

  // MARK: Over HTTP

  /// `GET /control/state` and `POST /control/hosts/HOST/kill|freeze|start|restart|reset`, for hands outside this
  /// process; as the test bed with the real Nova has them.
  func control(_ call: APICall) -> APIAnswer {
    switch (call.method, call.path.count) {
    case ("GET", 1) where call.path == ["state"]: return .json(controlState)
    case ("POST", 3) where call.path[0] == "hosts":
      let host = call.path[1]
      guard hosts[host] != nil else { return .json(["error": .string("no such host: \(host)")], status: 404) }
      switch call.path[2] {
      case "kill": killCompute(host)
      case "freeze": freezeCompute(host)
      case "start": startCompute(host)
      case "restart": restartCompute(host)
      case "reset": hostWasReset(host)
      default: return .json(["error": .string("no such verb: \(call.path[2])")], status: 404)
      }
      return .json(controlView(host))
    default: return .noSuchPath
    }
  }

  private var controlState: APIValue {
    let views = hostNames.map { ($0, controlView($0)) }
    return ["ready": true, "hosts": .object(Dictionary(uniqueKeysWithValues: views))]
  }

  private func controlView(_ name: String) -> APIValue {
    guard let host = hosts[name] else { return nil }
    return [
      "host": .string(name), "running": .bool(host.isRunning), "frozen": .bool(host.isFrozen),
      "guests": .texts(guests(on: name)), "processes": .texts(processes(on: name)),
    ]
  }
}
