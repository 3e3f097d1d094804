import FleetCore
import FleetStore
import GRDB
import Testing

/// What a store keeps decoded is never told in place of what lies in the database.
@Suite struct RecentRecordsTests {
  private static let rounds = 150

  private static func look(_ host: HostID, _ number: Int) -> Observation {
    var look = Observation(host: host, observedAt: Samples.time(number))
    look.bootID = "boot \(number)"
    return look
  }

  /// Two processes write in turns, more than is kept of looks of one host; each reads what one that just began reads.
  @Test func severalWritersAndAFreshReaderTellTheSame() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("recent records: seed \(seed)")
    var random = RandomNumbers(seed: seed)
    let folder = try TemporaryFolder()
    let stores = [try folder.open(), try folder.open()]
    let hosts = (1...3).map(Samples.host)
    var open: [(id: String, changes: [HostChange])] = []
    for round in 0..<Self.rounds {
      let store = stores[Int.random(in: 0..<2, using: &random)]
      let host = hosts[Int.random(in: 0..<3, using: &random)]
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        let id = "r-\(1000 + round)"
        open.append((id, try store.begin(id, hosts, build: UInt8(32 + round % 8), at: Samples.time(round)).changes))
      case 1:
        guard !open.isEmpty else { continue }
        let rollout = open.removeFirst()
        for change in rollout.changes { try store.append(run: Samples.quarantined(change), rollout.id, change.host) }
      case 2:
        for quarantine in try store.quarantines().values.sorted(by: { $0.host < $1.host }).prefix(1) {
          try store.append(run: [.released(reason: "seen")], quarantine.rollout, quarantine.host)
        }
      default:
        try store.save(
          observations: [(host: host, result: .success(Self.look(host, round)), at: Samples.time(round))])
      }
      let fresh = try folder.open()
      for store in stores {
        #expect(try store.entries(after: 0) == fresh.entries(after: 0), "seed \(seed), round \(round)")
        #expect(try store.quarantines() == fresh.quarantines(), "seed \(seed), round \(round)")
        #expect(try store.openRollouts() == fresh.openRollouts(), "seed \(seed), round \(round)")
        #expect(try store.latestPlan() == fresh.latestPlan(), "seed \(seed), round \(round)")
        for host in hosts {
          #expect(try store.observations(host: host) == fresh.observations(host: host), "seed \(seed), round \(round)")
        }
      }
      try fresh.close()
    }
  }

  /// The number of an entry that was taken back is given again, to another entry.
  @Test func whatWasTakenBackIsForgotten() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    try store.begin("r-1", [Samples.host(1)])
    try folder.raw {
      try $0.execute(
        sql: """
          CREATE TRIGGER refuses BEFORE INSERT ON journal WHEN NEW.kind = 'finding'
          BEGIN SELECT RAISE(ABORT, 'not this'); END
          """)
    }
    let before = try store.entries(after: 0)
    #expect(throws: StoreError.self) {
      try store.append(
        [(event: .rolloutFinished, host: nil), (event: .finding(kind: "x", text: "y"), host: nil)], rollout: "r-1",
        at: Samples.time(5))
    }
    #expect(try store.entries(after: 0) == before)
    let kept = try store.append(.rolloutPaused(reason: "z"), rollout: "r-1", host: nil, at: Samples.time(6))
    #expect(try store.entries(after: 0) == before + [kept])
  }
}
