package import FleetCore
package import FleetStore

/// Emergencies that wait for people. Only the holder of the lock may end one.
package enum EmergencyQuestions {
  /// Halts those that ask for the very same as `rollout`, which begins without their answer: a late approval must not
  /// begin it once more. Those in hand have their answer.
  package static func close(
    _ store: FleetStore, for rollout: String, _ plan: Plan, butInHand inHand: [String] = [], at now: Instant
  ) throws(StoreError) {
    for (record, booking) in try store.openBookings() where record.id != rollout && !inHand.contains(record.id) {
      guard booking.question != nil, !booking.hasStarted else { continue }
      let other = try store.plan(id: record.plan).plan
      guard other.options == plan.options, other.hosts == plan.hosts else { continue }
      let reason = "the same was begun as rollout \(rollout)"
      try store.append(.rolloutHalted(reason: reason), rollout: record.id, host: nil, at: now)
    }
  }

  /// Halts those that nobody answered in time; `serve` does it by itself.
  package static func closeLapsed(_ store: FleetStore, at now: Instant) throws(StoreError) {
    for (record, booking) in try store.openBookings() {
      guard let reason = booking.lapse(at: now) else { continue }
      try store.append(.rolloutHalted(reason: reason), rollout: record.id, host: nil, at: now)
    }
  }
}
