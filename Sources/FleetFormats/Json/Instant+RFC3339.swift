package import FleetCore

extension Instant {
  /// `2026-11-23T08:15:30.250Z`: UTC, always with milliseconds, so that texts sort as times do.
  ///
  /// Years outside 0 to 9999 are printed as they are; no clock of ours gives them.
  package var rfc3339: String {
    let seconds = floorDivide(milliseconds, 1000)
    let days = floorDivide(seconds.quotient, 86_400)
    let date = CivilDate(daysSinceEpoch: Int(days.quotient))
    let time = days.remainder
    var text: [UInt8] = []
    text.reserveCapacity(24)
    func digits(_ value: Int64, _ width: Int) {
      let figures = Array(String(value).utf8)
      text.append(contentsOf: repeatElement(0x30, count: max(0, width - figures.count)))
      text.append(contentsOf: figures)
    }
    digits(Int64(date.year), 4)
    text.append(0x2D)
    digits(Int64(date.month), 2)
    text.append(0x2D)
    digits(Int64(date.day), 2)
    text.append(0x54)
    digits(time / 3600, 2)
    text.append(0x3A)
    digits(time / 60 % 60, 2)
    text.append(0x3A)
    digits(time % 60, 2)
    text.append(0x2E)
    digits(seconds.remainder, 3)
    text.append(0x5A)
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads an RFC 3339 time with any offset; digits beyond milliseconds are cut. `nil` for anything else.
  package init?(rfc3339 text: some StringProtocol) {
    var reader = TimeReader(bytes: Array(text.utf8))
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
      let day = reader.number(2), reader.skip("T", "t", " "), let hour = reader.number(2), reader.skip(":"),
      let minute = reader.number(2), reader.skip(":"), let second = reader.number(2),
      let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd,
      let date = CivilDate(year: Int(year), month: Int(month), day: Int(day)), hour < 24, minute < 60,
      // A leap second is the second after; the clock has no place of its own for it.
      second <= 60
    else { return nil }
    let seconds = Int64(date.daysSinceEpoch) * 86_400 + hour * 3600 + minute * 60 + second - offset
    self.init(milliseconds: seconds * 1000 + fraction)
  }
}

private func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
  let remainder = ((value % divisor) + divisor) % divisor
  return (value / divisor - (value % divisor < 0 ? 1 : 0), remainder)
}

/// Reads the fields of a time from left to right.
private struct TimeReader {
  let bytes: [UInt8]
  private var index = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { index == bytes.count }

  mutating func number(_ width: Int) -> Int64? {
    guard index + width <= bytes.count else { return nil }
    var value: Int64 = 0
    for byte in bytes[index..<index + width] {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - 0x30)
    }
    index += width
    return value
  }

  mutating func skip(_ characters: Unicode.Scalar...) -> Bool {
    guard index < bytes.count, characters.contains(Unicode.Scalar(bytes[index])) else { return false }
    index += 1
    return true
  }

  /// Milliseconds of an optional fraction of one to nine digits.
  mutating func fraction() -> Int64? {
    guard skip(".") else { return 0 }
    var milliseconds: Int64 = 0
    var count = 0
    while count < 9, let digit = number(1) {
      if count < 3 { milliseconds = milliseconds * 10 + digit }
      count += 1
    }
    guard count > 0 else { return nil }
    for _ in count..<max(3, count) { milliseconds *= 10 }
    return milliseconds
  }

  /// Seconds east of UTC.
  mutating func offset() -> Int64? {
    if skip("Z", "z") { return 0 }
    let sign: Int64 = skip("-") ? -1 : 1
    if sign == 1, !skip("+") { return nil }
    guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }
}
