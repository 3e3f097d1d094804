package import FleetCore
import GRDB

/// An opening that some rollout was planned for already.
package struct BookedOpening: Hashable, Sendable {
  package var schedule: String
  package var date: CivilDate

  package init(schedule: String, date: CivilDate) {
    self.schedule = schedule
    self.date = date
  }
}

extension FleetStore {
  /// Who may run a rollout and when. Throws `corrupt` where an entry cannot be read.
  package func booking(rollout: String) throws(StoreError) -> RolloutBooking {
    try read { try booking(rollout, $0) }
  }

  /// Every rollout that is neither finished nor halted with its booking, oldest first: the queue of `serve`. Those that
  /// were halted only grow in number.
  package func openBookings() throws(StoreError) -> [(record: RolloutRecord, booking: RolloutBooking)] {
    try read { db in
      try rollouts(db).filter { $0.isUnfinished && $0.state != .halted }.reversed().map {
        (record: $0, booking: try booking($0.id, db))
      }
    }
  }

  /// Every opening for which a rollout was ever planned, whatever became of it.
  package func bookedOpenings() throws(StoreError) -> Set<BookedOpening> {
    try read { db in
      let entries = try entries(db, "WHERE \(Schema.markCondition) AND kind = 'rolloutScheduled'", [])
      return Set(
        entries.compactMap { entry in
          guard case .rolloutScheduled(let schedule, let opening, _) = entry.event else { return nil }
          return BookedOpening(schedule: schedule, date: opening.date)
        })
    }
  }

  /// Hosts that an emergency worked on since then: what was wrong with their firmware may still be.
  package func emergencyHosts(since: Instant) throws(StoreError) -> Set<HostID> {
    try read { db in
      var hosts: Set<HostID> = []
      for record in try rollouts(db) where record.createdAt >= since {
        guard let plan = try fetchPlan(record.plan, db)?.plan, plan.options.emergency != nil else { continue }
        hosts.formUnion(plan.changes.map(\.host))
      }
      return hosts
    }
  }

  private func booking(_ rollout: String, _ db: Database) throws -> RolloutBooking {
    RolloutBooking(try entries(db, "WHERE rollout = ? AND host IS NULL ORDER BY seq", [rollout]))
  }
}
