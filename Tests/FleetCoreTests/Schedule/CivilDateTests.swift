import FleetCore
import Testing

@Suite("Days of the calendar") struct CivilDateTests {
  @Test("every day of 230 years follows the one before it") func everyDay() throws {
    var (year, month, day) = (1970, 1, 1)
    // 1970-01-01 was a Thursday.
    var weekday = 3
    for number in 0..<84_000 {
      let date = try #require(CivilDate(year: year, month: month, day: day))
      #expect(date.daysSinceEpoch == number)
      #expect(CivilDate(daysSinceEpoch: number) == date)
      #expect(CivilDate(date.description) == date)
      #expect(date.weekday == Weekday.allCases[weekday % 7])
      #expect(date.adding(days: -1) < date)
      weekday += 1
      let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      day += 1
      if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    #expect(year == 2199)
  }

  @Test("days before 1970 count backwards") func before() throws {
    let date = try #require(CivilDate(year: 1969, month: 12, day: 31))
    #expect(date.daysSinceEpoch == -1 && date.weekday == .wed)
    #expect(CivilDate(daysSinceEpoch: -719_468) == CivilDate(year: 0, month: 3, day: 1))
  }

  @Test(
    "what is no date is none",
    arguments: [
      "2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-4-30", "20260430", "2026-04-30 ", "", "２",
    ])
  func noDate(_ text: String) { #expect(CivilDate(text) == nil) }
}
