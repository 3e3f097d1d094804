/// `POST /servers/{id}/action`.
extension LabCompute {
  func serverAction(_ server: NovaServer, _ call: NovaCall) throws(NovaFault) -> APIAnswer {
    let body = try call.body()
    guard body.count == 1, let (name, argument) = body.first else { throw .badRequest("Malformed request body") }
    switch name {
    case "os-migrateLive": return try migrateLive(server, argument, call)
    case "migrate": return try migrateCold(server, argument, call)
    case "confirmResize": return try confirmResize(server, call)
    case "revertResize": return try revertResize(server, call)
    case "os-stop":
      try requireFree("stop", server, [.active, .error])
      note("stop", server, call)
      startStopping(server)
      return .empty(202)
    case "os-start":
      try requireFree("start", server, [.stopped])
      note("start", server, call)
      startStarting(server)
      return .empty(202)
    default: throw .badRequest("There is no such action: \(name)")
    }
  }

  // MARK: Refusals

  /// 409: the server is in a state in which the operation may not be asked for.
  func refusal(_ operation: String, _ server: NovaServer, task: Bool = false) -> NovaFault {
    let state = task ? "task_state \(server.taskState?.rawValue ?? "None")" : "vm_state \(server.vmState.rawValue)"
    return .conflict("Cannot '\(operation)' instance \(server.id) while it is in \(state)")
  }

  /// - Throws: 409 unless the server is in one of the states and nothing is being done to it.
  func requireFree(_ operation: String, _ server: NovaServer, _ states: Set<VMState>) throws(NovaFault) {
    guard states.contains(server.vmState) else { throw refusal(operation, server) }
    guard server.taskState == nil else { throw refusal(operation, server, task: true) }
  }

  // MARK: Moves

  private func migrateLive(
    _ server: NovaServer, _ argument: APIValue, _ call: NovaCall
  ) throws(NovaFault) -> APIAnswer {
    let host = try LiveMigrationRequest.host(argument, call)
    try call.requireAdmin("os-migrate-server:migrate_live" + (host == nil ? "" : ":host"))
    if server.model != .none {
      let text = "Operation 'live-migration' not supported for"
      switch settings.encryptedRefusal {
      case .badRequest: throw .badRequest("\(text) mem encryption enabled instance (\(server.id)).")
      case .conflict: throw .conflict("\(text) SEV-enabled instance (\(server.id)).")
      }
    }
    try requireFree("os-migrateLive", server, [.active, .paused])
    if let host, hosts[host] == nil { throw .badRequest("Compute host \(host) could not be found.") }
    if !call.since(34) {
      // Older microversions look for a host before they answer.
      guard let source = server.host, chooseHost(for: server, only: host, without: [source]) != nil else {
        note("live-migration", server, call)
        noteFailure(call.http.requestID)
        _ = addMigration(.live, server, source: server.host ?? "", .error, request: call.http.requestID)
        throw .badRequest("No valid host was found. ")
      }
    }
    change(server.id) { $0.taskState = .migrating }
    note("live-migration", server, call)
    spawn { [request = call.http.requestID] lab in
      try await lab.conductLive(server.id, only: host, request: request)
    }
    return .empty(202)
  }

  private func migrateCold(
    _ server: NovaServer, _ argument: APIValue, _ call: NovaCall
  ) throws(NovaFault) -> APIAnswer {
    let host = call.since(56) ? try coldHost(argument) : nil
    try call.requireAdmin("os-migrate-server:migrate" + (host == nil ? "" : ":host"))
    try requireFree("migrate", server, [.active, .stopped])
    if let host, hosts[host] == nil { throw .badRequest("Compute host \(host) could not be found.") }
    if let host, host == server.host { throw .badRequest("Cannot migrate to the host where the server exists.") }
    guard let source = server.host.flatMap({ hosts[$0] }), isUp(source) else {
      throw .conflict("Service is unavailable at this time.")
    }
    change(server.id) {
      $0.taskState = .resizePrep
      $0.stateBeforeResize = $0.vmState
    }
    note("migrate", server, call)
    spawn { [request = call.http.requestID] lab in
      try await lab.conductCold(server.id, only: host, request: request)
    }
    return .empty(202)
  }

  private func coldHost(_ argument: APIValue) throws(NovaFault) -> String? {
    guard argument.isNull || argument.object != nil else {
      throw .field("migrate", argument, "\(argument.python) is not of type 'object', 'null'")
    }
    let members = argument.object ?? [:]
    if let odd = members.keys.sorted().first(where: { $0 != "host" }) {
      throw .field("migrate", argument, NovaFault.additional(odd))
    }
    return try LiveMigrationRequest.hostName(members)
  }

  // MARK: After a cold move

  private func confirmResize(_ server: NovaServer, _ call: NovaCall) throws(NovaFault) -> APIAnswer {
    let record = try finishedResize("confirmResize", server)
    guard let source = hosts[record.source], isUp(source) else {
      throw .conflict("Service is unavailable at this time.")
    }
    setStatus(record.id, .confirming)
    note("confirmResize", server, call)
    if source.isRunning {
      spawn { lab in try await lab.confirm(record.id) }
    } else {
      hosts[record.source]?.unreadConfirms.append(record.id)
    }
    return .empty(204)
  }

  private func revertResize(_ server: NovaServer, _ call: NovaCall) throws(NovaFault) -> APIAnswer {
    let record = try finishedResize("revertResize", server)
    change(server.id) { $0.taskState = .resizeReverting }
    setStatus(record.id, .reverting)
    note("revertResize", server, call)
    spawn { lab in try await lab.revert(record.id) }
    return .empty(202)
  }

  /// The record that waits for a word. A second confirm while the first one works finds none.
  private func finishedResize(_ operation: String, _ server: NovaServer) throws(NovaFault) -> NovaMigration {
    try requireFree(operation, server, [.resized])
    guard let record = migrations.last(where: { $0.server == server.id && $0.status == .finished }) else {
      throw .badRequest("Instance has not been resized.")
    }
    return record
  }
}
