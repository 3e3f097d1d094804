import FleetCore
import FleetStore
import Testing

/// A journal of years: what is asked at every start must not read all of it. Times are printed, not judged.
@Suite struct LongJournalTests {
  @Test func aHundredThousandEvents() throws {
    let folder = try TemporaryFolder()
    let clock = ContinuousClock()
    var quarantined: [HostID: String] = [:]
    let filled = try clock.measure { quarantined = try Self.fill(try folder.open()) }
    var store: FleetStore?
    let opened = try clock.measure { store = try folder.open() }
    let long = try #require(store)
    #expect(try long.lastSeq() >= 100_000)
    var found: (quarantines: [HostID: Quarantine], open: [HostID: String], unfinished: [RolloutRecord])?
    let derived = try clock.measure {
      found = (try long.quarantines(), try long.hostsInOpenRollouts(), try long.unfinishedRollouts())
    }
    #expect(found?.quarantines.mapValues(\.rollout) == quarantined)
    #expect(found?.open == [:])
    #expect(found?.unfinished == [])
    var audit: JournalAudit?
    let audited = try clock.measure { audit = try long.auditJournal() }
    #expect(audit?.fault == nil)
    var count: Int64 = 0
    let paged = try clock.measure {
      var seq: Int64 = 0
      while let last = try long.entries(after: seq).last {
        count += last.seq - seq
        seq = last.seq
      }
    }
    #expect(count == audit?.entries)
    print("\(try long.lastSeq()) events: written \(filled), opened \(opened), derived \(derived), audited \(audited)")
    print("read in pages \(paged)")
  }

  private static func fill(_ store: FleetStore) throws -> [HostID: String] {
    let hosts = (0..<100).map(Samples.host)
    var quarantined: [HostID: String] = [:]
    var written = 0
    var number = 0
    while written < 100_000 {
      number += 1
      let rollout = "r-\(10_000 + number)"
      let plan = try store.begin(rollout, hosts.filter { quarantined[$0] == nil })
      var events: [(event: JournalEvent, host: HostID?)] = []
      for (index, change) in plan.changes.enumerated() {
        let fails = index == 50
        if fails { quarantined[change.host] = rollout }
        let run = fails ? Samples.quarantined(change) : Samples.converged(change)
        events += run.map { (event: .run($0), host: change.host) }
      }
      events.append((event: .rolloutFinished, host: nil))
      try store.append(events, rollout: rollout, at: Samples.time(number))
      written += events.count
    }
    return quarantined
  }
}
