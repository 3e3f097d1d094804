import FleetCore
package import FleetStore

/// One person's agreement to a rollout that a schedule planned, or that somebody asked others for. Only the holder of the lock may write it down.
package struct Approval: Sendable {
  private let store: FleetStore
  private let clock: any EngineClock

  package init(store: FleetStore, clock: any EngineClock = SystemClock()) {
    self.store = store
    self.clock = clock
  }

  /// Why it was not taken, beyond what the booking itself refuses.
  package struct RestartsNotAccepted: Error, Hashable, Sendable {
    package var text: String
    package var expected: String
    package var found: String
  }

  /// Journals that `person` agrees, and to how many servers being shut down (RULES D2). Returns what it waits for now.
  /// Throws `ApprovalRefusal`, `RestartsNotAccepted` and `StoreError`.
  package func approve(_ rollout: String, by person: String, restarts: Int) throws -> String {
    let record = try store.rollout(id: rollout)
    let booking = try store.booking(rollout: record.id)
    if let refusal = booking.refusal(of: person, at: clock.now()) { throw refusal }
    let plan = try store.plan(id: record.plan).plan
    guard restarts == plan.restarts.count else {
      throw RestartsNotAccepted(
        text: "\(plan.restartSentence ?? "no server will be shut down"), and exactly that is to be accepted",
        expected: "--accept-restarts \(plan.restarts.count)", found: "--accept-restarts \(restarts)")
    }
    let consent = plan.restartConsent(by: person).map { [JournalEvent.audited($0)] } ?? []
    let events = consent + [.rolloutApproved(by: person)]
    try store.append(events.map { (event: $0, host: nil) }, rollout: record.id, at: clock.now())
    let waiting = try store.booking(rollout: record.id).waiting
    return "rollout \(record.id) is approved by \(person)" + (waiting.map { "; it \($0)" } ?? "")
  }
}
