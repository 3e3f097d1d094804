import FleetCore

/// Durations as operators write them (`^[0-9]+(ms|s|m|h|d)$`) and as people read them.
package enum DurationText {
  /// Longest duration read: ten years. Anything longer is a slip, and sums of such stay far from overflow.
  package static let maximum = Duration.seconds(3650 * 86_400)

  /// Longest unit first, in milliseconds.
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// Reads `250ms`, `90s`, `10m`, `2h`, `1d`; `nil` for any other text and above `maximum`.
  package static func read(_ text: some StringProtocol) -> Duration? {
    let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
    let suffix = text.utf8.dropFirst(digits.count)
    guard !digits.isEmpty, let unit = units.first(where: { $0.name.utf8.elementsEqual(suffix) }) else { return nil }
    var value: Int64 = 0
    for digit in digits {
      let (product, high) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int64(digit - 0x30))
      if high || carry { return nil }
      value = sum
    }
    let (milliseconds, overflow) = value.multipliedReportingOverflow(by: unit.milliseconds)
    guard !overflow, milliseconds <= maximum.wholeMilliseconds else { return nil }
    return .milliseconds(milliseconds)
  }

  /// The shortest spelling that reads back as the same duration, to the millisecond; negative ones become `0s`.
  package static func spelling(_ duration: Duration) -> String {
    let milliseconds = max(0, duration.wholeMilliseconds)
    guard milliseconds > 0 else { return "0s" }
    let unit = units.first { milliseconds % $0.milliseconds == 0 } ?? units[units.count - 1]
    return "\(milliseconds / unit.milliseconds)\(unit.name)"
  }

  /// Its two largest units, `1m 30s`; below a second `250ms`.
  package static func people(_ duration: Duration) -> String {
    let total = duration.wholeMilliseconds
    guard total > 0 else { return total == 0 ? "0s" : "-" + people(.zero - duration) }
    guard let first = units.firstIndex(where: { total >= $0.milliseconds }) else { return "0s" }
    let large = units[first]
    let head = "\(total / large.milliseconds)\(large.name)"
    // Seconds stand alone: nobody reads milliseconds beside them.
    guard first + 1 < units.count - 1 else { return head }
    let small = units[first + 1]
    let rest = total % large.milliseconds / small.milliseconds
    return rest == 0 ? head : "\(head) \(rest)\(small.name)"
  }
}
