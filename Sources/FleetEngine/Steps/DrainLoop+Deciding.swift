import FleetCore

/// What is left on the host, and what may be done about it (RULES D, E2).
extension DrainLoop {
  /// Decides by the newest look, and where that forbids something, by a fresh one: it may show a process that ended
  /// since, such as that of a server that was stopped.
  mutating func decided(_ view: ComputeHostView) async throws -> [ServerMove] {
    do {
      return try decide(view)
    } catch let failure as Failure where failure.kind == .serverBlocked {
      observation = try await runner.observe()
      return try decide(view)
    }
  }

  private func decide(_ view: ComputeHostView) throws -> [ServerMove] {
    let rules = runner.drainRules(observation)
    let open = Set(openMoves.map(\.id.subject))
    let planned = Dictionary(runner.change.drain.servers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var remaining: [ServerMove] = []
    for server in view.servers.sorted(by: { $0.id < $1.id }) where !open.contains(server.id) {
      // A server with a task is waited for; what it will be is decided when the task has ended (RULES E2).
      if let task = server.taskState {
        remaining.append(waiting(server, "task \(task)"))
        continue
      }
      let move = rules.move(for: server)
      switch move.move {
      case .leave: continue
      case .blocked where move.waitsForModel(of: server): remaining.append(waiting(server, move.why))
      case .blocked:
        throw Failure(.serverBlocked, "server \(server.name) may not be moved: \(move.why)", found: server.id)
      case .cold, .stop:
        try checkConsent(move, planned[server.id])
        remaining.append(move)
      case .live: remaining.append(move)
      }
    }
    return remaining
  }

  private func waiting(_ server: ComputeServer, _ why: String) -> ServerMove {
    ServerMove(
      id: server.id, name: server.name, project: server.project, model: server.model, move: .leave, why: why,
      rule: "E2", wasRunning: server.isRunning)
  }

  /// Only servers that the plan named are switched off: the operator accepted a number (RULES D2). One that was off
  /// when it was counted, and runs now, was not in that number.
  private func checkConsent(_ move: ServerMove, _ planned: ServerMove?) throws {
    guard let planned, planned.move == move.move, planned.wasRunning || !move.wasRunning else {
      throw Failure(
        .serverBlocked, "server \(move.name) would have to be switched off, which the plan did not say",
        expected: planned.map { $0.move == move.move ? "\($0.move.rawValue) while it is off" : $0.move.rawValue },
        found: move.id)
    }
  }
}

extension ServerMove {
  /// Whether nothing but a model that could not be read just now forbids the move.
  fileprivate func waitsForModel(of server: ComputeServer) -> Bool {
    model == .unknown && server.isModelPending == true && (rule == "D1" || rule == "E3")
  }
}
