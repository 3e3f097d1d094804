import FleetCore

/// The loop that empties a host: settle what is under way, decide about what is left, ask for what the limits allow.
struct DrainLoop {
  let runner: HostRunner
  let gateway: any ComputeGateway
  let name: String
  var observation: Observation
  /// Fleet-wide slots this loop holds.
  private(set) var slotsHeld = 0
  private var attempts: [String: Int] = [:]
  /// Monotonic time at which this process asked for an effect.
  private var askedAt: [EffectID: Int64] = [:]
  /// Since when a cold-moved server shows the power state it had before.
  private var steadySince: [String: Int64] = [:]
  private var watchedSince: [String: Int64] = [:]

  init(runner: HostRunner, gateway: any ComputeGateway, name: String, observation: Observation) {
    self.runner = runner
    self.gateway = gateway
    self.name = name
    self.observation = observation
  }

  private var bounds: EngineBounds { runner.services.bounds }
  private var policy: Policy.Drain { runner.host.policy.drain }

  mutating func run() async throws {
    let deadline = Deadline(runner.services.clock, in: policy.deadline)
    while true {
      let view = try await patiently { () async throws(ComputeError) in try await gateway.view(name, inventory: false) }
      try runner.checkStillCordoned(view.service)
      try checkAlive(view.service)
      for effect in openMoves { try await settle(effect, view) }
      for move in unconfirmed { try await watch(move) }
      let remaining = try decide(view)
      if openMoves.isEmpty, unconfirmed.isEmpty, remaining.isEmpty {
        observation = try await runner.observe()
        guard let failure = try await Emptiness.failure(runner, observation) else { return }
        guard failure.kind == .serverAppeared else { throw failure }
        runner.wait(.drain, failure.text)
      } else {
        for move in remaining { try await begin(move, view) }
        runner.wait(.drain, "\(remaining.count) servers left, \(openMoves.count) moves under way")
      }
      if deadline.hasPassed { throw late(view, remaining) }
      try await runner.services.clock.sleep(bounds.poll)
    }
  }

  /// Effects of this drain that were intended and have not been seen to end.
  private var openMoves: [HostRun.EffectRecord] {
    runner.run.effects.filter { record in
      guard record.result == nil else { return false }
      switch record.id.kind {
      case .moveLive, .moveCold, .confirmMove, .revertMove, .stopServer: return true
      case .backup, .upload, .treatPackage, .disableService, .enableService, .abortMove, .startServer, .stageFile,
        .rebuildInitramfs, .stopCompute, .startCompute, .unloadKexec, .reload, .reset, .restoreFile, .hook:
        return false
      }
    }
  }

  private func late(_ view: ComputeHostView, _ remaining: [ServerMove]) -> Failure {
    let names = (remaining.map(\.name) + openMoves.map(\.id.subject)).sorted()
    return Failure(
      .drainDeadline, "the host was not empty in time; still there or under way: \(names.joined(separator: ", "))",
      expected: "an empty host within \(policy.deadline)", found: "\(names.count) servers")
  }

  /// A compute service that dies leaves moves hanging for Nova's own RPC time-out; the drain cannot go on.
  private func checkAlive(_ service: ComputeServiceState) throws {
    guard service.isUp else {
      throw Failure(.computeUnknown, "its compute service went down during the drain", expected: "up", found: "down")
    }
  }

  // MARK: What is left

