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

  /// Whether two looks at a host tell the same of it; a text that only words a failure otherwise is no news.
  func tellsTheSame(as other: StoredObservation) -> Bool {
    switch (result, other.result) {
    case (.success(let old), .success(let new)): old.lasting == new.lasting
    case (.failure(let old), .failure(let new)):
      old.kind == new.kind && old.expected == new.expected && old.found == new.found
    case (.success, .failure), (.failure, .success): false
    }
  }
}
