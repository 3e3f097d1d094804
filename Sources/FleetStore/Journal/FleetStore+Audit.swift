import FleetCore
import GRDB

extension FleetStore {
  /// Reads the whole journal and checks its order, its chain and every body, and that it still holds what was its end
  /// when one of `heads` was kept: the chain alone cannot tell that its last entries are gone. Stops at the first fault.
  ///
  /// `known`: a check that found nothing wrong; only what was written since is checked then, and what was changed before
  /// is not found.
  package func auditJournal(
    heads: [JournalHead] = [], continuing known: JournalAudit? = nil
  ) throws(StoreError) -> JournalAudit {
    try read { db in
      var audit = JournalAudit(entries: 0, fault: nil, head: JournalChain.beginning)
      if let known, known.fault == nil { audit = known }
      var unseen = heads.filter { $0.chain != audit.head && $0.chain != JournalChain.beginning }
      let sql = "SELECT \(JournalRow.columns) FROM journal WHERE seq > ? ORDER BY seq"
      let rows = try Row.fetchCursor(db, sql: sql, arguments: [audit.entries])
      while let row = try rows.next().map({ JournalRow($0) }) {
        if let fault = try Self.fault(row, audit, db) {
          audit.fault = fault
          return audit
        }
        audit.entries += 1
        audit.head = row.chain
        unseen.removeAll { $0.chain == row.chain && ($0.seq ?? row.seq) == row.seq }
      }
      audit.fault = try Self.missingEnd(audit, unseen, given: JournalTail(db).seq)
      return audit
    }
  }

  private static func fault(_ row: JournalRow, _ audit: JournalAudit, _ db: Database) throws -> JournalFault? {
    let host = row.host.map { HostID($0) }
    let due = audit.entries + 1
    guard row.seq == due else {
      let gone = row.seq == due + 1 ? "entry \(due) is gone" : "the entries \(due) to \(row.seq - 1) are gone"
      return JournalFault(.cut, seq: row.seq, host: host, gone)
    }
    guard row.chain == JournalChain.seal(row, after: audit.head) else {
      if let written = try original(row, db) {
        return JournalFault(.reorder, seq: row.seq, host: host, "it was written as entry \(written)")
      }
      return JournalFault(
        .edit, seq: row.seq, host: host, "it, or the entry before it, was changed after it was written")
    }
    do throws(StoreError) {
      _ = try row.entry()
      return nil
    } catch {
      return JournalFault(.unreadable, seq: row.seq, host: host, error.text)
    }
  }

  /// Where a row was first written, if its own seal still tells: behind the entry that was there then, which may itself
  /// have been moved by one place or have traded places with it. `nil`: its content is not what was sealed.
  private static func original(_ row: JournalRow, _ db: Database) throws -> Int64? {
    let rows = try Row.fetchCursor(db, sql: "SELECT seq, chain FROM journal ORDER BY seq")
    var moved = row
    while let other = try rows.next() {
      let (seq, chain): (Int64, String) = (other[0], other[1])
      for place in [seq - 1, seq, seq + 1] where place > 0 && place != row.seq {
        moved.seq = place
        if JournalChain.seal(moved, after: chain) == row.chain { return place }
      }
    }
    moved.seq = 1
    return row.seq != 1 && JournalChain.seal(moved, after: JournalChain.beginning) == row.chain ? 1 : nil
  }

  private static func missingEnd(_ audit: JournalAudit, _ unseen: [JournalHead], given: Int64) -> JournalFault? {
    let next = audit.entries + 1
    if given > audit.entries {
      return JournalFault(.end, seq: next, "the entries from here up to \(given) are gone")
    }
    if given < audit.entries {
      return JournalFault(.end, seq: next, "the count of entries was changed: it says \(given)")
    }
    guard let head = unseen.first else { return nil }
    guard let seq = head.seq else {
      return JournalFault(
        .end, seq: next, "no entry bears the head that was kept: it was cut off, or all is written anew")
    }
    return seq > audit.entries
      ? JournalFault(.end, seq: next, "the entries from here up to \(seq), whose head was kept, are gone")
      : JournalFault(
        .edit, seq: seq, "it is not the entry whose head was kept: it, or what stands before it, is another")
  }
}
