import FleetCore
import FleetStore

/// Version, TCB and SEV states are read back and judged; the door is opened again (RULES V).
struct VerifyStep: StepImplementation {
  let step = Step.verify
  let fallback = FailureKind.unknownVersion

  func precheck(_ runner: HostRunner) async throws -> Precheck {
    guard let before = runner.run.before else {
      return .blocked(Failure(.unknownVersion, "the journal holds no facts from before the run"))
    }
    let observation = try await runner.observe()
    let stored = try runner.services.store.floor(host: runner.host.id)
    let floor = FloorEvidence.inForce(observation, stored: stored)
    if let floor, floor != stored { try runner.services.store.save(floors: [runner.host.id: floor]) }
    let (activated, loadedAt) = try await activation(runner)
    let rules = VerifyRules(
      change: runner.change, before: before, activated: activated, loadedAt: loadedAt,
      isPowerCycled: runner.run.isDone(EffectID(.hook, Policy.HookPoint.powerCycle.rawValue)),
      resetAskedAt: runner.times.resetAskedAt, facts: runner.services.facts)
    let judgement = rules.judge(observation, floor: floor)
    if let failure = judgement.failure, activated == .reboot,
      try await firmwareStarts(runner, observation, failure)
    {
      return .inProgress("waits for the firmware to speak: \(failure.text)")
    }
    let facts = RunFacts(observation, view: nil, runner)
    if runner.run.after != facts {
      for finding in judgement.findings { try runner.finding(finding.rule, finding.text) }
      try runner.record(.recorded(phase: .after, facts: facts))
    }
    if let failure = judgement.failure { return .blocked(failure) }
    if try await doorToBeOpened(runner) != nil { return .ready }
    return Hooks.isWanted(.postVerify, runner) ? .ready : .alreadyDone
  }

  /// Whether a host that has just booted may only not have said yet what it is judged by (FACTS 2.15).
  private func firmwareStarts(
    _ runner: HostRunner, _ observation: Observation, _ failure: Failure
  ) async throws -> Bool {
    let isUnknown =
      failure.kind == .unknownVersion
      || failure.kind == .unhealthy && failure.found == FeatureVerdict.unknown.rawValue
    guard isUnknown else { return false }
    let uptime: Double
    if let seconds = observation.uptimeSeconds {
      uptime = Double(seconds)
    } else {
      uptime = try await runner.services.hosts.bootMark(runner.host).uptimeSeconds
    }
    return uptime < Double(runner.services.bounds.firmwareStart.wholeSeconds)
  }

  func act(_ runner: HostRunner) async throws {
    if let door = try await doorToBeOpened(runner) { try await Self.openDoor(runner, door) }
    try await Hooks.run(.postVerify, runner)
  }

  /// The door that this run closed and that is still closed.
  private func doorToBeOpened(_ runner: HostRunner) async throws -> Door? {
    guard let door = runner.closedDoor, runner.run.isDone(EffectID(.stopCompute, door.subject)) else { return nil }
    return try await runner.services.hosts.computeRuns(runner.host, door) == true ? nil : door
  }

  /// Starts nova-compute again, once.
  static func openDoor(_ runner: HostRunner, _ door: Door) async throws {
    let hosts = runner.services.hosts
    try await runner.effect(
      EffectID(.startCompute, door.subject), failing: .computeUnknown, within: runner.services.bounds.door,
      token: { door.subject },
      look: { record in
        // Intended even where somebody started it before us, so that the journal says the door is open.
        guard record != nil else { return .ready }
        let isOpened = runner.openDoors.contains(door.subject)
        switch door {
        case .none: return .alreadyDone
        case .command: return isOpened ? .alreadyDone : .ready
        case .unit:
          // A stop that nobody saw end may still be under way: only a start that was asked for after it counts.
          let stopIsOpen = runner.run.openEffect(EffectID(.stopCompute, door.subject)) != nil
          if stopIsOpen, !isOpened { return .ready }
          return try await hosts.computeRuns(runner.host, door) == true ? .alreadyDone : .ready
        }
      },
      act: { _ in
        try await runner.perform(.openDoor(door))
        runner.closedDoors.remove(door.subject)
        runner.openDoors.insert(door.subject)
      })
  }

  /// How the host was really activated, and by the log's clock when a reload loaded the modules.
  private func activation(_ runner: HostRunner) async throws -> (HostChange.Activation, Double?) {
    func done(_ kind: EffectKind) -> HostRun.EffectRecord? {
      runner.run.effects.last { record in
        if case .done? = record.result { return record.id.kind == kind }
        return false
      }
    }
    if done(.reset) != nil { return (.reboot, nil) }
    guard let reload = done(.reload) else { return (.none, nil) }
    switch try await runner.services.hosts.reloadState(runner.host, token: reload.token) {
    case .ended(let result): return (.reload, result.loadedAt)
    case .notStarted, .running: return (.reload, nil)
    }
  }
}
