import Foundation

/// Times as OpenStack writes them, in UTC.
enum WireTime {
  /// Nova's database times: `2026-11-23T15:14:48.387464`.
  static func micros(_ date: Date) -> String {
    let (seconds, micros) = parts(date)
    return second(seconds) + "." + padded(micros, 6)
  }

  /// Nova's `created`, `updated`: `2026-11-23T15:14:22Z`.
  static func seconds(_ date: Date) -> String { second(parts(date).seconds) + "Z" }

  /// Keystone's times: `2026-11-23T16:14:42.000000Z`.
  static func keystone(_ date: Date) -> String { micros(date) + "Z" }

  private static func parts(_ date: Date) -> (seconds: Int, micros: Int) {
    let all = Int((date.timeIntervalSince1970 * 1_000_000).rounded(.down))
    let seconds = all / 1_000_000
    return (seconds, all - seconds * 1_000_000)
  }

  private static func second(_ unix: Int) -> String {
    let (days, rest) = unix.quotientAndRemainder(dividingBy: 86_400)
    let (year, month, day) = civil(days)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
      + "T\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))"
  }

  /// Gregorian date of a day counted from 1970-01-01, for days after 1970: 146097 days are 400 years, and years are
  /// counted from March so that a leap day is a year's last.
  private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
