/// How long `serve` waits before it does something again that goes wrong each time: what a person has to mend, such as
/// a full disk, is told often enough by then.
package enum Patience {
  /// What is mended is noticed by then.
  package static let longest = Duration.seconds(15 * 60)

  /// `interval` after the first failure in a row, then twice as long each time, up to `longest`.
  package static func pause(after failures: Int, every interval: Duration) -> Duration {
    var pause = interval
    for _ in 1..<max(1, failures) where pause < longest { pause = pause * 2 }
    return max(interval, min(pause, longest))
  }
}
