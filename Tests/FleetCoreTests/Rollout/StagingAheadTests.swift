import FleetCore
import Testing

@Suite("Which hosts are staged ahead of their window") struct StagingAheadTests {
  private static let start = Instant(milliseconds: 1_795_000_000_000)
  private static let (one, two) = (HostID("h1"), HostID("h2"))

  private static func entry(_ kind: String, _ host: HostID?, at: Instant) -> JournalEntry {
    JournalEntry(seq: 1, at: at, rollout: "r-1", host: host, event: .finding(kind: kind, text: "x"))
  }

  @Test("one that is staged is not staged again, whatever failed before or after") func once() {
    for failures in 0...StagingAhead.tries {
      for place in 0...failures {
        var entries = (0..<failures).map { _ in Self.entry(StagingAhead.failed, Self.one, at: Self.start) }
        entries.insert(Self.entry(StagingAhead.staged, Self.one, at: Self.start), at: place)
        let state = StagingAhead(entries)
        #expect(!state.isDue(Self.one, at: Self.start + .seconds(86_400)))
        #expect(state.isDue(Self.two, at: Self.start), "another host is another matter")
      }
    }
  }

  @Test("one that failed is tried again after a while, and only so often") func tries() {
    for failures in 0...StagingAhead.tries + 1 {
      let times = (0..<failures).map { Self.start + .seconds(7200 * Int64($0)) }
      let state = StagingAhead(times.map { Self.entry(StagingAhead.failed, Self.one, at: $0) })
      let last = times.last ?? Self.start
      let mayBe = failures < StagingAhead.tries
      #expect(state.isDue(Self.one, at: last) == (failures == 0))
      #expect(state.isDue(Self.one, at: last + StagingAhead.pause + .milliseconds(-1)) == (failures == 0))
      #expect(state.isDue(Self.one, at: last + StagingAhead.pause) == mayBe)
    }
  }

  @Test("other findings, and findings of no host, say nothing") func others() {
    let entries = [
      Self.entry("fileLeft", Self.one, at: Self.start), Self.entry(StagingAhead.staged, nil, at: Self.start),
    ]
    #expect(StagingAhead(entries).isDue(Self.one, at: Self.start))
  }
}
