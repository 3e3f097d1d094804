import Foundation
import Synchronization

/// Named points at which a test ends this very process, as a power cut would. Without `SEVFLEET_FAILPOINT` a point
/// costs one load of a flag and does nothing.
///
/// `SEVFLEET_FAILPOINT=N` kills at the N-th point reached; `SEVFLEET_FAILPOINT_LOG=FILE` appends each point's name.
package enum Failpoint {
  private static let killAt = ProcessInfo.processInfo.environment["SEVFLEET_FAILPOINT"].flatMap { Int($0) }
  private static let log = ProcessInfo.processInfo.environment["SEVFLEET_FAILPOINT_LOG"]
  private static let isOn = killAt != nil || log != nil
  private static let reached = Atomic<Int>(0)

  package static func hit(_ name: @autoclosure () -> String) {
    guard isOn else { return }
    let number = reached.add(1, ordering: .relaxed).newValue
    if let log { append("\(number) \(name())\n", to: log) }
    if number == killAt { kill(getpid(), SIGKILL) }
  }

  private static func append(_ line: String, to path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    _ = line.withCString { write(file, $0, strlen($0)) }
    close(file)
  }
}
