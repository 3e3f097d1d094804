/// How a rollout stands.
package enum RolloutStanding: String, CaseIterable, Hashable, Sendable {
  case running, waiting, paused, halted, finished

  package var badge: Badge {
    switch self {
    case .running: Badge(.busy, .work, "running")
    case .waiting: Badge(.info, .clock, "waiting")
    case .paused: Badge(.warn, .pause, "paused")
    case .halted: Badge(.bad, .stop, "halted")
    case .finished: Badge(.good, .check, "finished")
    }
  }
}
