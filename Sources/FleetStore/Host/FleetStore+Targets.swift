package import FleetCore
import GRDB

extension FleetStore {
  /// What is known of every host's target. One that the inventory no longer has is told as it was last.
  package func standingTargets() throws(StoreError) -> [HostID: StandingTarget] {
    try read { db in
      var targets: [HostID: StandingTarget] = [:]
      for row in try Row.fetchAll(db, sql: "SELECT host, wanted, since FROM standing_targets") {
        targets[HostID(row[0] as String)] = StandingTarget(wanted: row[1], since: Instant(milliseconds: row[2]))
      }
      return targets
    }
  }

  /// Keeps what hosts are wanted to run (`FirmwareTarget.wanted`), in one transaction. The same as before keeps its
  /// time.
  package func save(wanted: [HostID: String], at: Instant) throws(StoreError) {
    if wanted.isEmpty { return }
    try write { db in
      let save = try db.cachedStatement(
        sql: """
          INSERT INTO standing_targets (host, wanted, since) VALUES (?, ?, ?) ON CONFLICT (host)
          DO UPDATE SET wanted = excluded.wanted, since = excluded.since WHERE wanted IS NOT excluded.wanted
          """)
      for (host, version) in wanted { try save.execute(arguments: [host.rawValue, version, at.milliseconds]) }
    }
  }
}
