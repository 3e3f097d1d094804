package import FleetCore
import Glibc

/// Time as the engine sees it, so that a simulation can bring its own.
package protocol EngineClock: Sendable {
  func now() -> Instant
  /// Monotonic milliseconds, for deadlines that no clock change may move.
  func monotonic() -> Int64
  func sleep(_ duration: Duration) async throws(CancellationError)
}

/// The clocks of this machine.
package struct SystemClock: EngineClock {
  private static let origin = ContinuousClock.now

  package init() {}

  package func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  package func monotonic() -> Int64 { (ContinuousClock.now - Self.origin).wholeMilliseconds }

  package func sleep(_ duration: Duration) async throws(CancellationError) {
    do {
      try await ContinuousClock().sleep(for: duration)
    } catch {
      throw CancellationError()
    }
  }
}

/// A point in monotonic time after which something has taken too long.
package struct Deadline: Sendable {
  private let clock: any EngineClock
  private let end: Int64

  package init(_ clock: any EngineClock, in duration: Duration) {
    self.clock = clock
    end = clock.monotonic() + duration.wholeMilliseconds
  }

  package var hasPassed: Bool { clock.monotonic() >= end }
}
