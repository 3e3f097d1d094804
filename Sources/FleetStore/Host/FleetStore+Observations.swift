package import FleetCore
import GRDB

extension FleetStore {
  /// Newest looks kept for each host, whatever they saw: two days of hourly looks, some 10 kB each.
  package static let keptObservations = 48
  /// Older looks that saw something else than the look before them, so that the past can be told: a change a day for
  /// three years, 10 MB at the very most. A host that changes more often than that keeps its newest ones.
  package static let keptChanges = 1_000
  /// Days of which the last look, and the last that saw something, are kept although nothing changed, so that a report
  /// of the past tells when a host was still looked at: a year and a month, 8 MB at the very most.
  package static let keptDays = 400
  private static let dayMilliseconds = 86_400_000

  /// Keeps looks in one transaction. What was saved last counts as the newest, whatever the clock said.
  package func save(
    observations: [(host: HostID, result: Result<Observation, ProbeFailure>, at: Instant)]
  ) throws(StoreError) {
    var rows: [(look: StoredObservation, body: String)] = []
    for (host, result, at) in observations {
      let look = StoredObservation(host: host, at: at, result: result)
      switch result {
      case .success(let seen): rows.append((look, try RecordCoding.text(seen)))
      case .failure(let failure): rows.append((look, try RecordCoding.text(failure)))
      }
    }
    let news = areNews(rows.map(\.look))
    let ids = try write { db in
      var ids: [Int64] = []
      let insert = try db.cachedStatement(
        sql: "INSERT INTO observations (host, at, seen, changed, body) VALUES (?, ?, ?, ?, ?)")
      for (row, isNews) in zip(rows, news) {
        let look = row.look
        try insert.execute(arguments: [
          look.host.rawValue, look.at.milliseconds, look.observation == nil ? 0 : 1, isNews ? 1 : 0, row.body,
        ])
        ids.append(db.lastInsertedRowID)
      }
      for host in Set(rows.map(\.look.host.rawValue)) { try Self.forgetOldObservations(host, db) }
      return ids
    }
    // Not before: the number of a look that was taken back is given again.
    for (row, id) in zip(rows, ids) { recent.keep(row.look, id: id) }
  }

  /// Which looks tell something else than the newest that is kept. One that can be read no more told something else.
  ///
  /// Asked before the transaction: to decode what was seen before is most of the work, and two processes that look at
  /// one host at the same time only keep a look more.
  private func areNews(_ looks: [StoredObservation]) -> [Bool] {
    var newest: [HostID: StoredObservation] = [:]
    return looks.map { look in
      let before = newest.updateValue(look, forKey: look.host) ?? (try? latestObservation(host: look.host))
      return before?.tellsTheSame(as: look) != true
    }
  }

  /// Number of the newest look at any host, which grows with each; 0: there never was one.
  package func newestLook() throws(StoreError) -> Int64 {
    try read { try Int64.fetchOne($0, sql: "SELECT max(id) FROM observations") ?? 0 }
  }

  /// The newest look at a host; `nil`: there never was one.
  package func latestObservation(host: HostID) throws(StoreError) -> StoredObservation? {
    // Its number first: the body of a look that is kept in memory is not read for nothing.
    let newest = "SELECT id FROM observations WHERE host = ? ORDER BY id DESC LIMIT 1"
    return try read { db in
      let number = try Int64.fetchOne(try db.cachedStatement(sql: newest), arguments: [host.rawValue])
      guard let number else { return nil }
      if let known = recent.look(id: number, of: host) { return known }
      return try observations(db, "WHERE id = ?", [number]).first
    }
  }

  /// The newest look at a host that saw something.
  package func latestSeen(host: HostID) throws(StoreError) -> StoredObservation? {
    try read {
      try observations($0, "WHERE host = ? AND seen = 1 ORDER BY id DESC LIMIT 1", [host.rawValue])
    }.first
  }

  /// Looks at a host that are kept, newest first.
  package func observations(
    host: HostID, limit: Int = FleetStore.keptObservations
  ) throws(StoreError) -> [StoredObservation] {
    try read { try observations($0, "WHERE host = ? ORDER BY id DESC LIMIT ?", [host.rawValue, max(0, limit)]) }
  }

