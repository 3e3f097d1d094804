package import FleetCore

/// One look at one host as it was stored.
package struct StoredObservation: Hashable, Sendable {
  package var host: HostID
  /// When the look ended, by the controller's clock.
  package var at: Instant
  /// What was seen, or why nothing was.
  package var result: Result<Observation, ProbeFailure>

  package init(host: HostID, at: Instant, result: Result<Observation, ProbeFailure>) {
    self.host = host
    self.at = at
    self.result = result
  }

  /// `nil`: nothing was seen.
  package var observation: Observation? {
    switch result {
    case .success(let observation): observation
    case .failure: nil
    }
  }
}
