package import FleetCore
import GRDB

/// How far one receiver of notifications has been told.
package struct ReceiverState: Hashable, Sendable {
  package var id: String
  /// Everything up to this entry was sent, or is not for this receiver.
  package var seq: Int64
  /// Failures to send what comes next.
  package var attempts: Int
  /// Not before; `nil`: at once.
  package var retryAt: Instant?
  /// It was told that nothing could be sent, and nothing was since.
  package var isGivenUp: Bool

  package init(id: String, seq: Int64, attempts: Int = 0, retryAt: Instant? = nil, isGivenUp: Bool = false) {
    self.id = id
    self.seq = seq
    self.attempts = attempts
    self.retryAt = retryAt
    self.isGivenUp = isGivenUp
  }
}

/// The outbox is the journal itself; a receiver has a place in it. The place moves on only behind what was sent, so a
/// crash between the two sends it again and loses nothing. Only whoever drives hosts may move it.
extension FleetStore {
  /// Makes these the receivers there are. A new one is told what happens from now on; one that is named no more is
  /// forgotten, so that it is not told of years when it comes back.
  package func keepReceivers(_ ids: [String]) throws(StoreError) {
    try write { db in
      try checkFence(db)
      let known = Set(try String.fetchAll(db, sql: "SELECT id FROM receivers"))
      for id in known.subtracting(ids) { try db.execute(sql: "DELETE FROM receivers WHERE id = ?", arguments: [id]) }
      let end = try JournalTail(db).seq
      for id in Set(ids).subtracting(known) {
        try db.execute(sql: "INSERT INTO receivers (id, seq) VALUES (?, ?)", arguments: [id, end])
      }
    }
  }

  /// `nil`: it is no receiver.
  package func receiver(_ id: String) throws(StoreError) -> ReceiverState? {
    try read { db in
      let sql = "SELECT id, seq, attempts, retry_at, given_up FROM receivers WHERE id = ?"
      return try Row.fetchOne(try db.cachedStatement(sql: sql), arguments: [id]).map { row in
        ReceiverState(
          id: row[0], seq: row[1], attempts: row[2], retryAt: (row[3] as Int64?).map { Instant(milliseconds: $0) },
          isGivenUp: row[4])
      }
    }
  }

  /// Everything up to `seq` was sent. Never moves a place back.
  package func told(_ id: String, upTo seq: Int64) throws(StoreError) {
    try write { db in
      try checkFence(db)
      try db.executeCached(
        sql: "UPDATE receivers SET seq = max(seq, ?), attempts = 0, retry_at = NULL, given_up = 0 WHERE id = ?",
        arguments: [seq, id])
    }
  }

  /// Nothing up to `seq` is for this receiver: it is not read again after a restart.
  package func passedOver(_ id: String, upTo seq: Int64) throws(StoreError) {
    try write { db in
      try checkFence(db)
      try db.executeCached(sql: "UPDATE receivers SET seq = max(seq, ?) WHERE id = ?", arguments: [seq, id])
    }
  }

  /// What comes next could not be sent.
  package func notTold(_ id: String, attempts: Int, retryAt: Instant) throws(StoreError) {
    try write { db in
      try checkFence(db)
      try db.executeCached(
        sql: "UPDATE receivers SET attempts = ?, retry_at = ? WHERE id = ?",
        arguments: [attempts, retryAt.milliseconds, id])
    }
  }

  /// Nothing up to `seq` is sent any more. The finding is written with it, and only by the first of several in a row:
  /// it is known then.
  package func giveUp(_ id: String, upTo seq: Int64, finding: JournalEvent, at: Instant) throws(StoreError) {
    try write { db in
      try checkFence(db)
      let wasGivenUp = try Bool.fetchOne(db, sql: "SELECT given_up FROM receivers WHERE id = ?", arguments: [id])
      guard let wasGivenUp else { return }
      try db.execute(
        sql: "UPDATE receivers SET seq = max(seq, ?), attempts = 0, retry_at = NULL, given_up = 1 WHERE id = ?",
        arguments: [seq, id])
      guard !wasGivenUp else { return }
      var tail = try JournalTail(db)
      _ = try append(finding, rollout: nil, host: nil, at: at, tail: &tail, db)
    }
  }

  /// Whether anything was known of a host before this entry: what was seen then for the first time is no change.
  package func knew(_ host: HostID, before seq: Int64) throws(StoreError) -> Bool {
    try read { db in
      let sql = "SELECT 1 FROM journal WHERE host = ? AND seq < ? AND kind IN ('observed', 'recorded') LIMIT 1"
      return try Int.fetchOne(try db.cachedStatement(sql: sql), arguments: [host.rawValue, seq]) != nil
    }
  }
}
