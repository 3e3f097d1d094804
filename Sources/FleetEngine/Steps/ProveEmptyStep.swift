import FleetCore

/// The door is closed, and the host is proved empty a second time, right before it is activated (RULES E, E1).
struct ProveEmptyStep: StepImplementation {
  let step = Step.proveEmpty
  let fallback = FailureKind.unknownVMs

  func precheck(_ runner: HostRunner) async throws -> Precheck {
    let observation = try await runner.observe()
    let door = runner.door(observation)
    if try await doorIsOpen(runner, door) { return .ready }
    if let failure = try await Emptiness.failure(runner, observation) { return .blocked(failure) }
    return .alreadyDone
  }

  func act(_ runner: HostRunner) async throws {
    let door = runner.door(try await runner.observation())
    try await runner.effect(
      EffectID(.stopCompute, door.subject), failing: .computeUnknown, within: runner.services.bounds.door,
      token: { door.subject }, look: { _ in try await Self.looked(runner, door) },
      act: { _ in
        try await runner.perform(.closeDoor(door))
        runner.openDoors.remove(door.subject)
        runner.closedDoors.insert(door.subject)
      })
  }

  /// What stops a unit can be looked up; of an operator's own command only its end is known, to this process.
  private static func looked(_ runner: HostRunner, _ door: Door) async throws -> Precheck {
    let isClosed = runner.closedDoors.contains(door.subject)
    switch door {
    case .none: return .alreadyDone
    case .command: return isClosed ? .alreadyDone : .ready
    case .unit:
      switch try await runner.services.hosts.computeRuns(runner.host, door) {
      case .some(false): return .alreadyDone
      case .some(true): return .ready
      case .none: return isClosed ? .inProgress("nova-compute stops") : .ready
      }
    }
  }

  private func doorIsOpen(_ runner: HostRunner, _ door: Door) async throws -> Bool {
    switch door {
    case .none: return false
    case .command:
      return !runner.doorIsClosed || runner.run.openEffect(EffectID(.stopCompute, door.subject)) != nil
    case .unit:
      let runs = try await runner.services.hosts.computeRuns(runner.host, door)
      return runs ?? true || runner.run.openEffect(EffectID(.stopCompute, door.subject)) != nil
    }
  }
}

/// The proof that nothing is left on a host, by Nova and by the host's own witnesses (RULES E).
enum Emptiness {
  /// The last look before the modules or the board are touched: the door is closed, nothing has come since, and a
  /// reset would boot the kernel that the plan names (RULES E1, A3). `nil`: nothing stands in the way.
  static func unproven(_ runner: HostRunner, resets: Bool) async throws -> Failure? {
    let observation = try await runner.observe()
    let door = runner.door(observation)
    switch door {
    case .none: break
    case .command: if !runner.doorIsClosed { return opened(door) }
    case .unit: if try await runner.services.hosts.computeRuns(runner.host, door) != false { return opened(door) }
    }
    if let failure = try await failure(runner, observation) { return failure }
    return resets ? ObserveStep.otherKernel(runner, observation) : nil
  }

  private static func opened(_ door: Door) -> Failure {
    Failure(.serverAppeared, "nova-compute runs again", expected: "\(door.subject) stopped", found: "not stopped")
  }

  /// Why the host is not empty; `nil`: it is.
  static func failure(_ runner: HostRunner, _ observation: Observation) async throws -> Failure? {
    if let nova = try runner.nova {
      let view = try await nova.gateway.view(nova.name, inventory: false)
      try runner.checkStillCordoned(view.service)
      if let failure = failure(runner, view, observation) { return failure }
      let known = Set(view.servers.map(\.id))
      let strangers = observation.virtualMachines.guests.filter { $0.uuid.map { !known.contains($0) } ?? true }
      if let stranger = strangers.first {
        return Failure(
          .unknownVMs, "a VM runs on it that Nova does not know: \(stranger.uuid ?? "pid \(stranger.pid)")",
          expected: "no VM", found: stranger.uuid ?? stranger.name)
      }
    }
    guard let why = observation.virtualMachines.notEmpty else { return nil }
    let kind: FailureKind = observation.virtualMachines.running == nil ? .unknownVMs : .serverAppeared
    return Failure(kind, why, expected: "0 VMs", found: observation.virtualMachines.running.map { "\($0) VMs" })
  }

  private static func failure(_ runner: HostRunner, _ view: ComputeHostView, _ observation: Observation) -> Failure? {
    let rules = runner.drainRules(observation)
    for server in view.servers.sorted(by: { $0.id < $1.id }) {
      let move = rules.move(for: server)
      if move.move == .leave, server.taskState == nil { continue }
      if move.move == .stop, server.status == .shutoff, server.taskState == nil { continue }
      return Failure(
        .serverAppeared, "server \(server.name) is on the host: \(move.why)",
        expected: "no server but those left by rule",
        found: server.id)
    }
    guard let record = view.unfinishedMigrations.first else { return nil }
    return Failure(
      .serverAppeared, "migration \(record.id) of server \(record.server) still needs the host (\(record.status))",
      expected: "no unfinished migration", found: record.status)
  }
}
