import FleetCore
import FleetStore
import GRDB
import Testing

@Suite struct JournalAuditTests {
  /// Five entries, then a change behind the store's back with the triggers out of the way.
  private func audit(after sql: String...) throws -> JournalAudit {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    for number in 1...5 {
      try store.append(
        .finding(kind: "note", text: "\(number)"), rollout: number % 2 == 0 ? "r-1" : nil, host: Samples.host(number),
        at: Samples.time(number))
    }
    try folder.raw { db in
      let triggers = try String.fetchAll(
        db, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'")
      #expect(triggers.count == 3)
      for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger)") }
      for statement in sql { try db.execute(sql: statement) }
    }
    return try store.auditJournal()
  }

  @Test func anUntouchedJournalHolds() throws {
    let audit = try audit()
    #expect(audit.fault == nil)
    #expect(audit.entries == 5)
    #expect(audit.head.count == 64)
  }

  @Test(arguments: [
    "body = replace(body, '3', '4')", "host = NULL", "host = 'sev-a04'", "rollout = 'r-1'", "at = at + 1",
    "kind = 'observed'", "chain = replace(chain, substr(chain, 1, 1), 'x')",
  ])
  func everyFieldIsSealed(change: String) throws {
    #expect(try audit(after: "UPDATE journal SET \(change) WHERE seq = 3").fault?.seq == 3)
  }

  @Test func missingEntriesShow() throws {
    #expect(try audit(after: "DELETE FROM journal WHERE seq = 3").fault?.seq == 4)
    #expect(try audit(after: "DELETE FROM journal WHERE seq = 1").fault?.seq == 2)
    #expect(try audit(after: "DELETE FROM journal WHERE seq = 5").fault?.seq == 5)
    #expect(try audit(after: "DELETE FROM journal").fault?.seq == 1)
  }

  @Test func swappedEntriesShow() throws {
    let audit = try audit(
      after: "UPDATE journal SET seq = 100 WHERE seq = 2", "UPDATE journal SET seq = 2 WHERE seq = 3",
      "UPDATE journal SET seq = 3 WHERE seq = 100")
    #expect(audit.fault?.seq == 2)
  }
}
