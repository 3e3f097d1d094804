package import FleetCore
import GRDB

extension FleetStore {
  /// Looks kept for each host: two days of hourly looks, and some 10 kB each. The newest one that saw something is kept
  /// whatever its age.
  package static let keptObservations = 48

  /// Keeps looks in one transaction. What was saved last counts as the newest, whatever the clock said.
  package func save(
    observations: [(host: HostID, result: Result<Observation, ProbeFailure>, at: Instant)]
  ) throws(StoreError) {
    var rows: [(host: String, at: Int64, seen: Bool, body: String)] = []
    for (host, result, at) in observations {
      switch result {
      case .success(let seen):
        rows.append((host.rawValue, at.milliseconds, true, try RecordCoding.text(seen)))
      case .failure(let failure):
        rows.append((host.rawValue, at.milliseconds, false, try RecordCoding.text(failure)))
      }
    }
    try write { db in
      for row in rows {
        try db.execute(
          sql: "INSERT INTO observations (host, at, seen, body) VALUES (?, ?, ?, ?)",
          arguments: [row.host, row.at, row.seen ? 1 : 0, row.body])
      }
      for host in Set(rows.map(\.host)) { try Self.forgetOldObservations(host, db) }
    }
  }

  /// The newest look at a host; `nil`: there never was one.
  package func latestObservation(host: HostID) throws(StoreError) -> StoredObservation? {
    try observations(host: host, limit: 1).first
  }

  /// The newest look at a host that saw something.
  package func latestSeen(host: HostID) throws(StoreError) -> StoredObservation? {
    try read {
      try Self.observations($0, "WHERE host = ? AND seen = 1 ORDER BY id DESC LIMIT 1", [host.rawValue])
    }.first
  }

  /// Looks at a host, newest first.
  package func observations(
    host: HostID, limit: Int = FleetStore.keptObservations
  ) throws(StoreError) -> [StoredObservation] {
    try read { try Self.observations($0, "WHERE host = ? ORDER BY id DESC LIMIT ?", [host.rawValue, max(0, limit)]) }
  }

  /// The newest look at every host, or the newest not later than `at` as far back as looks are kept.
  package func latestObservations(at: Instant? = nil) throws(StoreError) -> [HostID: StoredObservation] {
    try newest(seenOnly: false, at)
  }

  /// As `latestObservations`, of the looks that saw something.
  package func latestSeen(at: Instant? = nil) throws(StoreError) -> [HostID: StoredObservation] {
    try newest(seenOnly: true, at)
  }

  private func newest(seenOnly: Bool, _ at: Instant?) throws(StoreError) -> [HostID: StoredObservation] {
    // Without a time the index alone answers; with one every look's row is read.
    let time = at.map { "AND at <= \($0.milliseconds)" } ?? ""
    let newest = "SELECT max(id) FROM observations WHERE seen >= ? \(time) GROUP BY host"
    let found = try read { try Self.observations($0, "WHERE id IN (\(newest))", [seenOnly ? 1 : 0]) }
    return Dictionary(uniqueKeysWithValues: found.map { ($0.host, $0) })
  }

  private static func forgetOldObservations(_ host: String, _ db: Database) throws {
    try db.execute(
      sql: """
        DELETE FROM observations WHERE host = ?1
        AND id NOT IN (SELECT id FROM observations WHERE host = ?1 ORDER BY id DESC LIMIT ?2)
        AND id IS NOT (SELECT max(id) FROM observations WHERE host = ?1 AND seen = 1)
        """, arguments: [host, keptObservations])
  }

  private static func observations(
    _ db: Database, _ condition: String, _ arguments: StatementArguments
  ) throws -> [StoredObservation] {
    let sql = "SELECT id, host, at, seen, body FROM observations \(condition)"
    return try Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
      let id = "\(row[0] as Int64)"
      let body: String = row[4]
      let result: Result<Observation, ProbeFailure> =
        row[3] == 1
        ? .success(try RecordCoding.record(of: body, table: "observations", id: id))
        : .failure(try RecordCoding.record(of: body, table: "observations", id: id))
      return StoredObservation(host: HostID(row[1] as String), at: Instant(milliseconds: row[2]), result: result)
    }
  }
}
