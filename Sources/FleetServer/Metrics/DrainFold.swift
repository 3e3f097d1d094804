package import FleetCore

/// How long drains took, from the journal: whole seconds from a drain's start to its success.
package struct DrainFold: Hashable, Sendable {
  /// Seconds; a drain of an empty host takes some, one of big servers an hour.
  package static let bounds: [Int64] = [30, 60, 120, 300, 600, 1200, 1800, 3600, 7200]

  private struct Run: Hashable {
    var rollout: String
    var host: HostID
  }

  /// Drains that took at most so long, by bound, each counted in every bound that it is within.
  package private(set) var counts = [Int64](repeating: 0, count: DrainFold.bounds.count)
  package private(set) var count: Int64 = 0
  package private(set) var sum: Int64 = 0
  /// Where it goes on.
  package private(set) var seq: Int64 = 0
  private var began: [Run: Instant] = [:]

  package init() {}

  package mutating func take(_ entry: JournalEntry) {
    seq = entry.seq
    guard let rollout = entry.rollout, let host = entry.host, case .run(let event) = entry.event else { return }
    let run = Run(rollout: rollout, host: host)
    switch event {
    case .stepStarted(.drain, _): began[run] = began[run] ?? entry.at
    case .stepSucceeded(.drain, let completion):
      guard let start = began.removeValue(forKey: run), completion == .performed else { return }
      add(max(0, (entry.at - start).wholeSeconds))
    case .stepFailed(.drain, _), .skipped, .quarantined: began[run] = nil
    case .stepStarted, .stepSucceeded, .stepFailed, .stepResumed, .effectIntended, .effectObserved, .drainReentered,
      .returnStarted, .returnResumed, .undone, .undoFailed, .restoreStarted, .restoreResumed, .restoreEnded, .released,
      .recorded:
      break
    }
  }

  private mutating func add(_ seconds: Int64) {
    count += 1
    sum += seconds
    for (index, bound) in Self.bounds.enumerated() where seconds <= bound { counts[index] += 1 }
  }
}
