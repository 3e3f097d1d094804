import FleetCore
import FleetStore

/// Hosts that a rollout may not begin (RULES K): quarantined, or another rollout has work on them.
enum Claims {
  static func of(_ rollout: String, _ store: FleetStore) throws -> [HostID: Failure] {
    var claims: [HostID: Failure] = [:]
    for other in try store.openRollouts() where other.record.id != rollout {
      for host in other.openHosts where claims[host] == nil {
        claims[host] = Failure(
          .otherMaintenance, "rollout \(other.record.id) has work on it; resume that", expected: rollout,
          found: other.record.id)
      }
    }
    for (host, quarantine) in try store.quarantines() {
      claims[host] = Failure(.quarantined, "it is quarantined: \(quarantine.sentence)", expected: "released")
    }
    return claims
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
