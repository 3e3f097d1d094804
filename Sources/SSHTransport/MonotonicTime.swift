import Glibc

/// A point on the monotonic clock, in nanoseconds; the only clock deadlines are made of.
struct MonotonicTime: Comparable, Sendable {
  var nanoseconds: Int64

  static let distantFuture = MonotonicTime(nanoseconds: .max)

  static var now: MonotonicTime {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

  /// Saturates: a duration too long for the clock is the distant future, a negative one is no time.
  static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
    let (seconds, attoseconds) = duration.components
    if seconds < 0 || attoseconds < 0 { return time }
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return .distantFuture }
    let (nanoseconds, tooFar) = time.nanoseconds.addingReportingOverflow(whole + attoseconds / 1_000_000_000)
    return tooFar ? .distantFuture : MonotonicTime(nanoseconds: nanoseconds)
  }

  /// Milliseconds from now to this point, rounded up, 0 if it has passed.
  var millisecondsLeft: Int64 {
    let left = nanoseconds - MonotonicTime.now.nanoseconds
    return left <= 0 ? 0 : left / 1_000_000 + 1
  }

  /// From now to this point; zero if it has passed.
  var durationLeft: Duration { .nanoseconds(max(0, nanoseconds - MonotonicTime.now.nanoseconds)) }
}
