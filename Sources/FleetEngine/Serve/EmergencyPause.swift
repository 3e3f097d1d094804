package import FleetCore
package import FleetStore

/// An emergency says that something is wrong: whatever else would go on by itself stops, until a person has looked. Only
/// the holder of the lock may write that down.
package struct EmergencyPause: Sendable {
  private let store: FleetStore
  private let rollout: String
  private let wish: StopWish

  /// `by`: who raised the emergency `rollout`.
  package init(_ store: FleetStore, for rollout: String, by: String) {
    self.store = store
    self.rollout = rollout
    wish = StopWish(.pause, by: by, reason: "emergency rollout \(rollout)", givesBack: true)
  }

  /// Pauses every ordinary rollout that waits or was left to run, but those in hand, which are asked. Doing it twice
  /// does it once.
  ///
  /// `takeUp`: called in place of the pause for those that a lost controller left in the middle of hosts; whoever drives
  /// them with the wish gives these hosts back, which the emergency may need the place of. `nil`: nobody can.
  package func apply(
    butInHand inHand: [String] = [], at now: Instant, standing: (RolloutBooking) -> Opening?,
    ask: (String, StopWish) -> Void = { _, _ in }, takeUp: ((String, StopWish) -> Void)? = nil
  ) throws(StoreError) {
    let amid = Set(try store.openRollouts().filter { !$0.begunHosts.isEmpty }.map(\.record.id))
    for (record, booking) in try store.openBookings() where record.id != rollout {
      guard try store.plan(id: record.plan).plan.options.emergency == nil else { continue }
      if inHand.contains(record.id) {
        ask(record.id, wish)
      } else if booking.turn(now: now, standing: standing(booking)) != nil, let event = wish.event {
        if let takeUp, amid.contains(record.id) {
          takeUp(record.id, wish)
        } else {
          let told = wish.action(record.id).map { [(event: JournalEvent.audited($0), host: HostID?.none)] } ?? []
          try store.append(told + [(event: event, host: nil)], rollout: record.id, at: now)
        }
      }
    }
  }
}
