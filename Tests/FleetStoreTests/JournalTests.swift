import FleetCore
import FleetStore
import GRDB
import Testing

@Suite struct JournalTests {
  @Test func entriesAreThereAfterReopening() throws {
    let folder = try TemporaryFolder()
    let host = Samples.host(1)
    let written: [JournalEntry]
    do {
      let store = try folder.open()
      var entries = [try store.append(.hostDispatched, rollout: "r-1", host: host, at: Samples.time(1))]
      entries += try store.append(
        [
          (event: .run(.stepStarted(step: .observe, attempt: 1)), host: host),
          (event: .finding(kind: "note", text: "päckage / \"quoted\"\n\u{0}end"), host: nil),
        ], rollout: "r-1", at: Samples.time(2))
      entries.append(try store.append(.observed(RunFacts()), rollout: nil, host: host, at: Samples.time(3)))
      try store.close()
      written = entries
    }
    #expect(written.map(\.seq) == [1, 2, 3, 4])
    let store = try folder.open()
    #expect(try store.entries(after: 0) == written)
    #expect(try store.entries(after: 2, limit: 1) == [written[2]])
    #expect(try store.entries(rollout: "r-1") == Array(written[..<3]))
    #expect(try store.entries(rollout: "r-1", host: host) == Array(written[..<2]))
    #expect(try store.entries(host: host) == [written[0], written[1], written[3]])
    #expect(try store.lastSeq() == 4)
    #expect(try store.lastSeq(rollout: "r-1") == 3 && store.lastSeq(rollout: "r-2") == 0)
    #expect(try store.append(.rolloutFinished, rollout: "r-1", host: nil, at: Samples.time(4)).seq == 5)
  }

