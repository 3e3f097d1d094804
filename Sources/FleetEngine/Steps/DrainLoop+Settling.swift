import FleetCore

/// What became of moves and stops, looked up (RULES D6).
extension DrainLoop {
  mutating func settle(_ record: HostRun.EffectRecord, _ view: ComputeHostView) async throws {
    let id = record.id.subject
    let server: ComputeServer?
    if let here = view.servers.first(where: { $0.id == id }) {
      server = here
    } else {
      server = try await runner.patiently { try await gateway.server(id) }
    }
    if record.id.kind == .stopServer { return try await settleStop(record, server) }
    let records = try await runner.patiently { try await gateway.migrations(server: id) }
    let kind: MigrationRecord.Kind = record.id.kind == .moveLive ? .live : .cold
    let state = MoveState.judge(kind, server: server, records: records, token: try token(record))
    try await settle(record.id, state)
  }

  private mutating func settle(_ effect: EffectID, _ state: MoveState) async throws {
    switch state {
    case .underWay: return
    case .notBegun: try await askAgain(effect)
    case .moved(let host):
      try await end(effect, .done(effect.kind == .moveLive ? "now on \(host)" : "on \(host), confirmed"))
    case .gone: try await end(effect, .done("the server was deleted"))
    case .awaitsConfirmation(let host):
      if effect.kind == .moveCold {
        try await end(effect, .done("VERIFY_RESIZE on \(host)"))
      } else {
        try await askAgain(effect)
      }
    case .failed(let text, let ran): try await settleFailed(effect, text, ran: ran)
    case .inError(let text):
      try await end(effect, .failed(text))
      throw Failure(.serverFailed, text, expected: "moved", found: effect.subject)
    }
  }

  private mutating func settleFailed(_ effect: EffectID, _ text: String, ran: Bool) async throws {
    if effect.kind == .revertMove {
      try await end(effect, .done("taken back"))
      throw Failure(
        .serverFailed, "server \(effect.subject) did not come up after its cold move, and was taken back",
        found: effect.subject)
    }
    if effect.kind == .moveCold, ran {
      // It was switched off once, which is all that one rollout may do to it (RULES D4).
      try await end(effect, .done("ran and came back: \(text)"))
      throw Failure(
        .serverFailed, "the cold move of server \(effect.subject) ran and came back: \(text)", expected: "moved",
        found: effect.subject)
    }
    try await end(effect, .failed(text))
    attempts[effect, default: 0] += 1
  }

  private mutating func settleStop(_ record: HostRun.EffectRecord, _ server: ComputeServer?) async throws {
    guard let server else { return try await end(record.id, .done("the server was deleted")) }
    if server.taskState != nil { return }
    if server.status == .shutoff { return try await end(record.id, .done("SHUTOFF")) }
    if server.status == .error {
      try await end(record.id, .failed("ERROR: \(server.fault ?? "no fault given")"))
      throw Failure(.serverFailed, "server \(server.name) went to ERROR when it was stopped", found: server.id)
    }
    try await askAgain(record.id)
  }

  func token(_ record: HostRun.EffectRecord) throws -> MoveToken {
    guard let token = MoveToken(record.token) else {
      throw Failure(.serverFailed, "the journal's token of \(record.id) cannot be read", found: record.token)
    }
    return token
  }
}
