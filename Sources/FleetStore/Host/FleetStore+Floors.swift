package import FleetCore
import GRDB

extension FleetStore {
  /// The BIOS copy's version that was learnt of a host, with its evidence; valid while the BIOS is the same (RULES A4).
  package func floor(host: HostID) throws(StoreError) -> FloorEvidence? {
    try read { db in
      let select = try db.cachedStatement(sql: "SELECT body FROM floors WHERE host = ?")
      let body = try String.fetchOne(select, arguments: [host.rawValue])
      return try body.map { try RecordCoding.record(of: $0, table: "floors", id: host.rawValue) }
    }
  }

  /// Every floor that was learnt.
  package func floors() throws(StoreError) -> [HostID: FloorEvidence] {
    try read { db in
      var floors: [HostID: FloorEvidence] = [:]
      for row in try Row.fetchAll(db, sql: "SELECT host, body FROM floors") {
        let host: String = row[0]
        floors[HostID(host)] = try RecordCoding.record(of: row[1], table: "floors", id: host)
      }
      return floors
    }
  }

  /// Replaces what was known of these hosts, in one transaction.
  package func save(floors: [HostID: FloorEvidence]) throws(StoreError) {
    if floors.isEmpty { return }
    var rows: [(host: HostID, body: String)] = []
    for (host, floor) in floors { rows.append((host, try RecordCoding.text(floor))) }
    try write { db in
      let save = try db.cachedStatement(
        sql: "INSERT INTO floors (host, body) VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET body = excluded.body")
      for row in rows { try save.execute(arguments: [row.host.rawValue, row.body]) }
    }
  }
}