  private func decide(_ view: ComputeHostView) throws -> [ServerMove] {
    let rules = runner.drainRules(observation)
    let open = Set(openMoves.map(\.id.subject))
    let planned = Dictionary(runner.change.drain.servers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var remaining: [ServerMove] = []
    for server in view.servers.sorted(by: { $0.id < $1.id }) where !open.contains(server.id) {
      // A server with a task is waited for; what it will be is decided when the task has ended (RULES E2).
      if server.taskState != nil {
        remaining.append(waiting(server))
        continue
      }
      let move = rules.move(for: server)
      switch move.move {
      case .leave: continue
      case .stop where server.status == .shutoff: continue
      case .blocked:
        throw Failure(.serverBlocked, "server \(server.name) may not be moved: \(move.why)", found: server.id)
      case .cold, .stop: try checkConsent(move, planned[server.id])
      case .live: break
      }
      remaining.append(move)
    }
    return remaining
  }

  private func waiting(_ server: ComputeServer) -> ServerMove {
    ServerMove(
      id: server.id, name: server.name, project: server.project, model: server.model, move: .leave,
      why: "task \(server.taskState ?? "")", rule: "E2", wasRunning: server.isRunning)
  }

  /// Only servers that the plan named are switched off: the operator accepted a number (RULES D2).
  private func checkConsent(_ move: ServerMove, _ planned: ServerMove?) throws {
    guard let planned, planned.move == move.move else {
      throw Failure(
        .serverBlocked, "server \(move.name) would have to be switched off, which the plan did not say",
        expected: planned?.move.rawValue, found: move.id)
    }
  }

  // MARK: Beginning

  private mutating func begin(_ move: ServerMove, _ view: ComputeHostView) async throws {
    let kind: EffectKind
    switch move.move {
    case .leave, .blocked: return
    case .live: kind = .moveLive
    case .cold: kind = .moveCold
    case .stop: kind = .stopServer
    }
    guard roomFor(kind), await runner.services.moves.take() else { return }
    slotsHeld += 1
    guard (attempts[move.id] ?? 0) < bounds.maxMoveAttempts else {
      throw Failure(
        .serverFailed, "server \(move.name) could not be moved in \(bounds.maxMoveAttempts) tries", found: move.id)
    }
    guard let server = view.servers.first(where: { $0.id == move.id }) else { return }
    let records = try await patiently { () async throws(ComputeError) in try await gateway.migrations(server: move.id) }
    let token = MoveToken(source: name, lastRecord: records.first?.id ?? 0, powerState: server.powerState)
    let effect = EffectID(kind, move.id)
    try runner.record(.effectIntended(effect: effect, token: token.description))
    try await ask(effect, destinations: move.destinations)
  }

  private func roomFor(_ kind: EffectKind) -> Bool {
    let cold = openMoves.filter { $0.id.kind == .moveCold || $0.id.kind == .confirmMove }.count + unconfirmed.count
    let live = openMoves.filter { $0.id.kind == .moveLive }.count
    switch kind {
    case .moveLive: return live < policy.live
    case .moveCold, .stopServer: return cold < policy.cold
    case .backup, .upload, .treatPackage, .disableService, .enableService, .confirmMove, .revertMove, .abortMove,
      .startServer, .stageFile, .rebuildInitramfs, .stopCompute, .startCompute, .unloadKexec, .reload, .reset,
      .restoreFile, .hook:
      return true
    }
  }

  /// Asks Nova once; whether it happened is looked up in `settle`.
  private mutating func ask(_ effect: EffectID, destinations: [String] = []) async throws {
    askedAt[effect] = runner.services.clock.monotonic()
    Failpoint.hit("before \(runner.host.id) effect \(effect)")
    defer { Failpoint.hit("after \(runner.host.id) effect \(effect)") }
    do {
      switch effect.kind {
      case .moveLive: try await gateway.moveLive(effect.subject)
      case .moveCold:
        let tried = attempts[effect.subject] ?? 0
        let target = destinations.isEmpty ? nil : destinations[min(tried, destinations.count - 1)]
        try await gateway.moveCold(effect.subject, to: target)
      case .confirmMove: try await gateway.confirm(effect.subject)
      case .revertMove: try await gateway.revert(effect.subject)
      case .stopServer: try await gateway.stop(effect.subject)
      case .backup, .upload, .treatPackage, .disableService, .enableService, .abortMove, .startServer, .stageFile,
        .rebuildInitramfs, .stopCompute, .startCompute, .unloadKexec, .reload, .reset, .restoreFile, .hook:
        return
      }
    } catch {
      try refused(effect, error)
    }
  }

  private mutating func refused(_ effect: EffectID, _ error: ComputeError) throws {
    switch error.kind {
    case .unreachable: return
    case .badRequest:
      try end(effect, .failed(error.text))
      throw Failure(
        .serverBlocked, "Nova refuses to move server \(effect.subject) this way, so the plan is wrong: \(error.text)",
        found: effect.subject)
    case .conflict, .notFound, .other:
      try end(effect, .failed(error.text))
      attempts[effect.subject, default: 0] += 1
    case .notAllowed:
      try end(effect, .failed(error.text))
      throw error.failure
    }
  }

  private mutating func end(_ effect: EffectID, _ result: EffectResult) throws {
    try runner.record(.effectObserved(effect: effect, result: result))
    askedAt[effect] = nil
  }

  private mutating func giveSlot() async {
    guard slotsHeld > 0 else { return }
    slotsHeld -= 1
    await runner.services.moves.give()
  }

  // MARK: Settling

  private mutating func settle(_ record: HostRun.EffectRecord, _ view: ComputeHostView) async throws {
    let id = record.id.subject
    let server: ComputeServer?
    if let here = view.servers.first(where: { $0.id == id }) {
      server = here
    } else {
      server = try await patiently { () async throws(ComputeError) in try await gateway.server(id) }
    }
    if record.id.kind == .stopServer { return try await settleStop(record, server) }
    let records = try await patiently { () async throws(ComputeError) in try await gateway.migrations(server: id) }
    guard let token = MoveToken(record.token) else {
      throw Failure(.serverFailed, "the journal's token of \(record.id) cannot be read", found: record.token)
    }
    let kind: MigrationRecord.Kind = record.id.kind == .moveLive ? .live : .cold
    let state = MoveState.judge(kind, server: server, records: records, token: token)
    try await settle(record, state, server, token)
  }

  private mutating func settle(
    _ record: HostRun.EffectRecord, _ state: MoveState, _ server: ComputeServer?, _ token: MoveToken
  ) async throws {
    switch state {
    case .underWay: return
    case .notBegun:
      if let asked = askedAt[record.id],
        runner.services.clock.monotonic() - asked < bounds.acceptance.wholeMilliseconds
      {
        return
      }
      try await ask(record.id, destinations: destinations(record.id.subject))
    case .moved(let host):
      try end(record.id, .done(record.id.kind == .moveLive ? "now on \(host)" : "on \(host), confirmed"))
      await giveSlot()
    case .gone:
      try end(record.id, .done("the server was deleted"))
      await giveSlot()
    case .awaitsConfirmation(let host):
      if record.id.kind == .moveCold {
        try end(record.id, .done("VERIFY_RESIZE on \(host)"))
        await giveSlot()
      } else if askedAt[record.id] == nil {
        try await ask(record.id)
      }
    case .failed(let text):
      await giveSlot()
      if record.id.kind == .revertMove {
        try end(record.id, .done("taken back"))
        throw Failure(
          .serverFailed, "server \(record.id.subject) did not come up after its cold move, and was taken back",
          found: record.id.subject)
      }
      try end(record.id, .failed(text))
      attempts[record.id.subject, default: 0] += 1
    case .inError(let text):
      try end(record.id, .failed(text))
      await giveSlot()
      throw Failure(.serverFailed, text, expected: "moved", found: record.id.subject)
    }
  }

  private func destinations(_ server: String) -> [String] {
    runner.change.drain.servers.first { $0.id == server }?.destinations ?? []
  }

  // MARK: Confirming cold moves

  /// Cold moves that stand in VERIFY_RESIZE and that nobody has been asked to confirm or take back.
  private var unconfirmed: [HostRun.EffectRecord] {
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

  /// Confirms once the power state was as before for `confirm_after`; takes back what does not come up (RULES D6).
  private mutating func watch(_ record: HostRun.EffectRecord) async throws {
    let id = record.id.subject
    guard let token = MoveToken(record.token) else {
      throw Failure(.serverFailed, "the journal's token of \(record.id) cannot be read", found: record.token)
    }
    guard (attempts[id] ?? 0) < bounds.maxMoveAttempts else {
      throw Failure(.serverFailed, "the cold move of server \(id) could not be confirmed", found: id)
    }
    let server = try await patiently { () async throws(ComputeError) in try await gateway.server(id) }
    let now = runner.services.clock.monotonic()
    let need = policy.confirmAfter.wholeMilliseconds
    let patience = 2 * need + bounds.acceptance.wholeMilliseconds
    watchedSince[id] = watchedSince[id] ?? now
    steadySince[id] = server?.powerState == token.powerState ? steadySince[id] ?? now : nil
    let steady = steadySince[id].map { now - $0 >= need } ?? false
    guard steady || now - (watchedSince[id] ?? now) >= patience else { return }
    let effect = EffectID(steady ? .confirmMove : .revertMove, id)
    try runner.record(.effectIntended(effect: effect, token: token.description))
    try await ask(effect)
  }

  private mutating func settleStop(_ record: HostRun.EffectRecord, _ server: ComputeServer?) async throws {
    guard let server else {
      try end(record.id, .done("the server was deleted"))
      return await giveSlot()
    }
    if server.status == .shutoff, server.taskState == nil {
      try end(record.id, .done("SHUTOFF"))
      return await giveSlot()
    }
    if server.status == .error {
      try end(record.id, .failed("ERROR: \(server.fault ?? "no fault given")"))
      throw Failure(.serverFailed, "server \(server.name) went to ERROR when it was stopped", found: server.id)
    }
    if server.taskState == nil, askedAt[record.id] == nil { try await ask(record.id) }
  }

  /// A look at Nova that survives a short outage.
  private func patiently<Value>(_ look: () async throws(ComputeError) -> Value) async throws -> Value {
    var tries = 0
    while true {
      do throws(ComputeError) {
        return try await look()
      } catch {
        tries += 1
        guard error.kind == .unreachable, tries <= bounds.maxActs else { throw error.failure }
        try await runner.services.clock.sleep(bounds.knock)
      }
    }
  }
}
