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
      EffectID(.stopCompute, door.subject), failing: .computeUnknown, within: runner.services.bounds.command,
      token: { door.subject },
      look: { _ in
        try await runner.services.hosts.computeRuns(runner.host, door) == false ? .alreadyDone : .ready
      },
      act: { _ in try await runner.services.hosts.perform(runner.host, .closeDoor(door)) })
  }

  private func doorIsOpen(_ runner: HostRunner, _ door: Door) async throws -> Bool {
    switch door {
    case .none: return false
    case .command:
      // Only the operator's own command knows; it is run once.
      return !runner.run.isDone(EffectID(.stopCompute, door.subject))
    case .unit:
      let runs = try await runner.services.hosts.computeRuns(runner.host, door)
      return runs ?? true || runner.run.openEffect(EffectID(.stopCompute, door.subject)) != nil
    }
  }
}

extension Door {
  /// Name of what is stopped, for the journal.
  var subject: String {
    switch self {
    case .unit(.systemd(let unit)): unit
    case .unit(.docker(let name)): "docker:\(name)"
    case .unit(.podman(let name)): "podman:\(name)"
    case .command(let argv): argv.joined(separator: " ")
    case .none: "none"
    }
  }
}

/// The proof that nothing is left on a host, by Nova and by the host's own witnesses (RULES E).
enum Emptiness {
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
