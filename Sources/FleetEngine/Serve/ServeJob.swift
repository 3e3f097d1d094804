package import FleetCore

/// One rollout that `serve` is to drive now.
package struct ServeJob: Hashable, Sendable {
  /// Who speaks where nobody in particular does.
  static let controller = "serve"

  package var rollout: String
  package var isEmergency: Bool
  /// No host is begun that would not be done by then; `nil`: hosts begin at any time.
  package var until: Instant?

  package init(rollout: String, isEmergency: Bool, until: Instant? = nil) {
    self.rollout = rollout
    self.isEmergency = isEmergency
    self.until = until
  }
}
