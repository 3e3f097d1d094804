package import FleetCore
import GRDB

extension FleetStore {
  /// Writes down who did what and why, where no other event tells it with their name.
  package func audit(
    _ action: Action, rollout: String? = nil, host: HostID? = nil, at: Instant
  ) throws(StoreError) {
    try append(.audited(action), rollout: rollout, host: host, at: at)
  }

  /// The newest action of one of these kinds; `nil`: none was written down. Reads the journal from its end.
  package func newestAction(_ kinds: Set<Action.Kind>) throws(StoreError) -> (action: Action, at: Instant)? {
    try read { db in
      let sql = "SELECT \(JournalRow.columns) FROM journal WHERE kind = 'audited' ORDER BY seq DESC"
      let rows = try Row.fetchCursor(db, sql: sql)
      while let row = try rows.next() {
        let entry = try JournalRow(row).entry()
        if case .audited(let action) = entry.event, kinds.contains(action.what) { return (action, entry.at) }
      }
      return nil
    }
  }
}
