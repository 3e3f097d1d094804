import FleetCore

/// The controller was lost.
struct Crash: Error {}

/// Drives one `HostRun` in a `CrashWorld` as the engine does in the real one: follows `next`, writes each intent before
/// its effect and each result after a look, and can be lost after every change of journal or world.
struct CrashDriver {
  let scenario: CrashScenario
  var world: CrashWorld
  var log: [HostRun.Event]
  private(set) var run: HostRun
  /// Changes still allowed before the controller is lost.
  private(set) var left: Int
  private(set) var changes = 0

  /// Looks at one effect, or at a stuck drain, before its deadline has passed.
  static let patience = 5

  /// Starts a controller on what journal and world are; it is lost after `left` changes.
  init(_ scenario: CrashScenario, world: CrashWorld, log: [HostRun.Event], left: Int) throws {
    self.scenario = scenario
    self.world = world
    self.log = log
    self.left = left
    run = try HostRun(steps: scenario.shape.steps, replaying: log)
  }

  /// Every change is a point at which the controller may be lost; between two changes nothing could differ.
  private mutating func point() throws {
    changes += 1
    left -= 1
    if left <= 0 { throw Crash() }
  }

  private mutating func append(_ event: HostRun.Event) throws {
    try run.apply(event)
    log.append(event)
    try point()
  }

  mutating func drive() throws {
    switch run.state {
    case .inDoubt(let step, _, _): try append(.stepResumed(step: step))
    case .returning: try append(.returnResumed)
    case .restoring: try append(.restoreResumed)
    case .ready, .reentering, .failed, .restored, .converged, .skipped, .quarantined, .released: break
    }
    while true {
      switch run.next {
      case .none: return
      case .start(let step, let attempt): try append(.stepStarted(step: step, attempt: attempt))
      case .observeThenAct(let step):
        do {
          if step != .observe, !run.isDone(EffectID(.takeLease)) { try effect(EffectID(.takeLease)) }
          try perform(step)
          if step == run.steps.last { try giveLease() }
          try append(.stepSucceeded(step: step, completion: .performed))
        } catch let failure as Failure {
          try append(.stepFailed(step: step, failure: failure))
        }
      case .reenterDrain: try append(.drainReentered)
      case .beginReturn: try append(.returnStarted)
      case .undo(let effect):
        do {
          try undo(effect)
          try append(.undone(effect: effect, text: ""))
        } catch let failure as Failure {
          try append(.undoFailed(effect: effect, failure: failure))
        }
      case .endReturn: try append(.skipped)
      case .beginRestore: try append(.restoreStarted)
      case .restore:
        do {
          try putBack()
          try append(.restoreEnded(restored: true, text: ""))
        } catch is Failure {
          try append(.restoreEnded(restored: false, text: ""))
        }
      case .quarantine: try append(.quarantined)
      }
    }
  }

  // MARK: One effect

  /// From intent to observation; what is open already is only looked at and, where it never began, asked for.
  private mutating func effect(_ id: EffectID) throws {
    try begin(id)
    try settle(id)
  }

  private mutating func begin(_ id: EffectID) throws {
    if run.openEffect(id) != nil { return }
    if try look(id) == .done { return }
    try append(.effectIntended(effect: id, token: world.token(id)))
  }

  private mutating func settle(_ id: EffectID) throws {
    var looks = 0
    while run.openEffect(id) != nil {
      switch try look(id) {
      case .done: try append(.effectObserved(effect: id, result: .done("")))
      case .inProgress:
        looks += 1
        // It may still happen, so it stays open.
        if looks > Self.patience { throw Failure(.drainDeadline, "\(id) did not end") }
      case .absent: try act(id)
      }
    }
  }

  private mutating func look(_ id: EffectID) throws -> CrashWorld.Seen {
    // A reload or reset is recognised by its token alone: without an intent it has not happened.
    let token = run.openEffect(id)?.token ?? run.lastDone(id)?.token ?? world.token(id)
    let look = world.look(id, token: token, scenario)
    if look.changed { try point() }
    return look.seen
  }

  private mutating func act(_ id: EffectID) throws {
    do throws(Failure) {
      try world.act(id, scenario)
    } catch {
      try point()
      try append(.effectObserved(effect: id, result: .failed(error.text)))
      throw error
    }
    try point()
  }

  // MARK: Steps

  private mutating func perform(_ step: Step) throws {
    try failIfTold(step, late: false)
    let shape = scenario.shape
    switch step {
    case .observe: break
    case .backup: try effect(EffectID(.backup))
    case .prepare: if shape.upload { try effect(EffectID(.upload)) }
    case .cordon: if world.service != .theirs { try effect(EffectID(.disableService, "c")) }
    case .drain: try drain()
    case .stage:
      if shape.holdsPackage { try effect(EffectID(.treatPackage, "p")) }
      for path in shape.paths { try effect(EffectID(.stageFile, path)) }
      if shape.rebuilds { try effect(EffectID(.rebuildInitramfs, "k")) }
    case .proveEmpty: try proveEmpty()
    case .activate:
      if shape.kexecLoaded { try effect(EffectID(.unloadKexec)) }
      if let kind = shape.activationKind { try effect(EffectID(kind)) }
    case .verify: try verify()
    case .uncordon: if world.service != .theirs { try effect(EffectID(.enableService, "c")) }
    }
    try failIfTold(step, late: true)
  }

