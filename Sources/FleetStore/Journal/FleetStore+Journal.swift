package import FleetCore
import GRDB

extension FleetStore {
  /// Entries that one page holds at most: some megabytes, and a stream asks again.
  package static let maxPage = 10_000

  // MARK: Writing

  /// Appends one event. It is on the disk when this returns.
  @discardableResult
  package func append(
    _ event: JournalEvent, rollout: String?, host: HostID?, at: Instant
  ) throws(StoreError) -> JournalEntry {
    try write { db in
      try checkFence(db)
      var tail = try JournalTail(db)
      return try append(event, rollout: rollout, host: host, at: at, tail: &tail, db)
    }
  }

  /// Appends several events in one transaction: all of them or none.
  @discardableResult
  package func append(
    _ events: [(event: JournalEvent, host: HostID?)], rollout: String?, at: Instant
  ) throws(StoreError) -> [JournalEntry] {
    try write { db in
      try checkFence(db)
      var tail = try JournalTail(db)
      return try events.map { try append($0.event, rollout: rollout, host: $0.host, at: at, tail: &tail, db) }
    }
  }

  /// Appends the start of a host's first step. Throws `hostTaken` where another rollout has begun the host and not ended
  /// it: looked at in the same transaction, so that two rollouts of one controller never begin one host (RULES K).
  @discardableResult
  package func appendBeginning(
    _ event: JournalEvent, rollout: String, host: HostID, at: Instant
  ) throws(StoreError) -> JournalEntry {
    try write { db in
      try checkFence(db)
      for other in try openRollouts(db) {
        let isOwn = other.record.id == rollout
        // Its own run must be untouched: it may have been skipped at this moment.
        guard isOwn ? other.runs[host]?.hasBegun == true : other.begunHosts.contains(host) else { continue }
        throw StoreError.hostTaken(host, by: other.record.id)
      }
      var tail = try JournalTail(db)
      return try append(event, rollout: rollout, host: host, at: at, tail: &tail, db)
    }
  }

  /// Appends a finding on the fleet that no entry tells in these words yet. Returns `nil` where one does.
  @discardableResult
  package func appendNews(_ kind: String, _ text: String, at: Instant) throws(StoreError) -> JournalEntry? {
    let event = JournalEvent.finding(kind: kind, text: text)
    let body = try RecordCoding.text(event)
    return try write { db in
      try checkFence(db)
      let sql = """
        SELECT EXISTS (SELECT 1 FROM journal WHERE kind = 'finding' AND rollout IS NULL AND host IS NULL AND body = ?)
        """
      guard try Bool.fetchOne(try db.cachedStatement(sql: sql), arguments: [body]) != true else { return nil }
      var tail = try JournalTail(db)
      return try append(event, rollout: nil, host: nil, at: at, tail: &tail, db)
    }
  }

  func append(
    _ event: JournalEvent, rollout: String?, host: HostID?, at: Instant, tail: inout JournalTail, _ db: Database
  ) throws -> JournalEntry {
    let row = try JournalRow(event, rollout: rollout, host: host, at: at, after: tail)
    try row.insert(db)
    tail.seq = row.seq
    tail.chain = row.chain
    let entry = JournalEntry(seq: row.seq, at: at, rollout: rollout, host: host, event: event)
    recent.keep(entry, chain: row.chain)
    return entry
  }

  // MARK: Reading

  /// Every entry of one rollout, in order. Throws `corrupt` where one cannot be read.
  package func entries(rollout: String) throws(StoreError) -> [JournalEntry] {
    try read { try entries($0, "WHERE rollout = ? ORDER BY seq", [rollout]) }
  }

  /// The entries of one rollout behind `seq`, in order.
  package func entries(rollout: String, after seq: Int64) throws(StoreError) -> [JournalEntry] {
    try read { try entries(of: rollout, after: seq, $0) }
  }

  /// Every entry of one host in one rollout, in order.
  package func entries(rollout: String, host: HostID) throws(StoreError) -> [JournalEntry] {
    try read { try entries($0, "WHERE rollout = ? AND host = ? ORDER BY seq", [rollout, host.rawValue]) }
  }

  /// What a rollout says of itself and not of a host, in order: who began it, where it was paused, taken up and ended.
  package func startEntries(rollout: String) throws(StoreError) -> [JournalEntry] {
    try read { try entries($0, "WHERE rollout = ? AND host IS NULL ORDER BY seq", [rollout]) }
  }

  /// Everything ever recorded of one host, in order.
  package func entries(host: HostID) throws(StoreError) -> [JournalEntry] {
    try read { try entries($0, "WHERE host = ? ORDER BY seq", [host.rawValue]) }
  }

