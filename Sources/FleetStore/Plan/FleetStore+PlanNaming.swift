package import FleetCore
import GRDB

extension FleetStore {
  /// Plans looked through for a host; older ones answer no question of today.
  private static let plansLookedThrough = 200

  /// The newest plan that names a host, whatever it decided; `nil`: none of the last ones does.
  package func latestPlan(naming host: HostID) throws(StoreError) -> StoredPlan? {
    try read { db in
      let ids = try String.fetchAll(
        db, sql: "SELECT id FROM plans ORDER BY planned_at DESC, rowid DESC LIMIT ?",
        arguments: [Self.plansLookedThrough])
      for id in ids {
        guard let stored = try fetchPlan(id, db) else { continue }
        let plan = stored.plan
        if plan.changes.contains(where: { $0.host == host }) || plan.upToDate.contains(host)
          || plan.excluded.contains(where: { $0.host == host })
        {
          return stored
        }
      }
      return nil
    }
  }
}
