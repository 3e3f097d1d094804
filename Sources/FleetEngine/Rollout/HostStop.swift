import FleetCore

/// How a host under work is to stop.
package enum HostStop: Hashable, Sendable {
  /// Before its next step; the rollout takes it up there again.
  case atBoundary
  /// On the way back, as long as nothing was activated; else at its end.
  case givingBack(String)

  /// `nil`: nobody wishes anything.
  init?(_ wish: StopWish?) {
    guard let wish else { return nil }
    self = wish.givesBack ? .givingBack(wish.sentence) : .atBoundary
  }
}