  private mutating func failIfTold(_ step: Step, late: Bool) throws {
    switch scenario.fault {
    case .step(step, late: late, forever: true): throw Failure(.prepareFailed, "\(step) fails")
    case .undoing(_, step) where late: throw Failure(.prepareFailed, "\(step) fails")
    case .step(step, late: late, forever: false) where world.failuresLeft > 0:
      world.failuresLeft -= 1
      try point()
      throw Failure(.prepareFailed, "\(step) fails", isTransient: true)
    case .none, .refused, .step, .hangs, .readBack, .appears, .undoing, .doesNotComeUp: break
    }
  }

  /// Moves are asked for together and settled one after the other, so that several are under way at once.
  private mutating func drain() throws {
    if !world.computeRuns || world.isPending(EffectID(.stopCompute, "n")) { try effect(EffectID(.startCompute, "n")) }
    var moves = scenario.shape.servers
    // Servers that appeared are not encrypted and go live.
    for server in world.servers where !moves.contains(where: { $0.id == server.id }) {
      moves.append(CrashShape.Planned(id: server.id, move: .live))
    }
    let kinds: [(EffectID, CrashShape.Move)] = moves.compactMap { server in
      switch server.move {
      case .live: (EffectID(.moveLive, server.id), .live)
      case .cold: (EffectID(.moveCold, server.id), .cold)
      case .stop: (EffectID(.stopServer, server.id), .stop)
      case .leave: nil
      }
    }
    for (id, _) in kinds {
      // Taken back before the controller was lost: no server is switched off twice in one rollout (D4).
      if run.effects.contains(where: { $0.id == EffectID(.revertMove, id.subject) }) { try confirm(id.subject) }
      try begin(id)
      if run.openEffect(id) != nil, try look(id) == .absent { try act(id) }
    }
    for (id, _) in kinds { try settle(id) }
    for (id, move) in kinds where move == .cold { try confirm(id.subject) }
  }

  private mutating func confirm(_ server: String) throws {
    if scenario.fault == .doesNotComeUp(server) {
      try effect(EffectID(.revertMove, server))
      throw Failure(.serverFailed, "\(server) did not come up")
    }
    try effect(EffectID(.confirmMove, server))
  }

  private mutating func proveEmpty() throws {
    try effect(EffectID(.stopCompute, "n"))
    let appeared = world.servers.count - scenario.shape.servers.count
    if world.appearancesLeft > 0, appeared == run.reentries {
      world.servers.append(CrashWorld.Server(id: "a\(world.appearancesLeft)"))
      world.appearancesLeft -= 1
      try point()
    }
    if let server = world.servers.first(where: { $0.place == .here && $0.runs }) {
      throw Failure(.serverAppeared, server.id)
    }
  }

  private mutating func verify() throws {
    if scenario.shape.activationKind != nil { try effect(EffectID(.startCompute, "n")) }
    if case .readBack(let kind) = scenario.fault { throw Failure(kind, "read back") }
    if case .refused(let id, _) = scenario.fault, id.kind == .restoreFile { throw Failure(.notApplied, "read back") }
    guard scenario.shape.activationKind == nil || world.firmware == .desired else {
      throw Failure(.unhealthy, "\(world.firmware)")
    }
  }

  /// A refusal is written down and fails nothing.
  private mutating func giveLease() throws {
    let id = EffectID(.giveLease)
    if run.openEffect(id) == nil, run.effects.contains(where: { $0.id == id }) { return }
    do { try effect(id) } catch is Failure { return }
  }

  // MARK: The way back

  private mutating func undo(_ id: EffectID) throws {
    switch id.kind {
    case .takeLease: try giveLease()
    case .disableService: try effect(EffectID(.enableService, "c"))
    case .stopServer:
      try settleIfUnderWay(id)
      try effect(EffectID(.startServer, id.subject))
    case .stageFile:
      try settleIfUnderWay(id)
      try restore(id.subject)
    case .stopCompute:
      try settleIfUnderWay(id)
      try effect(EffectID(.startCompute, "n"))
    case .treatPackage:
      try settleIfUnderWay(id)
      if world.packageHeld {
        world.packageHeld = false
        try point()
      }
    case .moveLive: try settleLive(id)
    case .moveCold: try settleCold(id)
    case .giveLease, .backup, .upload, .enableService, .confirmMove, .revertMove, .abortMove, .startServer,
      .moveHome, .startCompute, .unloadKexec, .reload, .reset, .restoreFile, .rebuildInitramfs, .hook:
      throw Failure(.undoFailed, "\(id) has no way back")
    }
  }

  /// What is still under way must end before its opposite is asked for.
  private mutating func settleIfUnderWay(_ id: EffectID) throws {
    var looks = 0
    while try look(id) == .inProgress {
      looks += 1
      if looks > Self.patience { throw Failure(.undoFailed, "\(id) neither ended nor could be undone") }
    }
  }

  private mutating func restore(_ path: String) throws {
    try effect(EffectID(.restoreFile, path))
    if run.effects.contains(where: { $0.id.kind == .rebuildInitramfs }) {
      try settleIfUnderWay(EffectID(.rebuildInitramfs, "k"))
      try effect(EffectID(.rebuildInitramfs, "k"))
    }
  }

  private mutating func putBack() throws {
    for path in scenario.shape.paths { try restore(path) }
  }

  private mutating func settleLive(_ id: EffectID) throws {
    guard try look(id) == .inProgress else { return }
    try effect(EffectID(.abortMove, id.subject))
    try settleIfUnderWay(id)
  }

  private mutating func settleCold(_ id: EffectID) throws {
    try settleIfUnderWay(id)
    try settleIfUnderWay(EffectID(.confirmMove, id.subject))
    guard world.server(id.subject)?.place == .verifyResize else { return }
    let kind: EffectKind = scenario.fault == .doesNotComeUp(id.subject) ? .revertMove : .confirmMove
    try effect(EffectID(kind, id.subject))
  }
}
