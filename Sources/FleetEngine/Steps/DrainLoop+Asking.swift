import FleetCore

/// What Nova is asked for. An answer promises nothing, and a refusal is only believed where nothing was asked before.
extension DrainLoop {
  mutating func begin(_ move: ServerMove, _ view: ComputeHostView) async throws {
    let kind: EffectKind
    switch move.move {
    case .leave, .blocked: return
    case .live: kind = .moveLive
    case .cold: kind = .moveCold
    case .stop: kind = .stopServer
    }
    let effect = EffectID(kind, move.id)
    guard (attempts[effect] ?? 0) < bounds.maxMoveAttempts else {
      throw Failure(
        .serverFailed, "server \(move.name) could not be moved in \(bounds.maxMoveAttempts) tries", found: move.id)
    }
    guard !isHeldBack(effect), roomFor(kind), let server = view.servers.first(where: { $0.id == move.id }),
      await take(effect)
    else {
      return
    }
    let records = try await runner.patiently { try await gateway.migrations(server: move.id) }
    let token = MoveToken(source: name, lastRecord: records.first?.id ?? 0, powerState: server.powerState)
    try runner.record(.effectIntended(effect: effect, token: token.description))
    try await ask(effect, destinations: move.destinations)
  }

  /// Whether it failed so shortly ago that asking again would only use up its tries.
  private func isHeldBack(_ effect: EffectID) -> Bool {
    guard let tried = attempts[effect], tried > 0, let ended = endedAt[effect] else { return false }
    return now - ended < bounds.moveBackoff.wholeMilliseconds << (tried - 1)
  }

  private func roomFor(_ kind: EffectKind) -> Bool {
    // A move that is being taken back ends this drain: nobody else is touched for it.
    if openMoves.contains(where: { $0.id.kind == .revertMove }) { return false }
    let off: Set<EffectKind> = [.moveCold, .confirmMove, .stopServer]
    let cold = openMoves.count { off.contains($0.id.kind) } + unconfirmed.count
    let live = openMoves.filter { $0.id.kind == .moveLive }.count
    switch kind {
    case .moveLive: return live < policy.live
    case .moveCold, .stopServer: return cold < policy.cold
    case .takeLease, .giveLease, .backup, .upload, .treatPackage, .disableService, .enableService, .confirmMove,
      .revertMove, .abortMove, .startServer, .moveHome, .stageFile, .rebuildInitramfs, .stopCompute, .startCompute,
      .unloadKexec, .reload, .reset, .restoreFile, .hook:
      return true
    }
  }

  /// Asks Nova once; whether it happened is looked up in `settle`.
  mutating func ask(_ effect: EffectID, destinations: [String] = []) async throws {
    try runner.begin(effect)
    defer { Failpoint.hit("after \(runner.host.id) effect \(effect)") }
    do {
      try await post(effect, destinations)
      askedAt[effect] = now
      refusals[effect] = nil
    } catch let error as ComputeError {
      askedAt[effect] = now
      try await refused(effect, error)
    }
  }

  private func post(_ effect: EffectID, _ destinations: [String]) async throws {
    switch effect.kind {
    case .moveLive: try await gateway.moveLive(effect.subject, to: nil)
    case .moveCold:
      let tried = attempts[effect] ?? 0
      let target = destinations.isEmpty ? nil : destinations[min(tried, destinations.count - 1)]
      try await gateway.moveCold(effect.subject, to: target)
    case .confirmMove: try await gateway.confirm(effect.subject)
    case .revertMove: try await gateway.revert(effect.subject)
    case .stopServer: try await gateway.stop(effect.subject)
    case .takeLease, .giveLease, .backup, .upload, .treatPackage, .disableService, .enableService, .abortMove,
      .startServer, .moveHome, .stageFile, .rebuildInitramfs, .stopCompute, .startCompute, .unloadKexec, .reload,
      .reset, .restoreFile, .hook:
      return
    }
  }

  private mutating func refused(_ effect: EffectID, _ error: ComputeError) async throws {
    if error.kind == .unreachable {
      uncertain.insert(effect)
      return
    }
    // What Nova does already, it refuses to begin again: only a look tells.
    if uncertain.contains(effect) {
      refusals[effect] = error.text
      if error.kind == .notAllowed { throw error.failure }
      return
    }
    try await end(effect, .failed(error.text))
    switch error.kind {
    // Somebody else confirmed it or took it back; the next look at the server tells who.
    case .badRequest where effect.kind == .confirmMove || effect.kind == .revertMove: attempts[effect, default: 0] += 1
    case .badRequest:
      throw Failure(
        .serverBlocked, "Nova refuses to move server \(effect.subject) this way, so the plan is wrong: \(error.text)",
        found: effect.subject)
    case .conflict, .notFound, .other, .unreachable: attempts[effect, default: 0] += 1
    case .notAllowed: throw error.failure
    }
  }

  /// Asks again for what Nova shows no trace of, or believes the refusal that came meanwhile.
  mutating func askAgain(_ effect: EffectID) async throws {
    if let asked = askedAt[effect], now - asked < bounds.acceptance.wholeMilliseconds { return }
    if let refusal = refusals[effect] {
      try await end(effect, .failed("it never began: \(refusal)"))
      attempts[effect, default: 0] += 1
      return
    }
    // The request that is repeated here is not among the attempts yet.
    guard (attempts[effect] ?? 0) + 1 < bounds.maxMoveAttempts else {
      let text = "\(effect) was asked for \(bounds.maxMoveAttempts) times and did not happen"
      try await end(effect, .failed(text))
      throw Failure(.serverFailed, text, found: effect.subject)
    }
    // The first request of this process for an effect of an earlier one is no repetition.
    if askedAt[effect] != nil { attempts[effect, default: 0] += 1 }
    try await ask(effect, destinations: destinations(effect.subject))
  }

  private func destinations(_ server: String) -> [String] {
    runner.convergedFirst(runner.change.drain.servers.first { $0.id == server }?.destinations ?? [])
  }

  /// Journals an end that was seen, and gives the slot back.
  mutating func end(_ effect: EffectID, _ result: EffectResult) async throws {
    try runner.record(.effectObserved(effect: effect, result: result))
    askedAt[effect] = nil
    refusals[effect] = nil
    endedAt[effect] = now
    uncertain.remove(effect)
    await give(effect)
  }
}