  /// Everything ever recorded of one host, with what was recorded of the rollouts that worked on it as a whole: who
  /// began them and why, where they were paused or halted.
  package func history(host: HostID) throws(StoreError) -> [JournalEntry] {
    let rollouts = "SELECT DISTINCT rollout FROM journal WHERE host = ?1 AND rollout IS NOT NULL"
    return try read {
      try entries(
        $0, "WHERE host = ?1 OR (host IS NULL AND rollout IN (\(rollouts))) ORDER BY seq", [host.rawValue])
    }
  }

  /// The entry that last told what runs on each of these hosts, written by a run or by a look outside one; absent: the
  /// journal never spoke of the host.
  package func latestFacts(_ hosts: some Sequence<HostID>) throws(StoreError) -> [HostID: JournalEntry] {
    try read { db in
      var facts: [HostID: JournalEntry] = [:]
      for host in hosts {
        let newest = try entries(
          db, "WHERE host = ? AND kind IN ('observed', 'recorded') ORDER BY seq DESC LIMIT 1", [host.rawValue])
        facts[host] = newest.first
      }
      return facts
    }
  }

  /// Hosts of which a rollout wrote something behind `seq`.
  package func hostsWorkedOn(after seq: Int64) throws(StoreError) -> Set<HostID> {
    try read { db in
      let sql = """
        SELECT DISTINCT host FROM journal WHERE seq > ? AND rollout IS NOT NULL AND host IS NOT NULL \
        AND kind NOT IN ('finding', 'audited')
        """
      return Set(try String.fetchAll(db, sql: sql, arguments: [seq]).map { HostID($0) })
    }
  }

  /// Of these hosts those on which another rollout worked behind the given entries.
  package func hosts(_ hosts: [HostID: Int64], workedOnBut rollout: String) throws(StoreError) -> Set<HostID> {
    let sql = """
      SELECT 1 FROM journal WHERE host = ? AND seq > ? AND rollout IS NOT NULL AND rollout <> ?
      AND kind NOT IN ('finding', 'audited')
      LIMIT 1
      """
    return try read { db in
      let select = try db.cachedStatement(sql: sql)
      return Set(
        try hosts.filter { try Int.fetchOne(select, arguments: [$0.key.rawValue, $0.value, rollout]) != nil }.keys)
    }
  }

  /// The entries behind `seq` (0: from the first), at most `limit` and never more than `maxPage`.
  package func entries(after seq: Int64, limit: Int = FleetStore.maxPage) throws(StoreError) -> [JournalEntry] {
    let bounded = min(max(0, limit), Self.maxPage)
    return try read { try entries($0, "WHERE seq > ? ORDER BY seq LIMIT ?", [seq, bounded]) }
  }

  /// `seq` of the newest entry; 0 where there is none.
  package func lastSeq() throws(StoreError) -> Int64 {
    try read { try Int64.fetchOne($0, sql: "SELECT max(seq) FROM journal") ?? 0 }
  }

  /// `seq` of the newest entry of a rollout; 0 where there is none.
  package func lastSeq(rollout: String) throws(StoreError) -> Int64 {
    try read { db in
      let newest = try db.cachedStatement(sql: "SELECT max(seq) FROM journal WHERE rollout = ?")
      return try Int64.fetchOne(newest, arguments: [rollout]) ?? 0
    }
  }

  /// Behind an entry that was read before, a walk along the journal meets little else than what is wanted; the index of
  /// the rollout would be read as a whole, since it is ordered by host.
  func entries(of rollout: String, after seq: Int64, _ db: Database) throws -> [JournalEntry] {
    try seq == 0
      ? entries(db, "WHERE rollout = ? ORDER BY seq", [rollout])
      : entries(db, "WHERE seq > ? AND +rollout = ? ORDER BY seq", [seq, rollout])
  }

  func entries(_ db: Database, _ condition: String, _ arguments: StatementArguments) throws -> [JournalEntry] {
    let statement = try db.cachedStatement(sql: "SELECT \(JournalRow.columns) FROM journal \(condition)")
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    var entries: [JournalEntry] = []
    while let row = try rows.next() {
      if let known = recent.entry(seq: row[0], chain: JournalRow.chain(of: row)) {
        entries.append(known)
      } else {
        let row = JournalRow(row)
        let entry = try row.entry()
        recent.keep(entry, chain: row.chain)
        entries.append(entry)
      }
    }
    return entries
  }
}

extension JournalEvent {
  /// What it says a host is like; `nil`: it tells something else.
  package var facts: RunFacts? {
    switch self {
    case .run(.recorded(_, let facts)), .observed(let facts): facts
    case .run, .rolloutStarted, .rolloutPaused, .rolloutResumed, .rolloutHalted, .rolloutFinished, .hostDispatched,
      .sevESLossAccepted, .finding, .backupMade, .waveStarted, .soakStarted, .waveJudged, .combinationPaused,
      .rolloutScheduled, .rolloutApproved, .rolloutLeft, .audited:
      nil
    }
  }
}
