package import FleetCore
import GRDB

/// One look at a host in Nova as it was stored.
package struct StoredComputeView: Hashable, Sendable {
  /// When Nova answered, by the controller's clock.
  package var at: Instant
  package var view: ComputeHostView

  package init(at: Instant, view: ComputeHostView) {
    self.at = at
    self.view = view
  }
}

extension FleetStore {
  /// The newest answer of Nova about every host: a plan that is made offline knows no later one.
  package func computeViews() throws(StoreError) -> [HostID: StoredComputeView] {
    try read { db in
      var views: [HostID: StoredComputeView] = [:]
      for row in try Row.fetchAll(db, sql: "SELECT host, at, body FROM compute_views") {
        let host: String = row[0]
        views[HostID(host)] = StoredComputeView(
          at: Instant(milliseconds: row[1]),
          view: try RecordCoding.record(of: row[2], table: "compute_views", id: host))
      }
      return views
    }
  }

  /// Replaces what was known of these hosts, in one transaction.
  package func save(computeViews views: [HostID: ComputeHostView], at: Instant) throws(StoreError) {
    var rows: [(host: String, body: String)] = []
    for (host, view) in views { rows.append((host.rawValue, try RecordCoding.text(view))) }
    guard !rows.isEmpty else { return }
    try write { db in
      for row in rows {
        try db.executeCached(
          sql: """
            INSERT INTO compute_views (host, at, body) VALUES (?1, ?2, ?3)
            ON CONFLICT (host) DO UPDATE SET at = ?2, body = ?3
            """, arguments: [row.host, at.milliseconds, row.body])
      }
    }
  }
}
