import FleetCore
import FleetStore
import GRDB
import Testing

/// A journal of years: what is asked at every start must not read all of it. Times are printed, not judged.
@Suite struct LongJournalTests {
  private static let rollouts = 52
  private static let hosts = (0..<100).map(Samples.host)

  @Test func aHundredThousandEvents() throws {
    let folder = try TemporaryFolder()
    try Self.fill(folder)
    let clock = ContinuousClock()
    var store: FleetStore?
    let opened = try clock.measure { store = try folder.open() }
    let long = try #require(store)
    let last = try long.lastSeq()
    #expect(last >= 100_000)
    var found: (quarantines: [HostID: Quarantine], open: [HostID: String], rollouts: [RolloutRecord])?
    let derived = try clock.measure {
      found = (try long.quarantines(), try long.hostsInOpenRollouts(), try long.rollouts())
    }
    #expect(found?.quarantines.mapValues(\.rollout) == [Self.hosts[50]: "r-\(Self.rollouts)"])
    #expect(found?.open == [Self.hosts[99]: "r-\(Self.rollouts)"])
    #expect(found?.rollouts.count == Self.rollouts)
    var count = 0
    let paged = try clock.measure {
      var seq: Int64 = 0
      while let page = try Self.page(long, after: seq) {
        count += page.count
        seq = page.last
      }
    }
    #expect(count == Int(last))
    print("\(last) events: opened \(opened), derived \(derived), all read in pages \(paged)")
  }

  private static func page(_ store: FleetStore, after seq: Int64) throws -> (count: Int, last: Int64)? {
    let entries = try store.entries(after: seq)
    #expect(entries.count <= FleetStore.maxPage)
    return entries.last.map { (entries.count, $0.seq) }
  }

  /// One rollout is written as always; the others are copies of its rows, since the chain is of no interest here. Each
  /// but the last is finished, and its quarantined host released.
  private static func fill(_ folder: TemporaryFolder) throws {
    let store = try folder.open()
    let plan = try store.begin("r-1", hosts)
    for change in plan.changes.dropLast() {
      let fails = change.host == hosts[50]
      try store.append(run: fails ? Samples.quarantined(change) : Samples.converged(change), "r-1", change.host)
    }
    try store.append(run: Samples.inDrain(plan.changes[99]), "r-1", hosts[99])
    try store.append(.finding(kind: "note", text: "the end"), rollout: "r-1", host: nil, at: Samples.start)
    try folder.raw { db in
      try db.inTransaction {
        for number in 2...rollouts {
          try db.execute(
            sql: """
              INSERT INTO journal (rollout, host, at, kind, body, chain)
              SELECT ?1, host, at, kind, body, chain FROM journal WHERE rollout = 'r-1' ORDER BY seq
              """, arguments: ["r-\(number)"])
          try db.execute(
            sql: "INSERT INTO rollouts (id, plan, at) SELECT ?1, plan, at FROM rollouts WHERE id = 'r-1'",
            arguments: ["r-\(number)"])
        }
        return .commit
      }
    }
    for number in 1..<rollouts {
      try store.append(
        [(event: .run(.released(reason: "looked at")), host: hosts[50]), (event: .rolloutFinished, host: nil)],
        rollout: "r-\(number)", at: Samples.start)
    }
    try store.close()
  }
}
