/// The window of a scheduled rollout: no host is begun that would not be done before it closes (decision 0016).
package struct WindowGate: Hashable, Sendable {
  package var closes: Instant
  /// How long each host takes; one without an estimate is not begun.
  package var estimates: [HostID: Duration]

  package init(closes: Instant, estimates: [HostID: Duration]) {
    self.closes = closes
    self.estimates = estimates
  }

  /// Whether the host would be done in time if it began now.
  package func fits(_ host: HostID, at now: Instant) -> Bool {
    guard let estimate = estimates[host] else { return false }
    return now + estimate <= closes
  }
}
