/// Which hosts of a rollout that waits for its window are to be staged ahead, folded from its journal (decision 0021).
package struct StagingAhead: Sendable {
  /// Kind of the finding that a host is staged ahead.
  package static let staged = "stagedAhead"
  /// Kind of the finding that it could not be, and why.
  package static let failed = "aheadFailed"
  /// Tries of one host; what fails so often wants a person, who has read of it by then.
  package static let tries = 3
  /// Between two tries of one host: what is in the way may pass, such as a package manager at work.
  package static let pause = Duration.seconds(3600)

  private var done: Set<HostID> = []
  private var failures: [HostID: (count: Int, last: Instant)] = [:]

  package init(_ entries: some Sequence<JournalEntry>) {
    for entry in entries {
      guard let host = entry.host, case .finding(let kind, _) = entry.event else { continue }
      if kind == Self.staged { done.insert(host) }
      if kind == Self.failed { failures[host] = (count: (failures[host]?.count ?? 0) + 1, last: entry.at) }
    }
  }

  /// Whether the host is to be staged now.
  package func isDue(_ host: HostID, at now: Instant) -> Bool {
    guard !done.contains(host) else { return false }
    guard let failure = failures[host] else { return true }
    return failure.count < Self.tries && now - failure.last >= Self.pause
  }
}
