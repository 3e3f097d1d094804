import FleetCore
import GRDB

/// One row of the table `journal`, and the entry that it tells of.
struct JournalRow {
  static let columns = "seq, rollout, host, at, kind, body, chain"

  var seq: Int64
  var rollout: String?
  var host: String?
  var at: Int64
  var kind: String
  var body: String
  var chain: String

  init(_ row: Row) {
    seq = row[0]
    rollout = row[1]
    host = row[2]
    at = row[3]
    kind = row[4]
    body = row[5]
    chain = row[6]
  }

  /// The seal of a row, without what else it holds.
  static func chain(of row: Row) -> String { row[6] }

  /// The next row after `last`, sealed with its hash.
  init(
    _ event: JournalEvent, rollout: String?, host: HostID?, at: Instant, after last: JournalTail
  ) throws(StoreError) {
    seq = last.seq + 1
    self.rollout = rollout
    self.host = host?.rawValue
    self.at = at.milliseconds
    kind = event.kind
    body = try RecordCoding.text(event)
    chain = ""
    chain = JournalChain.seal(self, after: last.chain)
  }

  /// Throws `corrupt`; an entry that cannot be read is never left out.
  func entry() throws(StoreError) -> JournalEntry {
    let event: JournalEvent
    do {
      event = try RecordCoding.value(JournalEvent.self, of: body)
    } catch {
      throw .corrupt(seq: seq, text: RecordCoding.reason(error))
    }
    guard event.kind == kind else {
      throw .corrupt(seq: seq, text: "its kind says \(kind), its body \(event.kind)")
    }
    return JournalEntry(
      seq: seq, at: Instant(milliseconds: at), rollout: rollout, host: host.map { HostID($0) }, event: event)
  }

  func insert(_ db: Database) throws {
    try db.cachedStatement(
      sql: "INSERT INTO journal (seq, rollout, host, at, kind, body, chain) VALUES (?, ?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [seq, rollout, host, at, kind, body, chain])
  }
}

/// Where the journal ends: what the next entry is chained to.
struct JournalTail {
  /// The highest `seq` ever given, also where its entry was taken away behind our back.
  var seq: Int64
  /// Hash of the newest entry there is.
  var chain: String

  init(_ db: Database) throws {
    let sql = """
      SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'journal'),
        (SELECT chain FROM journal ORDER BY seq DESC LIMIT 1)
      """
    let row = try Row.fetchOne(try db.cachedStatement(sql: sql))
    seq = row?[0] ?? 0
    chain = row?[1] ?? JournalChain.beginning
  }
}
