import FleetCore

/// The loop that empties a host: settle what is under way, decide about what is left, ask for what the limits allow.
struct DrainLoop {
  let runner: HostRunner
  let gateway: any ComputeGateway
  let name: String
  var observation: Observation
  /// Effects for which this loop holds a fleet-wide slot.
  private var slots: Set<EffectID> = []
  /// How often an effect was tried and did not come to anything.
  var attempts: [EffectID: Int] = [:]
  /// Monotonic time of the newest request for an effect by this process, taken when it had ended.
  var askedAt: [EffectID: Int64] = [:]
  /// Monotonic time at which an effect was seen to end.
  var endedAt: [EffectID: Int64] = [:]
  /// Open effects that Nova may have accepted without our knowing: no answer came, or another process asked.
  var uncertain: Set<EffectID> = []
  /// What Nova said against an uncertain effect; only a look tells whether it had accepted it before.
  var refusals: [EffectID: String] = [:]
  /// Cold-moved servers that are watched before they are confirmed.
  var confirming: [String: ConfirmRule] = [:]
  /// Why the newest proof did not find the host empty.
  private var notEmpty: Failure?

  init(runner: HostRunner, gateway: any ComputeGateway, name: String, observation: Observation) {
    self.runner = runner
    self.gateway = gateway
    self.name = name
    self.observation = observation
  }

  var bounds: EngineBounds { runner.services.bounds }
  var policy: Policy.Drain { runner.host.policy.drain }
  var now: Int64 { runner.services.clock.monotonic() }

  mutating func run() async throws {
    let deadline = Deadline(runner.services.clock, in: timeLeft)
    for record in openMoves {
      uncertain.insert(record.id)
      if record.id.kind.takesSlot { await hold(record.id) }
    }
    while true {
      let view = try await runner.patiently { try await gateway.view(name, inventory: false) }
      try runner.checkStillCordoned(view.service)
      try checkAlive(view.service)
      for effect in openMoves { try await settle(effect, view) }
      for move in unconfirmed { try await watch(move) }
      let remaining = try await decided(view)
      notEmpty = nil
      if openMoves.isEmpty, unconfirmed.isEmpty, remaining.isEmpty {
        observation = try await runner.observe()
        let failure = try await runner.patiently { try await Emptiness.failure(runner, observation) }
        guard let failure else { return }
        guard failure.kind == .serverAppeared else { throw failure }
        notEmpty = failure
      }
      if deadline.hasPassed { throw late(remaining) }
      for move in remaining { try await begin(move, view) }
      runner.wait(.drain, notEmpty?.text ?? "\(remaining.count) servers left, \(openMoves.count) moves under way")
      try await runner.services.clock.sleep(bounds.poll)
    }
  }

  /// What is left of the deadline since the drain began, in this process or an earlier one.
  private var timeLeft: Duration {
    guard let began = runner.times.drainBegan else { return policy.deadline }
    let passed = max(0, runner.services.clock.now().milliseconds - began.milliseconds)
    return max(policy.deadline - .milliseconds(passed), min(policy.deadline, bounds.resumedDrain))
  }

  /// Effects of this drain that were intended and have not been seen to end.
  var openMoves: [HostRun.EffectRecord] {
    runner.run.effects.filter { record in
      guard record.result == nil else { return false }
      switch record.id.kind {
      case .moveLive, .moveCold, .confirmMove, .revertMove, .stopServer: return true
      case .takeLease, .giveLease, .backup, .upload, .treatPackage, .disableService, .enableService, .abortMove,
        .startServer, .moveHome, .stageFile, .rebuildInitramfs, .stopCompute, .startCompute, .unloadKexec, .reload,
        .reset, .restoreFile, .hook:
        return false
      }
    }
  }

  private func late(_ remaining: [ServerMove]) -> Failure {
    let subjects = openMoves.map(\.id.subject) + unconfirmed.map(\.id.subject)
    let names = Set(remaining.map(\.name) + subjects).sorted()
    let what = names.isEmpty ? notEmpty?.text ?? "nothing that could be named" : names.joined(separator: ", ")
    return Failure(
      .drainDeadline, "the host was not empty in time; still there or under way: \(what)",
      expected: "an empty host within \(policy.deadline)",
      found: names.isEmpty ? notEmpty?.found : "\(names.count) servers")
  }

  /// A compute service that dies leaves moves hanging for Nova's own RPC time-out; the drain cannot go on.
  private func checkAlive(_ service: ComputeServiceState) throws {
    guard service.isUp else {
      throw Failure(.computeUnknown, "its compute service went down during the drain", expected: "up", found: "down")
    }
  }

  // MARK: Fleet-wide slots

  private func slot(_ effect: EffectID) -> MoveSlots.Move {
    MoveSlots.Move(rollout: runner.rollout, host: runner.host.id, effect: effect)
  }

  mutating func take(_ effect: EffectID) async -> Bool {
    guard await runner.services.moves.take(slot(effect), limit: policy.maxMoves) else { return false }
    slots.insert(effect)
    return true
  }

  private mutating func hold(_ effect: EffectID) async {
    await runner.services.moves.hold(slot(effect))
    slots.insert(effect)
  }

  mutating func give(_ effect: EffectID) async {
    guard slots.remove(effect) != nil else { return }
    await runner.services.moves.give(slot(effect))
  }

  /// Gives every slot back, however the loop ended.
  mutating func giveAll() async {
    for effect in slots { await runner.services.moves.give(slot(effect)) }
    slots = []
  }
}

extension EffectKind {
  /// Whether it counts against `max_moves` (RULES D5).
  fileprivate var takesSlot: Bool {
    switch self {
    case .moveLive, .moveCold, .stopServer: true
    case .takeLease, .giveLease, .backup, .upload, .treatPackage, .disableService, .enableService, .confirmMove,
      .revertMove, .abortMove, .startServer, .moveHome, .stageFile, .rebuildInitramfs, .stopCompute, .startCompute,
      .unloadKexec, .reload, .reset, .restoreFile, .hook:
      false
    }
  }
}
