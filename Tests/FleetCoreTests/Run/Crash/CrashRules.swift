import FleetCore

/// What must be true at the end of every schedule, whatever happened on the way.
enum CrashRules {
  static func problems(_ end: CrashDriver) -> [String] {
    var found: [String] = []
    let world = end.world
    let shape = end.scenario.shape
    if !end.run.isEnded { found.append("it stands in \(end.run.state.name)") }
    if !world.doubled.isEmpty { found.append("asked for again while under way: \(world.doubled)") }
    found += tooOften(end)
    found += order(end.log)
    switch end.run.state {
    case .skipped:
      if world.isLeased, !isGivingRefused(end.scenario) { found.append("K: the lease was not given back") }
      let service: CrashWorld.Service = shape.disabledByOthers ? .theirs : .enabled
      if world.service != service { found.append("U1: the service is \(world.service)") }
      if !world.computeRuns { found.append("U1: nova-compute does not run") }
      if world.files.contains(.new) || world.initramfs == .new { found.append("U1: the file is not as it was") }
      if world.packageHeld { found.append("U1: the package is still held") }
      if world.firmware != .old || world.boots + world.reloads > 0 { found.append("U1: it was activated") }
      if world.servers.contains(where: { $0.place == .verifyResize }) { found.append("U1: VERIFY_RESIZE unsettled") }
      for server in shape.servers where server.move == .stop && world.server(server.id)?.runs != true {
        found.append("U1: \(server.id) was not started again")
      }
      let underWay = world.pending.map(\.effect).filter(\.kind.isUndone)
      if !underWay.isEmpty { found.append("U1: under way still: \(underWay)") }
    case .converged:
      if world.isLeased, !isGivingRefused(end.scenario) { found.append("K: the lease was not given back") }
      if world.service != (shape.disabledByOthers ? .theirs : .enabled) { found.append("V4: \(world.service)") }
      if world.files.contains(.old) { found.append("the file is not in place") }
      if !world.computeRuns { found.append("E1: the door is still closed") }
    case .quarantined:
      if !world.isLeased { found.append("K: a quarantined host lost its lease") }
      // A step that fails after it has enabled the service is the one way to be quarantined in service.
      if world.service == .enabled, shape.steps.contains(.cordon),
        end.scenario.fault != .step(.uncordon, late: true, forever: true)
      {
        found.append("U2: back in service")
      }
    case .ready, .inDoubt, .reentering, .failed, .returning, .restoring, .restored, .released: break
    }
    let wants = { (kind: FailureKind) in kind == .notApplied || kind == .needsBIOS }
    if case .quarantined(_, let failure) = end.run.state, end.run.activationBegan {
      let restored = world.files.allSatisfy { $0 == .old } && world.initramfs == .old
      if end.run.fileRestored != wants(failure.kind), !isRestoreRefused(end.scenario) {
        found.append("U2: restored \(end.run.fileRestored) for \(failure.kind)")
      }
      if end.run.fileRestored != restored { found.append("U2: the journal says restored \(end.run.fileRestored)") }
    } else if end.run.fileRestored {
      found.append("U2: a file was restored without an activation")
    }
    return found
  }

  /// A lease that stays fails nothing.
  private static func isGivingRefused(_ scenario: CrashScenario) -> Bool {
    if case .refused(let effect, _) = scenario.fault { return effect.kind == .giveLease }
    return false
  }

  private static func isRestoreRefused(_ scenario: CrashScenario) -> Bool {
    if case .refused(let effect, _) = scenario.fault { return effect.kind == .restoreFile }
    return false
  }

  /// Each effect at most once; only a drain that is entered again closes and opens the door a second time, and only an
  /// initramfs that had been rebuilt is rebuilt once more for the file that was put back.
  private static func tooOften(_ end: CrashDriver) -> [String] {
    end.world.accepted.compactMap { effect, count in
      var limit = 1
      switch effect.kind {
      case .stopCompute: limit += end.run.reentries
      case .startCompute: limit += end.run.reentries
      case .rebuildInitramfs: limit += 1
      default: break
      }
      return count > limit ? "\(effect) was done \(count) times" : nil
    }
  }

  /// U2: once a reload or reset was intended, nothing is undone; D2: nothing is seen that was not intended.
  private static func order(_ log: [HostRun.Event]) -> [String] {
    var began = false
    var open: Set<EffectID> = []
    for event in log {
      switch event {
      case .effectIntended(let effect, _):
        open.insert(effect)
        if effect.kind.beginsActivation { began = true }
      case .effectObserved(let effect, _):
        if open.remove(effect) == nil { return ["D2: \(effect) was seen without an intent"] }
      case .returnStarted, .undone, .skipped:
        if began { return ["U2: \(event.kind) after the activation began"] }
      default: break
      }
    }
    return []
  }

  /// What differs from the undisturbed run. On the return path the time at which a move is settled decides where the
  /// server stands, and no place is wrong; everything else must be the same.
  static func differences(_ end: CrashDriver, _ clean: CrashDriver) -> [String] {
    var found: [String] = []
    if end.run.state != clean.run.state { found.append("\(end.run.state), undisturbed \(clean.run.state)") }
    if end.run.fileRestored != clean.run.fileRestored { found.append("restored \(end.run.fileRestored)") }
    var (one, other) = (end.world, clean.world)
    (one.failuresLeft, other.failuresLeft) = (0, 0)
    if !end.run.activationBegan, end.run.state != HostRun.State.converged {
      for index in one.servers.indices { one.servers[index].place = .here }
      for index in other.servers.indices { other.servers[index].place = .here }
      (one.accepted, other.accepted) = ([:], [:])
    }
    if isGivingRefused(end.scenario) {
      // A controller that was lost between refusal and record asks once more, and a lease may stay or go.
      let giving = EffectID(.giveLease)
      (one.isLeased, other.isLeased) = (false, false)
      (one.accepted[giving], other.accepted[giving]) = (nil, nil)
    }
    if one != other { found.append("the world differs: \(one), undisturbed \(other)") }
    return found
  }
}
