import FleetCommands
import FleetCore
import FleetFormats
import FleetStore
import Testing

@Suite("What time alone brings is told once, and again only where something else is late")
struct ComplianceNewsTests {
  /// What the journal holds, which must all be news of no host and no rollout.
  private static func told(_ bed: StubLateness) throws -> [String] {
    try bed.store.entries(after: 0).map { entry in
      #expect(entry.host == nil && entry.rollout == nil)
      guard case .finding(let kind, let text) = entry.event else { return entry.event.kind }
      return "\(kind): \(text)"
    }
  }

  /// What is told at a time and was not before.
  private static func news(_ bed: StubLateness, at day: Double) throws -> [String] {
    let before = try told(bed)
    try ComplianceNews(bed.inventory, facts: Facts(), bed.store).tell(at: StubLateness.day(day))
    let after = try told(bed)
    #expect(Array(after.prefix(before.count)) == before, "what was told stays")
    return Array(after.dropFirst(before.count))
  }

  @Test("hosts are told once they are late, and again whenever others are") func overdue() throws {
    let bed = try StubLateness(["h1", "h2"])
    try bed.want("h2", at: 2)
    #expect(try Self.news(bed, at: 13).isEmpty)
    #expect(try Self.news(bed, at: 14).isEmpty, "the last moment that policy lets them be")
    let first = "overdue: 1 host is not where its target wants it: h1 (due 2026-12-02)"
    #expect(try Self.news(bed, at: 14.001) == [first])
    #expect(try Self.news(bed, at: 15).isEmpty)
    #expect(
      try Self.news(bed, at: 17) == [
        "overdue: 2 hosts are not where their target wants them: h2 (due 2026-12-04), h1 (due 2026-12-02)"
      ])
    // What cannot be seen is not where it is wanted.
    try bed.look("h1", nil, at: 18)
    #expect(try Self.news(bed, at: 18).isEmpty)
    try bed.look("h1", StubLateness.wanted, at: 19)
    let second = "overdue: 1 host is not where its target wants it: h2 (due 2026-12-04)"
    #expect(try Self.news(bed, at: 19) == [second])
    try bed.look("h2", StubLateness.wanted, at: 20)
    #expect(try Self.news(bed, at: 20).isEmpty, "nobody is late")
    try bed.look("h1", StubLateness.old, at: 21)
    #expect(try Self.news(bed, at: 30).isEmpty, "its time begins anew")
    #expect(try Self.news(bed, at: 36) == ["overdue: 1 host is not where its target wants it: h1 (due 2026-12-23)"])
  }

  @Test("nothing is told where policy gives no time, nobody knows since when, or the target is another") func quiet()
    throws
  {
    var bed = try StubLateness(["h1", "h2", "h3"])
    bed.inventory.hosts[0].policy.complyWithin = nil
    try bed.store.save(wanted: [HostID("h2"): "1.55.40"], at: StubLateness.day(1))
    bed.inventory.hosts[2].target = nil
    for day in [0.0, 15, 100] { #expect(try Self.news(bed, at: day).isEmpty) }
  }

  @Test("a waiver keeps its host out of what is told until it lapses, which is told once") func waivers() throws {
    for kind in ["behind", "overdue"] {
      var bed = try StubLateness(["h1", "h2"])
      bed.waive("h1", kind, until: 20)
      #expect(
        try Self.news(bed, at: 15) == ["overdue: 1 host is not where its target wants it: h2 (due 2026-12-02)"])
      #expect(try Self.news(bed, at: 20).isEmpty)
      let lapsed = try Self.news(bed, at: 21)
      #expect(
        lapsed == [
          "waiverExpired: the waiver of \(kind) by Mara (guests) expired on 2026-12-08",
          "overdue: 2 hosts are not where their target wants them: h1 (due 2026-12-02), h2 (due 2026-12-02)",
        ])
      #expect(try Self.news(bed, at: 22).isEmpty)
    }
  }

  @Test("a waiver that lapsed is not told where what it covered is gone, or covered by another") func uselessWaivers()
    throws
  {
    var bed = try StubLateness(["h1", "h2", "h3"])
    for index in bed.inventory.hosts.indices { bed.inventory.hosts[index].policy.complyWithin = nil }
    for name in ["h1", "h2", "h3"] { bed.waive(name, "behind", until: 3) }
    bed.waive("h2", "behind", until: 200)
    bed.inventory.compliance.waivers[2].reason = "late parts"
    try bed.look("h1", StubLateness.wanted, at: 2)
    #expect(try Self.news(bed, at: 3).isEmpty, "the last day that they cover")
    #expect(
      try Self.news(bed, at: 4) == ["waiverExpired: the waiver of behind by Mara (late parts) expired on 2026-11-21"])
    #expect(try Self.news(bed, at: 100).isEmpty)
  }

  @Test("a host that is newly late is named however many others are") func many() throws {
    let names = (10..<40).map { "h\($0)" }
    let bed = try StubLateness(names)
    try bed.want("h39", at: 5)
    let first = try #require(try Self.news(bed, at: 15).first)
    #expect(first.hasPrefix("overdue: 29 hosts are not ") && first.hasSuffix("h29 (due 2026-12-02) and 9 more"))
    // As many as before: one is where it is wanted, another is late.
    try bed.look("h38", StubLateness.wanted, at: 18)
    let second = try Self.news(bed, at: 20)
    #expect(second.count == 1 && second.first?.contains(": h39 (due 2026-12-07), h10 (due 2026-12-02), ") == true)
    #expect(try Self.news(bed, at: 21).isEmpty)
  }
}
