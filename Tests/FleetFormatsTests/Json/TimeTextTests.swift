import FleetCore
import FleetFormats
import Testing

@Suite struct TimeTextTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00.000Z", 0), ("1969-12-31T23:59:59.999Z", -1), ("2000-02-29T12:00:00.000Z", 951_825_600_000),
      ("2026-11-23T23:59:59.250Z", 1_795_478_399_250), ("2100-03-01T00:00:00.000Z", 4_107_542_400_000),
      ("0000-01-01T00:00:00.000Z", -62_167_219_200_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ] as [(String, Int64)]) func knownTimes(_ text: String, _ milliseconds: Int64)
  {
    #expect(Instant(milliseconds: milliseconds).rfc3339 == text)
    #expect(Instant(rfc3339: text) == Instant(milliseconds: milliseconds))
  }

  @Test(
    arguments: [
      ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T23:30:00-00:30", 0), ("1970-01-01t00:00:01z", 1000),
      ("1970-01-01 00:00:00.5Z", 500), ("1970-01-01T00:00:00.123456789Z", 123), ("1970-01-01T00:00:60Z", 60_000),
    ] as [(String, Int64)]) func otherSpellings(_ text: String, _ milliseconds: Int64)
  {
    #expect(Instant(rfc3339: text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "1970-01-01", "1970-01-01T00:00:00", "1970-13-01T00:00:00Z", "1970-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
    "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:61Z", "1970-01-01T00:00:00.Z",
    "1970-01-01T00:00:00.1234567890Z", "1970-01-01T00:00:00+25:00", "1970-01-01T00:00:00Zx", "+970-01-01T00:00:00Z",
    "1970-00-01T00:00:00Z", "1970-01-00T00:00:00Z",
  ]) func noTimes(_ text: String) { #expect(Instant(rfc3339: text) == nil) }

  @Test func everyDayOfTwoErasRoundTripsAndSorts() {
    var last = ""
    for day in stride(from: Int64(-300_000), through: 300_000, by: 7) {
      let instant = Instant(milliseconds: day * 86_400_000 + 86_399_007)
      let text = instant.rfc3339
      #expect(Instant(rfc3339: text) == instant)
      #expect(last < text)
      last = text
    }
  }

  @Test func noInstantTraps() {
    for value in [Int64.min, Int64.min + 1, Int64.max, Int64.max - 1] {
      #expect(!Instant(milliseconds: value).rfc3339.isEmpty)
    }
  }

  @Test(
    arguments: [
      ("0s", 0, "0s"), ("250ms", 250, "250ms"), ("1500ms", 1500, "1s"), ("90s", 90_000, "1m 30s"),
      ("10m", 600_000, "10m"), ("2h", 7_200_000, "2h"), ("125m", 7_500_000, "2h 5m"), ("3d", 259_200_000, "3d"),
      ("76h", 273_600_000, "3d 4h"),
    ] as [(String, Int64, String)]) func durations(_ text: String, _ milliseconds: Int64, _ people: String)
  {
    #expect(DurationText.read(text) == .milliseconds(milliseconds))
    #expect(DurationText.spelling(.milliseconds(milliseconds)) == text)
    #expect(DurationText.people(.milliseconds(milliseconds)) == people)
  }

  @Test(arguments: ["", "s", "5", "-5s", "+5s", "5 s", "5S", "5.0s", "5sec", "0x5s", "٥s", "5w", "3651d"])
  func noDurations(_ text: String) { #expect(DurationText.read(text) == nil) }

  @Test func otherDurations() {
    #expect(DurationText.read("060s") == .seconds(60))
    #expect(DurationText.spelling(.seconds(-3)) == "0s")
    #expect(DurationText.people(.seconds(-90)) == "-1m 30s")
    #expect(DurationText.read("3650d") == DurationText.maximum)
  }
}
