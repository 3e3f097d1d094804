import Foundation

/// Times as OpenStack services write them: `2026-11-23T15:14:33Z`, `2026-11-23T15:14:41.820857` (UTC without saying so).
enum RemoteTime {
  /// Nil if `text` is not such a time.
  static func parse(_ text: String) -> Date? {
    let text = text.hasSuffix("Z") ? text.dropLast() : text.hasSuffix("+00:00") ? text.dropLast(6) : text[...]
    let halves = text.split(separator: "T", omittingEmptySubsequences: false)
    guard halves.count == 2 else { return nil }
    let day = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    let clock = halves[1].split(separator: ":", omittingEmptySubsequences: false)
    guard day.count == 3, let year = day[0], let month = day[1], let date = day[2], clock.count == 3,
      let hour = Int(clock[0]), let minute = Int(clock[1]), let second = Double(clock[2]),
      (1...12).contains(month), (1...31).contains(date), (0...23).contains(hour), (0...59).contains(minute),
      (0..<61).contains(second)
    else { return nil }
    let seconds = daysSince1970(year, month, date) * 86_400 + hour * 3_600 + minute * 60
    return Date(timeIntervalSince1970: Double(seconds) + second)
  }

  /// Days of the proleptic Gregorian calendar; years counted from March so that the leap day is the last of a year.
  private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
