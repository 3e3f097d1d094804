package import FleetCore
import FleetFormats
import GRDB

/// The hash chain of the journal: each entry is sealed over its content and the seal before it, so that a change behind
/// our back shows. It is evidence against accidents and edits, not against somebody who can rewrite the whole file.
enum JournalChain {
  /// What the first entry is chained to.
  static let beginning = String(repeating: "0", count: 64)

  /// SHA-256 over the seal before and every field, each with its length so that no two contents look alike.
  static func seal(_ row: JournalRow, after previous: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(row.body.utf8.count + 256)
    for field in [previous, String(row.seq), row.rollout, row.host, String(row.at), row.kind, row.body] {
      if let field {
        bytes += Array("\(field.utf8.count):".utf8)
        bytes += Array(field.utf8)
      } else {
        bytes.append(0x2D)
      }
    }
    return ContentHash.sha256(bytes)
  }
}

/// What a check of the whole journal found.
package struct JournalAudit: Hashable, Sendable {
  /// Entries that were checked.
  package var entries: Int64
  /// The first thing that is wrong; `nil`: the chain holds.
  package var fault: JournalCorruption?
  /// Hash of the newest entry: written down elsewhere, it proves later that nothing before it was changed.
  package var head: String

  package init(entries: Int64, fault: JournalCorruption?, head: String) {
    self.entries = entries
    self.fault = fault
    self.head = head
  }
}

extension FleetStore {
  /// Reads the whole journal and checks its order, its chain and every body. Stops at the first fault.
  package func auditJournal() throws(StoreError) -> JournalAudit {
    try read { db in
      var audit = JournalAudit(entries: 0, fault: nil, head: JournalChain.beginning)
      let rows = try Row.fetchCursor(db, sql: "SELECT \(JournalRow.columns) FROM journal ORDER BY seq")
      while let row = try rows.next().map({ JournalRow($0) }) {
        if let text = Self.fault(row, audit) {
          audit.fault = JournalCorruption(seq: row.seq, host: row.host.map { HostID($0) }, text: text)
          return audit
        }
        audit.entries += 1
        audit.head = row.chain
      }
      let given = try JournalTail(db).seq
      if given != audit.entries {
        audit.fault = JournalCorruption(seq: audit.entries + 1, host: nil, text: "the entries up to \(given) are gone")
      }
      return audit
    }
  }

  private static func fault(_ row: JournalRow, _ audit: JournalAudit) -> String? {
    guard row.seq == audit.entries + 1 else { return "the entries from \(audit.entries + 1) to here are gone" }
    guard row.chain == JournalChain.seal(row, after: audit.head) else {
      return "it, or the entry before it, was changed after it was written"
    }
    do throws(StoreError) {
      _ = try row.entry()
      return nil
    } catch {
      return error.text
    }
  }
}
