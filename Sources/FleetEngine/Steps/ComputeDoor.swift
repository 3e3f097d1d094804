import FleetCore

/// Which door a run closes, and which one it closed (RULES E1).
extension HostRunner {
  /// What is stopped to close the door. What was seen before the run goes first: a stopped container may be gone from
  /// sight.
  func door(_ observation: Observation) -> Door {
    guard change.computeHost.name != nil else { return .none }
    switch host.policy.activation.computeStop {
    case .auto: return (run.before?.computeUnit ?? observation.computeUnit).map { .unit($0) } ?? .none
    case .none: return .none
    case .unit(let unit): return .unit(.systemd(unit: unit))
    case .command(let argv): return .command(argv)
    }
  }

  /// The door that this run closed and that is closed still, by the journal: policy may have changed since.
  var closedDoor: Door? { run.closedDoor.map { Door(subject: $0, host.policy.activation.computeStop) } }

  /// Whether nova-compute was stopped by us and not started since.
  var doorIsClosed: Bool { run.closedDoor != nil }
}

extension HostRunner {
  /// Returns once nova-compute gives a heartbeat newer than now: enabled before that, the service would take servers
  /// that nobody starts (RULES E1). Throws `heartbeatMissing`, and `serviceTakenOver` where another's reason replaced
  /// ours; the return path leaves such a service as it is, and only waits on.
  func awaitHeartbeat() async throws {
    guard let nova = try nova else { return }
    let deadline = Deadline(services.clock, in: services.bounds.heartbeat)
    var first = try await patiently { try await nova.gateway.service(nova.name) }
    var newest = first
    while true {
      if !newest.isEnabled, newest.disabledReason != cordonReason, isCordonedByUs, !isReturning {
        throw takenOver(newest)
      }
      // A disabling moves the time as well: it is no sign of life.
      if !newest.isEnabled, newest.disabledReason != first.disabledReason { first = newest }
      if newest.isUp, let now = newest.updatedAt, first.updatedAt.map({ now > $0 }) ?? true { return }
      if deadline.hasPassed {
        throw Failure(
          .heartbeatMissing, "its compute service gives no new heartbeat", expected: "up",
          found: newest.isUp ? "up, no new heartbeat" : "down")
      }
      if case .inDoubt(let step, _, _) = run.state { wait(step, "waits for a new heartbeat of nova-compute") }
      try await services.clock.sleep(services.bounds.poll)
      newest = try await patiently { try await nova.gateway.service(nova.name) }
    }
  }

  private var isReturning: Bool {
    if case .returning = run.state { return true }
    return false
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

  /// The door that bears a name of the journal. Only policy knows an own command word by word.
  init(subject: String, _ policy: Policy.ComputeStop) {
    if case .command(let argv) = policy, Door.command(argv).subject == subject {
      self = .command(argv)
    } else if let name = subject.dropping(prefix: "docker:") {
      self = .unit(.docker(container: name))
    } else if let name = subject.dropping(prefix: "podman:") {
      self = .unit(.podman(container: name))
    } else if subject == Door.none.subject {
      self = .none
    } else if subject.contains(" ") {
      self = .command(subject.split(separator: " ").map(String.init))
    } else {
      self = .unit(.systemd(unit: subject))
    }
  }
}

extension String {
  func dropping(prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