  /// News is what no entry tells in these words yet, whoever asks and however often.
  @Test func newsIsToldOnce() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    // Of a host or a rollout it is another matter.
    try store.append(
      .finding(kind: "waiverExpired", text: "one"), rollout: nil, host: Samples.host(1), at: Samples.start)
    try store.append(.finding(kind: "waiverExpired", text: "one"), rollout: "r-1", host: nil, at: Samples.start)
    #expect(try store.appendNews("waiverExpired", "one", at: Samples.time(1))?.seq == 3)
    #expect(try store.appendNews("waiverExpired", "one", at: Samples.time(2)) == nil)
    #expect(try store.appendNews("waiverExpired", "two \"quoted\" \u{e9}", at: Samples.time(4))?.seq == 4)
    #expect(try store.appendNews("waiverExpired", "two \"quoted\" \u{e9}", at: Samples.time(5)) == nil)
    #expect(try store.appendNews("other", "one", at: Samples.time(6))?.seq == 5)
    #expect(try store.lastSeq() == 5)
  }

  @Test func everyCommitIsSynced() throws {
    let folder = try TemporaryFolder()
    for _ in 0..<2 {
      let store = try folder.open()
      let settings = try store.settings()
      #expect(settings.journalMode == "wal")
      #expect(settings.synchronous == 2)
      #expect(settings.foreignKeys)
      #expect(settings.busyMilliseconds == 5000)
      try store.close()
    }
  }

  /// In SQLite's own time: whoever hangs in the middle of a write hangs longer than that.
  @Test func aWriteThatDoesNotEndIsToldAsOne() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    try folder.raw { other in
      try other.execute(sql: "BEGIN IMMEDIATE")
      let error = #expect(throws: StoreError.self) {
        try store.append(.rolloutResumed, rollout: "r-1", host: nil, at: Samples.start)
      }
      #expect(error == .busy(seconds: 5))
      try other.execute(sql: "ROLLBACK")
    }
    #expect(try store.append(.rolloutResumed, rollout: "r-1", host: nil, at: Samples.start).seq == 1)
  }

  @Test(arguments: [
    "UPDATE journal SET body = '{}' WHERE seq = 1", "UPDATE journal SET seq = 9 WHERE seq = 1",
    "DELETE FROM journal WHERE seq = 1", "DELETE FROM journal",
    "REPLACE INTO journal (seq, at, kind, body, chain) VALUES (1, 0, 'x', '{}', '')",
    "INSERT INTO journal (seq, at, kind, body, chain) VALUES (1, 0, 'x', '{}', '') "
      + "ON CONFLICT (seq) DO UPDATE SET kind = 'x'",
  ])
  func theJournalIsAppendOnly(sql: String) throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let entry = try store.append(.rolloutResumed, rollout: "r-1", host: nil, at: Samples.start)
    let error = #expect(throws: DatabaseError.self) { try folder.raw { try $0.execute(sql: sql) } }
    #expect(error?.message == "the journal is append-only")
    #expect(try store.entries(after: 0) == [entry])
  }

  @Test(arguments: [
    ("hostDispatched", #"{"hostDispatched":{}"#), ("hostDispatched", #"{"hostVanished":{}}"#),
    ("rolloutResumed", #"{"hostDispatched":{}}"#), ("stepStarted", #"{"run":{"_0":{"stepStarted":{"step":"dance"}}}}"#),
  ])
  func anUnreadableEntryIsNamedAndNeverLeftOut(kind: String, body: String) throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    try store.append(.hostDispatched, rollout: "r-1", host: Samples.host(1), at: Samples.start)
    try folder.raw { db in
      try db.execute(
        sql: "INSERT INTO journal (rollout, host, at, kind, body, chain) VALUES ('r-1', 'sev-a01', 0, ?, ?, '')",
        arguments: [kind, body])
    }
    try store.append(.hostDispatched, rollout: "r-1", host: Samples.host(1), at: Samples.start)
    for read in [
      { try store.entries(after: 0) }, { try store.entries(rollout: "r-1") },
      { try store.entries(host: Samples.host(1)) },
    ] {
      let error = #expect(throws: StoreError.self) { try read() }
      guard case .corrupt(seq: 2, let text)? = error else {
        Issue.record("expected entry 2 to be named, got \(String(describing: error))")
        return
      }
      #expect(!text.isEmpty)
    }
    // What does not need the entry can still be read.
    #expect(try store.entries(after: 2).count == 1)
  }

  @Test func aBatchIsWrittenAsAWholeOrNotAtAll() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    try folder.raw {
      try $0.execute(
        sql: """
          CREATE TRIGGER refuse BEFORE INSERT ON journal WHEN NEW.kind = 'rolloutFinished'
          BEGIN SELECT RAISE(ABORT, 'disk full'); END
          """)
    }
    #expect(throws: StoreError.self) {
      try store.append(
        [(event: .rolloutResumed, host: nil), (event: .rolloutFinished, host: nil)], rollout: "r", at: Samples.start)
    }
    #expect(try store.entries(after: 0).isEmpty)
    try folder.raw { try $0.execute(sql: "DROP TRIGGER refuse") }
    #expect(try store.append(.rolloutFinished, rollout: "r", host: nil, at: Samples.start).seq == 1)
    #expect(try store.auditJournal().fault == nil)
  }

  @Test func aReaderReadsWhileAnotherWritesAndWritesNothing() throws {
    let folder = try TemporaryFolder()
    let writer = try folder.open()
    let reader = try folder.open(readOnly: true)
    let entry = try writer.append(.rolloutResumed, rollout: "r-1", host: nil, at: Samples.start)
    #expect(try reader.entries(after: 0) == [entry])
    #expect(throws: StoreError.readOnly) {
      try reader.append(.rolloutResumed, rollout: "r-1", host: nil, at: Samples.start)
    }
    #expect(throws: StoreError.readOnly) { try reader.storeBlob([1]) }
  }

  @Test func twoStoresNeverGiveTheSameSeq() async throws {
    let folder = try TemporaryFolder()
    let stores = [try folder.open(), try folder.open()]
    let each = 50
    let given = try await withThrowingTaskGroup(of: [Int64].self) { group in
      for (index, store) in stores.enumerated() {
        group.addTask {
          try (0..<each).map { round in
            try store.append(
              .finding(kind: "note", text: "\(index) \(round)"), rollout: nil, host: nil, at: Samples.start
            ).seq
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(given.sorted() == Array(1...Int64(2 * each)))
    #expect(try stores[0].auditJournal().fault == nil)
  }
}
