import FleetCore

/// Zones made by hand, from the published rules; FleetFormats reads the system's own.
enum Zones {
  private static func utc(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int = 0) -> Instant {
    let days = CivilDate(year: year, month: month, day: day)?.daysSinceEpoch ?? 0
    return Instant(milliseconds: (Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60)) * 1000)
  }

  /// Clocks change at 01:00 UTC: forward on 2026-03-29, back on 2026-10-25, forward on 2027-03-28.
  static let berlin = ZoneRules(
    name: "Europe/Berlin", firstOffset: 3600,
    transitions: [
      .init(from: utc(2026, 3, 29, 1), offset: 7200), .init(from: utc(2026, 10, 25, 1), offset: 3600),
      .init(from: utc(2027, 3, 28, 1), offset: 7200),
    ])

  /// At 02:00 local: forward on 2026-03-08, back on 2026-11-01.
  static let newYork = ZoneRules(
    name: "America/New_York", firstOffset: -18_000,
    transitions: [
      .init(from: utc(2026, 3, 8, 7), offset: -14_400), .init(from: utc(2026, 11, 1, 6), offset: -18_000),
    ])

  /// Half an hour: back on 2026-04-05 at 02:00 local, forward on 2026-10-04.
  static let lordHowe = ZoneRules(
    name: "Australia/Lord_Howe", firstOffset: 39_600,
    transitions: [
      .init(from: utc(2026, 4, 4, 15), offset: 37_800), .init(from: utc(2026, 10, 3, 15, 30), offset: 39_600),
    ])

  static let tokyo = ZoneRules(name: "Asia/Tokyo", firstOffset: 32_400)

  static let all = [berlin, newYork, lordHowe, tokyo, .utc]

  static func time(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int = 0) -> Instant {
    utc(year, month, day, hour, minute)
  }

  static func date(_ year: Int, _ month: Int, _ day: Int) -> CivilDate {
    CivilDate(year: year, month: month, day: day) ?? CivilDate(daysSinceEpoch: 0)
  }
}
