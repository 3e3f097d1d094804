import FleetCore

/// Cold moves that stand in VERIFY_RESIZE (RULES D6).
extension DrainLoop {
  /// Those that nobody of ours has been asked to confirm or take back.
  var unconfirmed: [HostRun.EffectRecord] {
    runner.run.effects.enumerated().compactMap { index, record in
      guard record.id.kind == .moveCold, case .done(let text)? = record.result, text.hasPrefix("VERIFY_RESIZE") else {
        return nil
      }
      let answered = runner.run.effects[index...].contains { later in
        guard later.id.subject == record.id.subject else { return false }
        if case .failed? = later.result { return false }
        return later.id.kind == .confirmMove || later.id.kind == .revertMove
      }
      return answered ? nil : record
    }
  }

  /// Confirms once the power state was as before for `confirm_after`; takes back what does not come up. Nova itself, an
  /// operator or the owner may have done either meanwhile, which is looked at first.
  mutating func watch(_ record: HostRun.EffectRecord) async throws {
    let id = record.id.subject
    let token = try token(record)
    let server = try await runner.patiently { try await gateway.server(id) }
    let records = try await runner.patiently { try await gateway.migrations(server: id) }
    switch MoveState.judge(.cold, server: server, records: records, token: token) {
    case .underWay, .notBegun: return
    case .moved(let host): return try others(.confirmMove, record, "confirmed by somebody else: on \(host)")
    case .gone: return try others(.confirmMove, record, "the server was deleted")
    case .inError(let text): throw Failure(.serverFailed, text, expected: "confirmed", found: id)
    case .failed(let text, _):
      try others(.revertMove, record, "taken back by somebody else: \(text)")
      throw Failure(
        .serverFailed, "server \(id) was taken back by somebody else before its cold move was confirmed: \(text)",
        expected: "confirmed", found: id)
    case .awaitsConfirmation: break
    }
    var rule = confirming[id] ?? ConfirmRule(confirmAfter: policy.confirmAfter, acceptance: bounds.acceptance)
    let verdict = rule.look(server?.powerState ?? 0, before: token.powerState, at: now)
    confirming[id] = rule
    switch verdict {
    case .wait: return
    case .confirm: try await answer(EffectID(.confirmMove, id), record.token)
    case .takeBack: try await answer(EffectID(.revertMove, id), record.token)
    }
  }

  private mutating func answer(_ effect: EffectID, _ token: String) async throws {
    guard (attempts[effect] ?? 0) < bounds.maxMoveAttempts else {
      throw Failure(
        .serverFailed, "the cold move of server \(effect.subject) could not be settled: \(effect) was refused",
        found: effect.subject)
    }
    try runner.record(.effectIntended(effect: effect, token: token))
    try await ask(effect)
  }

  /// Journals what was found settled, so that nothing of ours asks for it again.
  private func others(_ kind: EffectKind, _ record: HostRun.EffectRecord, _ text: String) throws {
    let effect = EffectID(kind, record.id.subject)
    try runner.record(.effectIntended(effect: effect, token: record.token))
    try runner.record(.effectObserved(effect: effect, result: .done(text)))
  }
}
