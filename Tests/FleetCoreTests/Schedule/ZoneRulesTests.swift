import FleetCore
import Testing

@Suite("Local times of a zone") struct ZoneRulesTests {
  @Test("each minute of a year is found again, but for those that clocks skip or show twice", arguments: Zones.all)
  func roundTrip(_ zone: ZoneRules) {
    for day in 0..<400 {
      let date = Zones.date(2026, 1, 1).adding(days: day)
      for minute in stride(from: 0, to: 1440, by: 15) {
        let time = zone.instant(of: date, minute: minute)
        let shown = time.milliseconds / 1000 + Int64(zone.offset(at: time))
        let wanted = Int64(date.daysSinceEpoch) * 86_400 + Int64(minute) * 60
        // A skipped minute becomes the jump itself, which shows a later time of at most an hour.
        #expect(shown >= wanted && shown - wanted <= 3600, "\(zone.name) \(date) \(minute)")
        if shown != wanted {
          #expect(zone.transitions.contains { $0.from == time }, "only a jump may show another time")
        } else {
          #expect(zone.date(at: time) == date)
        }
      }
    }
  }

  @Test("a skipped time is the jump, a repeated one the first of both") func edges() {
    let jump = Zones.time(2026, 3, 29, 1)
    for minute in [120, 150, 179] {
      #expect(Zones.berlin.instant(of: Zones.date(2026, 3, 29), minute: minute) == jump)
    }
    #expect(Zones.berlin.instant(of: Zones.date(2026, 3, 29), minute: 180) == jump)
    #expect(Zones.berlin.instant(of: Zones.date(2026, 3, 29), minute: 119) == jump + .seconds(-60))
    // 02:30 comes twice on 25 October: at 00:30 and at 01:30 UTC.
    #expect(Zones.berlin.instant(of: Zones.date(2026, 10, 25), minute: 150) == Zones.time(2026, 10, 25, 0, 30))
    #expect(Zones.newYork.instant(of: Zones.date(2026, 11, 1), minute: 90) == Zones.time(2026, 11, 1, 5, 30))
    #expect(Zones.newYork.instant(of: Zones.date(2026, 3, 8), minute: 150) == Zones.time(2026, 3, 8, 7))
    #expect(Zones.lordHowe.instant(of: Zones.date(2026, 10, 4), minute: 135) == Zones.time(2026, 10, 3, 15, 30))
  }

  @Test("dates begin at local midnight, also before 1970") func dates() {
    #expect(Zones.tokyo.date(at: Zones.time(2026, 5, 1, 14, 59)) == Zones.date(2026, 5, 1))
    #expect(Zones.tokyo.date(at: Zones.time(2026, 5, 1, 15)) == Zones.date(2026, 5, 2))
    #expect(Zones.newYork.date(at: Zones.time(2026, 5, 1, 3, 59)) == Zones.date(2026, 4, 30))
    #expect(ZoneRules.utc.date(at: Instant(milliseconds: -1)) == Zones.date(1969, 12, 31))
    #expect(ZoneRules.utc.date(at: Instant(milliseconds: -86_400_000)) == Zones.date(1969, 12, 31))
  }
}
