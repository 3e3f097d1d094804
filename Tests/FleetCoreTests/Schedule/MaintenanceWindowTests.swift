import FleetCore
import Testing

@Suite("When a maintenance window opens") struct MaintenanceWindowTests {
  private static func window(
    _ zone: ZoneRules, start: Int = 22 * 60, hours: Int = 4, days: [Weekday] = Weekday.allCases,
    blackouts: [MaintenanceWindow.Blackout] = []
  ) -> MaintenanceWindow {
    MaintenanceWindow(days: days, start: start, duration: .seconds(hours * 3600), zone: zone, blackouts: blackouts)
  }

  @Test("across both changes of the clocks it opens at its local time and stays open as long") func changes() throws {
    let cases: [(zone: ZoneRules, date: CivilDate, start: Int, opens: Instant)] = [
      (Zones.berlin, Zones.date(2026, 3, 28), 1320, Zones.time(2026, 3, 28, 21)),
      (Zones.berlin, Zones.date(2026, 3, 29), 1320, Zones.time(2026, 3, 29, 20)),
      (Zones.berlin, Zones.date(2026, 3, 29), 150, Zones.time(2026, 3, 29, 1)),
      (Zones.berlin, Zones.date(2026, 10, 24), 1320, Zones.time(2026, 10, 24, 20)),
      (Zones.berlin, Zones.date(2026, 10, 25), 150, Zones.time(2026, 10, 25, 0, 30)),
      (Zones.berlin, Zones.date(2026, 10, 25), 1320, Zones.time(2026, 10, 25, 21)),
      (Zones.newYork, Zones.date(2026, 3, 8), 150, Zones.time(2026, 3, 8, 7)),
      (Zones.newYork, Zones.date(2026, 11, 1), 60, Zones.time(2026, 11, 1, 5)),
      (Zones.lordHowe, Zones.date(2026, 4, 5), 90, Zones.time(2026, 4, 4, 14, 30)),
      (Zones.lordHowe, Zones.date(2026, 10, 4), 120, Zones.time(2026, 10, 3, 15, 30)),
      (Zones.tokyo, Zones.date(2026, 3, 29), 150, Zones.time(2026, 3, 28, 17, 30)),
    ]
    for item in cases {
      let opening = try #require(Self.window(item.zone, start: item.start).opening(on: item.date))
      #expect(opening.opens == item.opens, "\(item.zone.name) \(item.date) \(item.start)")
      #expect(opening.closes - opening.opens == .seconds(4 * 3600))
      #expect(opening.date == item.date)
    }
  }

  @Test("only on its days") func days() {
    let window = Self.window(Zones.berlin, days: [.mon, .thu])
    let dates = window.openings(after: Zones.time(2026, 11, 26, 12), count: 4).map(\.date)
    #expect(dates == [(11, 26), (11, 30), (12, 3), (12, 7)].map { Zones.date(2026, $0.0, $0.1) })
  }

  @Test("the one that is open counts as the next, until it closes") func open() throws {
    let window = Self.window(Zones.berlin)
    let opening = try #require(window.opening(on: Zones.date(2026, 5, 4)))
    for time in [opening.opens, opening.closes + .milliseconds(-1)] { #expect(window.next(after: time) == opening) }
    #expect(window.next(after: opening.closes)?.date == Zones.date(2026, 5, 5))
  }

  @Test("an opening does not happen where any date that it touches is blacked out") func blackouts() {
    let day = Zones.date(2026, 12, 24)
    // From 22:00 to 02:00 it touches two dates, from 20:00 to midnight one.
    for (start, touched) in [(1320, [23, 24]), (1200, [24])] {
      let window = Self.window(Zones.berlin, start: start, blackouts: [.init(first: day, last: day)])
      for number in 20...28 {
        let date = Zones.date(2026, 12, number)
        #expect((window.opening(on: date) == nil) == touched.contains(number), "\(start) \(date)")
      }
    }
    let long = MaintenanceWindow.Blackout(first: Zones.date(2026, 12, 31), last: Zones.date(2027, 1, 2))
    let window = Self.window(Zones.berlin, blackouts: [long])
    #expect(window.next(after: Zones.time(2026, 12, 30, 12))?.date == Zones.date(2027, 1, 3))
    let ever = MaintenanceWindow.Blackout(first: Zones.date(2026, 1, 1), last: Zones.date(2099, 1, 1))
    #expect(Self.window(Zones.berlin, blackouts: [ever]).next(after: Zones.time(2026, 5, 1, 0)) == nil)
  }

  @Test("openings are ordered, do not overlap, and last as long as they say", arguments: 1...200)
  func properties(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let zone = Zones.all[Int.random(in: 0..<Zones.all.count, using: &random)]
    let days = Weekday.allCases.filter { _ in Bool.random(using: &random) }
    let window = Self.window(
      zone, start: Int.random(in: 0..<1440, using: &random), hours: Int.random(in: 1...22, using: &random),
      days: days.isEmpty ? [.sun] : days)
    let now = Zones.time(2026, 1, 1, 0) + .seconds(Int.random(in: 0..<31_536_000, using: &random))
    let openings = window.openings(after: now, count: 30)
    try #require(openings.count == 30, "seed \(seed)")
    #expect(openings[0].closes > now)
    for (before, after) in zip(openings, openings.dropFirst()) {
      #expect(before.closes <= after.opens, "seed \(seed): \(before) and \(after)")
    }
    for opening in openings {
      #expect(opening.closes - opening.opens == window.duration, "seed \(seed)")
      #expect(window.days.contains(opening.date.weekday), "seed \(seed)")
      #expect(window.next(after: opening.opens) == opening, "seed \(seed)")
    }
  }
}
