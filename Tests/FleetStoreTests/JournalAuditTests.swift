import FleetCore
import FleetFormats
import FleetStore
import Foundation
import GRDB
import Testing

@Suite struct JournalAuditTests {
  private static let count: Int64 = 7
  /// The first, one in the middle, the last.
  private static let places: [Int64] = [1, 4, count]

  /// A few entries, then a change behind the store's back with the triggers out of the way.
  private func planted(_ sql: [String]) throws -> (folder: TemporaryFolder, store: FleetStore, head: JournalHead) {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    for number in 1...Int(Self.count) {
      try store.append(
        .finding(kind: "note", text: "\(number)"), rollout: number % 2 == 0 ? "r-1" : nil, host: Samples.host(number),
        at: Samples.time(number))
    }
    let head = JournalHead(seq: Self.count, chain: try store.auditJournal().head)
    try folder.raw { db in
      let triggers = try String.fetchAll(
        db, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'")
      #expect(triggers.count == 3)
      for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger)") }
      for statement in sql { try db.execute(sql: statement) }
    }
    return (folder, store, head)
  }

  private func audit(_ sql: String..., heads: (JournalHead) -> [JournalHead] = { _ in [] }) throws -> JournalAudit {
    let (folder, store, head) = try planted(sql)
    return try withExtendedLifetime(folder) { try store.auditJournal(heads: heads(head)) }
  }

  @Test func anUntouchedJournalHolds() throws {
    let audit = try audit(heads: { [$0, JournalHead(chain: $0.chain)] })
    #expect(audit.fault == nil)
    #expect(audit.entries == Self.count)
    #expect(ContentHash.isSHA256(audit.head))
  }

  @Test(
    arguments: [
      "body = replace(body, 'note', 'eton')", "host = NULL", "host = 'sev-x04'", "rollout = 'r-2'", "at = at + 1",
      "kind = 'observed'", "chain = replace(chain, substr(chain, 1, 1), 'x')", "chain = ''", "body = ''",
    ], places)
  func everyFieldIsSealed(change: String, seq: Int64) throws {
    let fault = try #require(try audit("UPDATE journal SET \(change) WHERE seq = \(seq)").fault)
    #expect(fault.kind == .edit && fault.seq == seq, "\(fault)")
  }

  @Test func anEditedEntryNamesItsHost() throws {
    #expect(try audit("UPDATE journal SET at = at + 1 WHERE seq = 4").fault?.host == Samples.host(4))
  }

  @Test func missingEntriesShow() throws {
    for seq in Self.places.dropLast() {
      let fault = try #require(try audit("DELETE FROM journal WHERE seq = \(seq)").fault)
      #expect(fault.kind == .cut && fault.seq == seq + 1 && fault.text.contains("entry \(seq) is gone"), "\(fault)")
    }
    let several = try audit("DELETE FROM journal WHERE seq BETWEEN 2 AND 4").fault
    #expect(several?.kind == .cut && several?.text.contains("2 to 4") == true)
  }

  /// Numbered anew after a cut, no number is missing any more.
  @Test func aCutThatIsClosedShows() throws {
    for seq in Self.places.dropLast() {
      let fault = try audit(
        "DELETE FROM journal WHERE seq = \(seq)", "UPDATE journal SET seq = seq - 100 WHERE seq > \(seq)",
        "UPDATE journal SET seq = seq + 99 WHERE seq < 0", "UPDATE sqlite_sequence SET seq = seq - 1"
      ).fault
      #expect(fault?.seq == seq, "\(seq)")
    }
  }

  @Test func aCutAtTheEndShows() throws {
    for first in [1, 4, Self.count] {
      let cut = "DELETE FROM journal WHERE seq >= \(first)"
      let counted = try audit(cut).fault
      #expect(counted?.kind == .end && counted?.seq == first, "the count tells: \(first)")
      // Whoever sets the count back too is found by a head that was kept, and by nothing else.
      let count = "UPDATE sqlite_sequence SET seq = \(first - 1) WHERE name = 'journal'"
      #expect(try audit(cut, count).fault == nil, "\(first)")
      for withNumber in [true, false] {
        let fault = try audit(cut, count, heads: { [withNumber ? $0 : JournalHead(chain: $0.chain)] }).fault
        #expect(fault?.kind == .end && fault?.seq == first, "\(first) \(withNumber)")
      }
    }
  }

  /// A journal that was written anew as a whole has a chain that holds.
  @Test func anotherJournalIsNotTheOneWhoseHeadWasKept() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    for number in 1...10 {
      try store.append(.finding(kind: "note", text: "forged \(number)"), rollout: nil, host: nil, at: Samples.start)
    }
    #expect(try store.auditJournal().fault == nil)
    let head = JournalHead(seq: 4, chain: String(repeating: "a", count: 64))
    let fault = try store.auditJournal(heads: [head]).fault
    #expect(fault?.kind == .edit && fault?.seq == 4)
    #expect(try store.auditJournal(heads: [JournalHead(chain: head.chain)]).fault?.kind == .end)
  }

  @Test func swappedEntriesShow() throws {
    for (one, other): (Int64, Int64) in [(1, 2), (3, 4), (1, 7), (2, 6), (6, 7), (1, 4)] {
      let fault = try audit(
        "UPDATE journal SET seq = 100 WHERE seq = \(one)", "UPDATE journal SET seq = \(one) WHERE seq = \(other)",
        "UPDATE journal SET seq = \(other) WHERE seq = 100"
      ).fault
      #expect(fault?.kind == .reorder && fault?.seq == one, "\(one) \(other): \(String(describing: fault))")
      #expect(fault?.text.contains("entry \(other)") == true, "\(one) \(other): \(String(describing: fault))")
    }
  }

  @Test func aMovedEntryShows() throws {
    // The fifth is put before the second; those between make room.
    let fault = try audit(
      "UPDATE journal SET seq = 100 WHERE seq = 5", "UPDATE journal SET seq = seq - 50 WHERE seq BETWEEN 2 AND 4",
      "UPDATE journal SET seq = seq + 51 WHERE seq < 0", "UPDATE journal SET seq = 2 WHERE seq = 100"
    ).fault
    #expect(fault?.kind == .reorder && fault?.seq == 2, "\(String(describing: fault))")
  }

  @Test func theHeadIsKept() throws {
    let (folder, store, head) = try planted([])
    #expect(try store.keptHead() == nil)
    try store.keepHead(try store.auditJournal())
    #expect(try store.keptHead() == head)
    let mode = try FileManager.default.attributesOfItem(atPath: store.headPath)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    try store.append(.rolloutResumed, rollout: "r-1", host: nil, at: Samples.start)
    try store.keepHead(try store.auditJournal(heads: [head]))
    #expect(try store.keptHead()?.seq == head.seq.map { $0 + 1 })
    #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder).allSatisfy { !$0.contains("head.") })
    // A check that found something keeps nothing.
    let before = try store.keptHead()
    try folder.raw { try $0.execute(sql: "UPDATE journal SET at = 0 WHERE seq = 2") }
    try store.keepHead(try store.auditJournal())
    #expect(try store.keptHead() == before)
  }

  @Test func aHeadThatIsNoneIsRefused() throws {
    let (folder, store, _) = try planted([])
    defer { withExtendedLifetime(folder) {} }
    for text in ["", "7", "x \(String(repeating: "a", count: 64))", "7 \(String(repeating: "g", count: 64))", "-1 a"] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: store.headPath))
      #expect(throws: StoreError.self, "\(text)") { try store.keptHead() }
    }
  }
}
