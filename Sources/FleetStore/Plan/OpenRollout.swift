package import FleetCore

/// A rollout that did not come to its end, with the state of each of its hosts folded from the journal (D3).
package struct OpenRollout: Hashable, Sendable {
  package var record: RolloutRecord
  package var plan: Plan
  /// One run for each change of the plan.
  package var runs: [HostID: HostRun]

  package init(record: RolloutRecord, plan: Plan, runs: [HostID: HostRun]) {
    self.record = record
    self.plan = plan
    self.runs = runs
  }

  /// Hosts on which this rollout still has work. A halted one starts no new host, and one that waits for its window may
  /// never, so only those they began count.
  package var openHosts: [HostID] {
    switch record.state {
    case .finished: []
    case .running, .paused: record.isWaiting ? begunHosts : runs.filter { !$0.value.isEnded }.keys.sorted()
    case .halted: begunHosts
    }
  }

  /// Hosts that were begun and did not come to their end.
  package var begunHosts: [HostID] { runs.filter { !$0.value.isEnded && $0.value.hasBegun }.keys.sorted() }

  /// Hosts that this rollout has changed something on and not left yet: one that it quarantined it has left.
  package var hostsUnderWork: [HostID] { runs.filter { $0.value.holdsSlot && !$0.value.isEnded }.keys.sorted() }

  /// Hosts that are out of service through this rollout (D6).
  package var slotHolders: [HostID] { runs.filter { $0.value.holdsSlot }.keys.sorted() }
}

extension HostRun {
  /// Whether the first step of the host was ever started.
  var hasBegun: Bool { self != HostRun(steps: steps) }
}

/// A host that was left out of service for a person, and why (RULES U2).
package struct Quarantine: Hashable, Sendable {
  package var host: HostID
  package var rollout: String
  package var since: Instant
  package var step: Step
  package var failure: Failure

  package init(host: HostID, rollout: String, since: Instant, step: Step, failure: Failure) {
    self.host = host
    self.rollout = rollout
    self.since = since
    self.step = step
    self.failure = failure
  }

  /// Rollout and reason in one sentence, as plans show it.
  package var sentence: String {
    "rollout \(rollout): \(step.rawValue) failed (\(failure.kind.rawValue)): \(failure.text)"
  }
}
