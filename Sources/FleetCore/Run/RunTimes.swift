/// Times of a host's run that rules reckon from, folded from its events: a restart begins none of them anew.
package struct RunTimes: Hashable, Sendable {
  /// When the drain began: its first start, or the first one since it was entered again. Tries and restarts in between
  /// share one deadline (RULES D7, U3).
  package private(set) var drainBegan: Instant?
  /// When the reset was first intended; `nil`: it was not (RULES A2).
  package private(set) var resetAskedAt: Instant?

  package init() {}

  /// Takes the next event of the run.
  package mutating func note(_ event: HostRun.Event, at time: Instant) {
    switch event {
    case .stepStarted(step: .drain, _): drainBegan = drainBegan ?? time
    case .drainReentered: drainBegan = nil
    case .effectIntended(let effect, _): if effect.kind == .reset { resetAskedAt = resetAskedAt ?? time }
    case .stepStarted, .stepResumed, .effectObserved, .stepSucceeded, .stepFailed, .returnStarted, .returnResumed,
      .undone, .undoFailed, .restoreStarted, .restoreResumed, .restoreEnded, .skipped, .quarantined, .released,
      .recorded:
      break
    }
  }
}
