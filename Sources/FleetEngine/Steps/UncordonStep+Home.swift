import FleetCore

/// Servers that the drain moved away live come home, where policy says so (FEATURES 54).
///
/// The host is good whether they come or not, and they run where they are: whatever stands in the way is a finding, and
/// nothing is asked for again that Nova refused.
extension UncordonStep {
  /// Servers that are to be brought home, or are on their way. A host that others took out is no home to go to.
  func serversAway(_ runner: HostRunner) -> [String] {
    runner.run.serversAway.filter { id in
      if runner.run.openEffect(EffectID(.moveHome, id)) != nil { return true }
      switch runner.host.policy.drain.returnHome {
      case .none: return false
      case .live: return runner.isCordonedByUs
      }
    }
  }

  /// One after the other, as Nova itself does by default with the live moves of one host. All together have as long as
  /// they had to leave.
  func bringHome(_ runner: HostRunner, _ nova: (gateway: any ComputeGateway, name: String)) async throws {
    let clock = runner.services.clock
    let end = clock.monotonic() + runner.host.policy.drain.deadline.wholeMilliseconds
    for id in serversAway(runner) {
      let effect = EffectID(.moveHome, id)
      let left = Duration.milliseconds(max(0, end - clock.monotonic()))
      let slot = MoveSlots.Move(rollout: runner.rollout, host: runner.host.id, effect: effect)
      var thrown: (any Error)?
      do {
        try await bring(effect, slot, within: left, runner, nova)
      } catch {
        thrown = error
      }
      await runner.services.moves.give(slot)
      switch thrown {
      case nil: break
      case let failure as Failure: try stays(effect, runner, failure.text)
      case let error as ComputeError: try stays(effect, runner, error.text)
      case let error?: throw error
      }
    }
  }

  private func bring(
    _ effect: EffectID, _ slot: MoveSlots.Move, within limit: Duration, _ runner: HostRunner,
    _ nova: (gateway: any ComputeGateway, name: String)
  ) async throws {
    let id = effect.subject
    if runner.run.openEffect(effect) == nil {
      let seen = try await look(id, runner, nova.gateway)
      let token = MoveToken(
        source: seen.server?.host ?? "", lastRecord: seen.records.first?.id ?? 0,
        powerState: seen.server?.powerState ?? 0)
      try runner.record(.effectIntended(effect: effect, token: token.description))
      if seen.server?.host == nova.name || seen.server == nil {
        return try runner.record(.effectObserved(effect: effect, result: .done("nothing to bring home")))
      }
      if let why = Self.obstacle(seen.server, seen.records, runner.host.policy.drain, home: nova.name) {
        throw Failure(.serverBlocked, why)
      }
      try await takeSlot(slot, within: limit, runner)
    } else {
      await runner.services.moves.hold(slot)
    }
    try await ask(effect, within: limit, runner, nova)
  }

  /// An accepted request, or one whose answer was lost, may show a little later; it is not asked for again meanwhile.
  private func ask(
    _ effect: EffectID, within limit: Duration, _ runner: HostRunner,
    _ nova: (gateway: any ComputeGateway, name: String)
  ) async throws {
    let (clock, id) = (runner.services.clock, effect.subject)
    var acceptance: Deadline?
    try await runner.effect(
      effect, failing: .serverFailed, within: limit, token: { "" },
      look: { record in
        let seen = try await look(id, runner, nova.gateway)
        guard let token = record.flatMap({ MoveToken($0.token) }) else {
          return .blocked(Failure(.serverFailed, "the journal's token of \(effect) cannot be read"))
        }
        let state = Self.state(seen.server, seen.records, token, home: nova.name)
        guard case .ready = state, let acceptance, !acceptance.hasPassed else { return state }
        return .inProgress("Nova shows no trace yet of what it was asked for")
      },
      act: { _ in
        do throws(ComputeError) {
          try await nova.gateway.moveLive(id, to: nova.name)
        } catch {
          if error.kind == .unreachable { acceptance = Deadline(clock, in: runner.services.bounds.acceptance) }
          throw error
        }
        acceptance = Deadline(clock, in: runner.services.bounds.acceptance)
      })
  }

  private func look(
    _ id: String, _ runner: HostRunner, _ gateway: any ComputeGateway
  ) async throws -> (server: ComputeServer?, records: [MigrationRecord]) {
    let server = try await runner.patiently { try await gateway.server(id) }
    let records = try await runner.patiently { try await gateway.migrations(server: id) }
    return (server, records)
  }

  private func takeSlot(_ slot: MoveSlots.Move, within limit: Duration, _ runner: HostRunner) async throws {
    let deadline = Deadline(runner.services.clock, in: limit)
    while !(await runner.services.moves.take(slot, limit: runner.host.policy.drain.maxMoves)) {
      guard !deadline.hasPassed else { throw Failure(.serverFailed, "max_moves left no room for it in time") }
      try await runner.services.clock.sleep(runner.services.bounds.poll)
    }
  }

  /// Only what still lies where our move put it, and what its owner lets move, is brought home.
  private static func obstacle(
    _ server: ComputeServer?, _ records: [MigrationRecord], _ policy: Policy.Drain, home: String
  ) -> String? {
    guard let server else { return nil }
    guard let last = records.first, last.kind == .live, last.source == home, last.destination == server.host else {
      return "somebody else has moved it since"
    }
    let verdict = DrainRules(policy: policy).move(for: server)
    switch verdict.move {
    case .live: return nil
    case .cold, .stop, .leave, .blocked: return verdict.why
    }
  }

  private static func state(
    _ server: ComputeServer?, _ records: [MigrationRecord], _ token: MoveToken, home: String
  ) -> Precheck {
    switch MoveState.judge(.live, server: server, records: records, token: token) {
    case .gone: .alreadyDone
    case .notBegun: .ready
    case .underWay(let text): .inProgress("a server is on its way home: \(text)")
    case .moved(let host) where host == home: .alreadyDone
    case .moved(let host): .blocked(Failure(.serverFailed, "it is on \(host) now, where sevfleet did not send it"))
    case .awaitsConfirmation(let host):
      .blocked(Failure(.serverFailed, "a resize of its owner waits for confirmation on \(host)"))
    case .failed(let text, _), .inError(let text): .blocked(Failure(.serverFailed, text))
    }
  }

  private func stays(_ effect: EffectID, _ runner: HostRunner, _ why: String) throws {
    // Closed in every case: a way home that is tried again and again would hold a good host for ever.
    if runner.run.openEffect(effect) != nil {
      try runner.record(.effectObserved(effect: effect, result: .failed(why)))
    }
    let name = runner.change.drain.servers.first { $0.id == effect.subject }.map { "\($0.name) (\($0.id))" }
    try runner.finding(
      "serverNotHome",
      "server \(name ?? effect.subject) was moved away for this update and was not seen to come home: \(why)")
  }
}
