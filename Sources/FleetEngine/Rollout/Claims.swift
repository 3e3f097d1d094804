package import FleetCore
package import FleetStore

/// Hosts that a rollout may not begin (RULES K): quarantined, or another rollout has work on them.
package enum Claims {
  /// An emergency takes over hosts on which an ordinary rollout has work left, but none that it has begun.
  package static func of(_ rollout: String, isEmergency: Bool, _ store: FleetStore) throws -> [HostID: Failure] {
    var claims: [HostID: Failure] = [:]
    for (host, other) in try store.hostsInOpenRollouts(begunOnly: isEmergency, except: rollout) {
      claims[host] = taken(by: other, from: rollout)
    }
    for (host, quarantine) in try store.quarantines() {
      claims[host] = Failure(.quarantined, "it is quarantined: \(quarantine.sentence)", expected: "released")
    }
    return claims
  }

  static func taken(by other: String, from rollout: String) -> Failure {
    Failure(.otherMaintenance, "rollout \(other) has work on it; resume that", expected: rollout, found: other)
  }

  /// How a host that is not begun is written down.
  static func events(_ change: HostChange, _ failure: Failure) -> [JournalEvent] {
    let first = change.steps.first ?? .observe
    let events: [HostRun.Event] = [
      .stepStarted(step: first, attempt: 1), .stepFailed(step: first, failure: failure), .returnStarted, .skipped,
    ]
    return events.map { .run($0) }
  }
}
