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
    if let floor, floor != stored { try runner.services.store.save(floor: floor, host: runner.host.id) }
    let (activated, loadedAt) = try await activation(runner)
    let rules = VerifyRules(
      change: runner.change, before: before, activated: activated, loadedAt: loadedAt, facts: runner.services.facts)
    let judgement = rules.judge(observation, floor: floor)
    let facts = RunFacts(observation, view: nil, runner)
    if runner.run.after != facts {
      for finding in judgement.findings { try runner.finding(finding.rule, finding.text) }
      try runner.record(.recorded(phase: .after, facts: facts))
    }
    if let failure = judgement.failure { return .blocked(failure) }
    let door = runner.door(observation)
    if runner.run.isDone(EffectID(.stopCompute, door.subject)), !isOpened(runner, door),
      try await runner.services.hosts.computeRuns(runner.host, door) != true
    {
      return .ready
    }
    return .alreadyDone
  }

  func act(_ runner: HostRunner) async throws {
    try await Self.openDoor(runner, runner.door(try await runner.observation()))
  }

  /// Starts nova-compute again, once.
  static func openDoor(_ runner: HostRunner, _ door: Door) async throws {
    let hosts = runner.services.hosts
    try await runner.effect(
      EffectID(.startCompute, door.subject), failing: .computeUnknown, within: runner.services.bounds.command,
      token: { door.subject },
      look: { record in
        switch door {
        case .none: return .alreadyDone
        case .command: return runner.openDoors.contains(door.subject) ? .alreadyDone : .ready
        case .unit:
          let runs = try await hosts.computeRuns(runner.host, door)
          return runs == true ? .alreadyDone : .ready
        }
      },
      act: { _ in
        try await hosts.perform(runner.host, .openDoor(door))
        runner.openDoors.insert(door.subject)
      })
  }

  private func isOpened(_ runner: HostRunner, _ door: Door) -> Bool {
    guard let stop = runner.run.effects.lastIndex(where: { $0.id.kind == .stopCompute }) else { return true }
    return runner.run.effects[stop...].contains { record in
      if case .done? = record.result { return record.id.kind == .startCompute }
      return false
    }
  }

  /// How the host was really activated, and when a reload loaded the modules.
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
