import FleetCore

/// Moves in flight are aborted or settled on the return path (RULES U1, D7).
extension Undo {
  private var bounds: EngineBounds { runner.services.bounds }

  /// A move may take as long on the way back as the drain gave it; giving up earlier would quarantine a good host.
  private var limit: Duration { max(bounds.settle, runner.host.policy.drain.deadline) }

  func settleLive(_ effect: EffectID) async throws -> String {
    guard let nova = try runner.nova, let token = token(effect) else { return "nothing to settle" }
    let text = try await endOfLive(effect, token, nova.gateway)
    // An abort that Nova never took is over with its move.
    for record in runner.run.effects
    where record.id.kind == .abortMove && record.result == nil && record.id.subject.hasPrefix("\(effect.subject)#") {
      try runner.record(.effectObserved(effect: record.id, result: .failed("the move ended first: \(text)")))
    }
    return text
  }

  private func endOfLive(
    _ effect: EffectID, _ token: MoveToken, _ gateway: any ComputeGateway
  ) async throws -> String {
    let clock = runner.services.clock
    let deadline = Deadline(clock, in: limit)
    let acceptance = Deadline(clock, in: bounds.acceptance)
    var aborted: Set<Int> = []
    var nextTry: Int64 = 0
    while true {
      let seen = try await look(.live, effect.subject, token, gateway)
      var what = "no trace of it yet"
      switch seen.state {
      case .notBegun: if neverBegan(effect, acceptance) { return "the move never began" }
      case .gone: return "the server was deleted"
      case .moved(let host): return "the move had ended: on \(host)"
      case .failed(let text, _), .inError(let text): return text
      case .awaitsConfirmation(let host): return "on \(host)"
      case .underWay(let text):
        what = text
        if let record = seen.open, !aborted.contains(record.id), clock.monotonic() >= nextTry {
          if try await abort(effect.subject, record.id, gateway) { aborted.insert(record.id) }
          nextTry = clock.monotonic() + bounds.knock.wholeMilliseconds
        }
      }
      if deadline.hasPassed {
        throw Failure(.undoFailed, "the move of server \(effect.subject) neither ended nor could be aborted: \(what)")
      }
      try await clock.sleep(bounds.poll)
    }
  }

  /// Asks once. Returns whether Nova took it; a move that is only `accepted` cannot be aborted yet, so the effect stays
  /// open and is asked for again.
  private func abort(_ server: String, _ migration: Int, _ gateway: any ComputeGateway) async throws -> Bool {
    let effect = EffectID(.abortMove, "\(server)#\(migration)")
    if runner.run.openEffect(effect) == nil {
      try runner.record(.effectIntended(effect: effect, token: "\(migration)"))
    }
    try runner.begin(effect)
    do {
      try await gateway.abort(server, migration: migration)
    } catch {
      // A move that is over cannot be aborted either; what it came to is looked up.
      return false
    }
    Failpoint.hit("after \(runner.host.id) effect \(effect)")
    try runner.record(.effectObserved(effect: effect, result: .done("asked for")))
    return true
  }

  /// VERIFY_RESIZE is settled by the drain's own rule: confirmed where the guest stays as it was, else taken back
  /// (RULES D6).
  func settleCold(_ effect: EffectID) async throws -> String {
    guard let nova = try runner.nova, let token = token(effect) else { return "nothing to settle" }
    let clock = runner.services.clock
    let deadline = Deadline(clock, in: limit)
    let acceptance = Deadline(clock, in: bounds.acceptance)
    var rule = ConfirmRule(confirmAfter: runner.host.policy.drain.confirmAfter, acceptance: bounds.acceptance)
    while true {
      let seen = try await look(.cold, effect.subject, token, nova.gateway)
      var what = "no trace of it yet"
      switch seen.state {
      case .notBegun: if neverBegan(effect, acceptance) { return "the move never began" }
      case .gone: return "the server was deleted"
      case .moved(let host): return "the move had ended: on \(host)"
      case .failed(let text, _), .inError(let text): return text
      case .awaitsConfirmation(let host):
        what = "VERIFY_RESIZE on \(host)"
        let verdict = rule.look(seen.server?.powerState ?? 0, before: token.powerState, at: clock.monotonic())
        if let answer = answer(effect.subject, verdict) { try await finish(answer, token, nova.gateway) }
      case .underWay(let text): what = text
      }
      if deadline.hasPassed {
        throw Failure(.undoFailed, "the cold move of server \(effect.subject) did not settle: \(what)")
      }
      try await clock.sleep(bounds.poll)
    }
  }

  /// What the drain had begun to ask for is asked for to the end; else the rule decides.
  private func answer(_ server: String, _ verdict: ConfirmRule.Verdict) -> EffectID? {
    let confirm = EffectID(.confirmMove, server)
    let takeBack = EffectID(.revertMove, server)
    if runner.run.openEffect(confirm) != nil { return confirm }
    if runner.run.openEffect(takeBack) != nil { return takeBack }
    switch verdict {
    case .wait: return nil
    case .confirm: return confirm
    case .takeBack: return takeBack
    }
  }

  private func finish(_ effect: EffectID, _ token: MoveToken, _ gateway: any ComputeGateway) async throws {
    let clock = runner.services.clock
    try await runner.effect(
      effect, failing: .undoFailed, within: limit, token: { token.description },
      look: { _ in
        switch try await look(.cold, effect.subject, token, gateway).state {
        case .awaitsConfirmation:
          // Nova may have lost what it accepted: a dead nova-compute reads no confirm.
          guard let asked = runner.asked[effect] else { return .ready }
          let waits = clock.monotonic() - asked < bounds.acceptance.wholeMilliseconds
          return waits ? .inProgress("Nova settles it") : .ready
        case .underWay(let text): return .inProgress(text)
        case .moved, .failed, .gone, .notBegun, .inError: return .alreadyDone
        }
      },
      act: { _ in
        do {
          if effect.kind == .confirmMove {
            try await gateway.confirm(effect.subject)
          } else {
            try await gateway.revert(effect.subject)
          }
        } catch let error as ComputeError where error.kind == .conflict || error.kind == .badRequest {
          // Done by somebody else, or nova-compute is not back yet: the look tells which, and asks again later.
        }
        runner.asked[effect] = clock.monotonic()
      })
  }

  // MARK: Looking

  private struct Seen {
    var state: MoveState
    var server: ComputeServer?
    /// The record of the move that has not ended.
    var open: MigrationRecord?
  }

  /// Survives an outage of Nova: a host must not be quarantined because nobody could be asked for a minute.
  private func look(
    _ kind: MigrationRecord.Kind, _ id: String, _ token: MoveToken, _ gateway: any ComputeGateway
  ) async throws -> Seen {
    try await runner.patiently(within: bounds.settle) {
      let server = try await gateway.server(id)
      let records = try await gateway.migrations(server: id)
      return Seen(
        state: MoveState.judge(kind, server: server, records: records, token: token), server: server,
        open: records.first { $0.kind == kind && $0.id > token.lastRecord && !$0.isEnded })
    }
  }

  /// Nova shows a move only some time after it accepted it.
  private func neverBegan(_ effect: EffectID, _ acceptance: Deadline) -> Bool {
    runner.run.openEffect(effect) == nil || acceptance.hasPassed
  }

  private func token(_ effect: EffectID) -> MoveToken? {
    runner.run.effects.last { $0.id == effect }.flatMap { MoveToken($0.token) }
  }
}
