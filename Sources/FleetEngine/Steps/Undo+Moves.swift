import FleetCore

/// Moves in flight are aborted or settled on the return path (RULES U1, D7).
extension Undo {
  func settleLive(_ effect: EffectID) async throws -> String {
    guard let nova = try runner.nova, let token = token(effect) else { return "nothing to settle" }
    let deadline = Deadline(runner.services.clock, in: runner.services.bounds.settle)
    var aborted: Set<Int> = []
    while true {
      let server = try await nova.gateway.server(effect.subject)
      let records = try await nova.gateway.migrations(server: effect.subject)
      switch MoveState.judge(.live, server: server, records: records, token: token) {
      case .notBegun: return "the move never began"
      case .gone: return "the server was deleted"
      case .moved(let host): return "the move had ended: on \(host)"
      case .failed(let text), .inError(let text): return text
      case .awaitsConfirmation(let host): return "on \(host)"
      case .underWay(let text):
        if let record = records.first(where: { $0.id > token.lastRecord && !$0.isEnded }),
          !aborted.contains(record.id)
        {
          aborted.insert(record.id)
          try await abort(effect.subject, record.id, nova.gateway)
        }
        if deadline.hasPassed {
          throw Failure(.undoFailed, "the move of server \(effect.subject) neither ended nor could be aborted: \(text)")
        }
      }
      try await runner.services.clock.sleep(runner.services.bounds.poll)
    }
  }

  private func abort(_ server: String, _ migration: Int, _ gateway: any ComputeGateway) async throws {
    let effect = EffectID(.abortMove, "\(server)#\(migration)")
    if runner.run.openEffect(effect) == nil {
      try runner.record(.effectIntended(effect: effect, token: "\(migration)"))
    }
    var result = EffectResult.done("asked for")
    Failpoint.hit("before \(runner.host.id) effect \(effect)")
    do {
      try await gateway.abort(server, migration: migration)
    } catch {
      // A move that is over cannot be aborted; what it came to is looked up.
      result = .failed(error.text)
    }
    Failpoint.hit("after \(runner.host.id) effect \(effect)")
    try runner.record(.effectObserved(effect: effect, result: result))
  }

  /// VERIFY_RESIZE is settled: confirmed where the guest is as it was, else taken back (RULES D6).
  func settleCold(_ effect: EffectID) async throws -> String {
    guard let nova = try runner.nova, let token = token(effect) else { return "nothing to settle" }
    let deadline = Deadline(runner.services.clock, in: runner.services.bounds.settle)
    while true {
      let server = try await nova.gateway.server(effect.subject)
      let records = try await nova.gateway.migrations(server: effect.subject)
      switch MoveState.judge(.cold, server: server, records: records, token: token) {
      case .notBegun: return "the move never began"
      case .gone: return "the server was deleted"
      case .moved(let host): return "the move had ended: on \(host)"
      case .failed(let text), .inError(let text): return text
      case .awaitsConfirmation:
        let steady = server?.powerState == token.powerState
        try await finish(EffectID(steady ? .confirmMove : .revertMove, effect.subject), token, nova.gateway)
      case .underWay(let text):
        if deadline.hasPassed {
          throw Failure(.undoFailed, "the cold move of server \(effect.subject) did not settle: \(text)")
        }
      }
      try await runner.services.clock.sleep(runner.services.bounds.poll)
    }
  }

  private func finish(_ effect: EffectID, _ token: MoveToken, _ gateway: any ComputeGateway) async throws {
    try await runner.effect(
      effect, failing: .undoFailed, within: runner.services.bounds.settle, token: { token.description },
      look: { record in
        let server = try await gateway.server(effect.subject)
        let records = try await gateway.migrations(server: effect.subject)
        switch MoveState.judge(.cold, server: server, records: records, token: token) {
        case .awaitsConfirmation: return runner.asked.contains(effect) ? .inProgress("Nova settles it") : .ready
        case .underWay(let text): return .inProgress(text)
        case .moved, .failed, .gone, .notBegun, .inError: return .alreadyDone
        }
      },
      act: { _ in
        runner.asked.insert(effect)
        if effect.kind == .confirmMove {
          try await gateway.confirm(effect.subject)
        } else {
          try await gateway.revert(effect.subject)
        }
      })
  }

  private func token(_ effect: EffectID) -> MoveToken? {
    runner.run.effects.last { $0.id == effect }.flatMap { MoveToken($0.token) }
  }
}
