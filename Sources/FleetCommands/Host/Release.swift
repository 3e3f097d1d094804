package import FleetCore
package import FleetEngine
package import FleetStore

/// A quarantined host given back by a person.
package struct Release {
  let host: FleetCore.Host
  let quarantine: Quarantine
  let services: EngineServices

  package init(host: FleetCore.Host, quarantine: Quarantine, services: EngineServices) {
    self.host = host
    self.quarantine = quarantine
    self.services = services
  }

  /// The service first, then the record: a release that Nova did not take is no release. Returns what became of the
  /// service and what is left to do by hand. Throws `CommandError` where nova-compute is down or Nova does not enable
  /// it, and the errors of Nova and the store.
  package func release(reason: String, by person: String) async throws -> String {
    let run = try run()
    var said = try await enable(run)
    let stopped = run?.stoppedServers ?? []
    if !stopped.isEmpty {
      said += "; stopped by the rollout and to be started by hand: \(stopped.joined(separator: ", "))"
    }
    // Nova was asked meanwhile, and one quarantine is lifted once.
    guard try services.store.quarantines()[host.id] == quarantine else { throw CommandError.notQuarantined(host.id) }
    let action = Action(by: person, .releaseHost, host.id.rawValue, why: reason)
    try services.store.append(
      [(event: .audited(action), host: host.id), (event: .run(.released(reason: reason)), host: host.id)],
      rollout: quarantine.rollout, at: services.clock.now())
    return await said + givenBack()
  }

  /// Last, since a lease that stays is in the way of other controllers only.
  private func givenBack() async -> String {
    do throws(HostError) {
      return try await LeaseDesk(services).giveBack(host).map { "; \($0)" } ?? ""
    } catch {
      return "; its lease could not be given back: \(error.text); `host release` tries again"
    }
  }

  /// What the rollout did to the host, from the journal; `nil`: nothing.
  private func run() throws -> HostRun? {
    let store = services.store
    let plan = try store.plan(id: try store.rollout(id: quarantine.rollout).plan).plan
    guard let change = plan.changes.first(where: { $0.host == host.id }) else { return nil }
    let events = try store.entries(rollout: quarantine.rollout, host: host.id).compactMap { entry in
      if case .run(let event) = entry.event { event } else { nil }
    }
    return try HostRun(steps: change.steps, replaying: events)
  }

  /// Enables the service where the rollout's own reason is on it.
  private func enable(_ run: HostRun?) async throws -> String {
    guard let name = host.computeHost.name, let compute = services.compute else { return "it is not in Nova" }
    let service = try await compute.service(name)
    if service.isEnabled { return "its compute service was enabled already" }
    guard service.disabledReason == CordonReason.text(rollout: quarantine.rollout, host: host.id) else {
      return "its compute service stays disabled, it bears another reason: \(service.disabledReason ?? "none")"
    }
    guard service.isUp else {
      let door = run?.closedDoor.map { ", which the rollout stopped (\($0))" } ?? ""
      throw CommandError(
        ExitStatus.failed, "computeDown", "its compute service is down; start nova-compute first\(door)",
        expected: "up", found: "down")
    }
    try await compute.enable(service: service.id)
    guard try await compute.service(name).isEnabled else {
      throw CommandError(ExitStatus.failed, "notEnabled", "Nova did not enable its compute service")
    }
    return "its compute service is enabled"
  }
}

extension CommandContext {
  /// Gives a quarantined host back; for the holder of the lock. Returns what became of it.
  func release(_ id: HostID, _ reason: String, by person: String, _ store: FleetStore) async throws -> String {
    let host = try host(id.rawValue)
    guard let quarantine = try store.quarantines()[id] else {
      return try await giveLeaseBack(host, reason, by: person, store)
    }
    return try await withServices(store) { services in
      try await Release(host: host, quarantine: quarantine, services: services).release(reason: reason, by: person)
    }
  }
}

extension CommandContext {
  /// A host without a quarantine whose lease no run of ours will give back: it was adopted, or could not be reached.
  private func giveLeaseBack(
    _ host: FleetCore.Host, _ reason: String, by person: String, _ store: FleetStore
  ) async throws -> String {
    if let rollout = try store.hostsInOpenRollouts()[host.id] {
      throw CommandError(
        ExitStatus.usage, "otherMaintenance", "rollout \(rollout) has work on \(host.id); resume that",
        expected: "quarantined", found: rollout)
    }
    return try await withServices(store, asksNova: false) { services in
      guard let said = try await LeaseDesk(services).giveBack(host) else { throw CommandError.notQuarantined(host.id) }
      let text = "\(person) had its lease given back: \(reason)"
      let action = Action(by: person, .giveLeaseBack, host.id.rawValue, why: reason)
      try store.append(
        [
          (event: .audited(action), host: host.id), (event: .finding(kind: "leaseReleased", text: text), host: host.id),
        ],
        rollout: nil, at: services.clock.now())
      return said
    }
  }
}

extension CommandError {
  static func notQuarantined(_ host: HostID) -> CommandError {
    CommandError(ExitStatus.usage, "notQuarantined", "\(host) is not quarantined", expected: "quarantined")
  }
}