  /// The newest look at every host, or the newest that is kept and not later than `at`: what it tells is what the newest
  /// look of that time told, as long as the host changed less than `keptChanges` times since.
  package func latestObservations(at: Instant? = nil) throws(StoreError) -> [HostID: StoredObservation] {
    try newest(seenOnly: false, at)
  }

  /// As `latestObservations`, of the looks that saw something.
  package func latestSeen(at: Instant? = nil) throws(StoreError) -> [HostID: StoredObservation] {
    try newest(seenOnly: true, at)
  }

  /// From host to host through the index, so that a query may go back in each one from its newest look: a history is not
  /// read as a whole.
  static let everyHost = """
    WITH RECURSIVE hosts (host) AS (
      SELECT min(host) FROM observations
      UNION ALL SELECT (SELECT min(host) FROM observations WHERE host > hosts.host) FROM hosts WHERE host IS NOT NULL)
    """

  private func newest(seenOnly: Bool, _ at: Instant?) throws(StoreError) -> [HostID: StoredObservation] {
    let time = at.map { "AND at <= \($0.milliseconds)" } ?? ""
    let sql = """
      \(Self.everyHost)
      SELECT (SELECT id FROM observations AS look WHERE look.host = hosts.host AND seen >= ? \(time)
        ORDER BY id DESC LIMIT 1) FROM hosts
      """
    let found = try read { try observations($0, "WHERE id IN (\(sql))", [seenOnly ? 1 : 0]) }
    return Dictionary(uniqueKeysWithValues: found.map { ($0.host, $0) })
  }

  /// Keeps the newest looks, the changes, one of each day, and the newest that saw something whatever its age.
  private static func forgetOldObservations(_ host: String, _ db: Database) throws {
    let beyond = "SELECT 1 FROM observations WHERE host = ? ORDER BY id DESC LIMIT 1 OFFSET ?"
    let hasMore = try Int.fetchOne(try db.cachedStatement(sql: beyond), arguments: [host, keptObservations])
    if hasMore == nil { return }
    let delete = try db.cachedStatement(
      sql: """
        DELETE FROM observations WHERE host = ?1
        AND id NOT IN (SELECT id FROM observations WHERE host = ?1 ORDER BY id DESC LIMIT ?2)
        AND id NOT IN (SELECT id FROM observations WHERE host = ?1 AND changed = 1 ORDER BY id DESC LIMIT ?3)
        AND id NOT IN (SELECT max(id) FROM observations WHERE host = ?1 GROUP BY at / ?4
          ORDER BY max(id) DESC LIMIT ?5)
        AND id NOT IN (SELECT max(id) FROM observations WHERE host = ?1 AND seen = 1 GROUP BY at / ?4
          ORDER BY max(id) DESC LIMIT ?5)
        AND id IS NOT (SELECT max(id) FROM observations WHERE host = ?1 AND seen = 1)
        """)
    try delete.execute(arguments: [host, keptObservations, keptChanges, dayMilliseconds, keptDays])
  }

  /// Looks that a condition chooses, in its order; those that are kept in memory are not decoded again.
  func observations(
    _ db: Database, _ condition: String, _ arguments: StatementArguments
  ) throws -> [StoredObservation] {
    let sql = "SELECT id, host, at, seen, body FROM observations \(condition)"
    return try Row.fetchAll(try db.cachedStatement(sql: sql), arguments: arguments).map { row in
      let number: Int64 = row[0]
      let host = HostID(row[1] as String)
      if let known = recent.look(id: number, of: host) { return known }
      let id = "\(number)"
      let body: String = row[4]
      let result: Result<Observation, ProbeFailure> =
        row[3] == 1
        ? .success(try RecordCoding.record(of: body, table: "observations", id: id))
        : .failure(try RecordCoding.record(of: body, table: "observations", id: id))
      let look = StoredObservation(host: host, at: Instant(milliseconds: row[2]), result: result)
      recent.keep(look, id: number)
      return look
    }
  }
}
