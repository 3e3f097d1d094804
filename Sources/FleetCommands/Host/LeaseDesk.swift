package import FleetCore
package import FleetEngine
import FleetStore

/// Leases outside a run: a person gives one back, or takes one over (decision 0017).
package struct LeaseDesk {
  private let services: EngineServices

  package init(_ services: EngineServices) { self.services = services }

  /// Gives a lease of this controller back. Returns what became of it; `nil`: this controller has none there.
  package func giveBack(_ host: FleetCore.Host) async throws(HostError) -> String? {
    guard try await isOurs(host) else { return nil }
    try await services.hosts.perform(host, .giveLease)
    guard try await !isOurs(host) else {
      throw HostError(.refused, "its lease still lies there", expected: "no lease", found: services.controller.id)
    }
    return "its lease is given back"
  }

  private func isOurs(_ host: FleetCore.Host) async throws(HostError) -> Bool {
    try await services.hosts.remains(host).lease?.isHeld(by: services.controller.id) == true
  }

  /// Takes a lease over from another controller: a person's decision, which the journal keeps, and never one of time.
  /// Returns the lease that lay there. Throws `CommandError` where there is none to take over, and the errors of host
  /// and store.
  package func adopt(_ host: FleetCore.Host, reason: String, by person: String) async throws -> HostLease {
    guard let lease = try await services.hosts.remains(host).lease else {
      throw CommandError(
        ExitStatus.usage, "notLeased", "\(host.id) bears no lease, so there is nothing to take over",
        expected: "a lease of another controller", found: "no lease")
    }
    guard !lease.isHeld(by: services.controller.id) else {
      throw CommandError(
        ExitStatus.usage, "leaseIsOurs", "\(host.id) is leased to this controller already: \(lease.text)",
        expected: "a lease of another controller", found: lease.text)
    }
    let action = Action(by: person, .adoptHost, host.id.rawValue, why: reason)
    try services.store.audit(action, host: host.id, at: services.clock.now())
    try tell("leaseAdoption", "\(person) takes its lease over from \(lease.text): \(reason)", host)
    let holder = services.controller.holder(rollout: LeaseHolder.adopted)
    try await services.hosts.perform(host, .replaceLease(holder: holder.line))
    let found = try await services.hosts.remains(host).lease
    guard found?.line == holder.line else {
      throw CommandError(
        ExitStatus.failed, "leaseNotTaken", "its lease was not seen to change hands", expected: holder.text,
        found: found?.text ?? "no lease")
    }
    try tell("leaseAdopted", "its lease is this controller's now, taken over from \(lease.text)", host)
    return lease
  }

  private func tell(_ kind: String, _ text: String, _ host: FleetCore.Host) throws {
    try services.store.append(
      .finding(kind: kind, text: text), rollout: nil, host: host.id, at: services.clock.now())
  }
}

extension CommandContext {
  /// Takes a host's lease over, for the holder of the lock. Returns the lease that lay there.
  func adopt(_ id: HostID, _ reason: String, by person: String, _ store: FleetStore) async throws -> HostLease {
    let host = try host(id.rawValue)
    return try await withServices(store, asksNova: false) { services in
      try await LeaseDesk(services).adopt(host, reason: reason, by: person)
    }
  }
}
