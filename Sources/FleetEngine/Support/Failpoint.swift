import Foundation
import Synchronization

/// Named points at which a test ends this very process, as a power cut would, or stops it. Without `SEVFLEET_FAILPOINT` a
/// point costs a look at a flag and at a task-local value, and does nothing.
///
/// `SEVFLEET_FAILPOINT=N` kills at the N-th point reached; `SEVFLEET_FAILPOINT_STOPS=1` stops there (SIGSTOP) instead, as
/// a machine that hangs would; `SEVFLEET_FAILPOINT_LOG=FILE` appends each point's name.
package enum Failpoint {
  private static let killAt = ProcessInfo.processInfo.environment["SEVFLEET_FAILPOINT"].flatMap { Int($0) }
  private static let log = ProcessInfo.processInfo.environment["SEVFLEET_FAILPOINT_LOG"]
  private static let signal = ProcessInfo.processInfo.environment["SEVFLEET_FAILPOINT_STOPS"] == nil ? SIGKILL : SIGSTOP
  private static let isOn = killAt != nil || log != nil
  private static let reached = Atomic<Int>(0)

  /// A simulation's own watcher, told of every point that its tasks reach; nothing else happens there then.
  @TaskLocal package static var watcher: Watcher?

  /// An object, not a closure: the optimizer of Swift 6.3.1 pushes a closure with a wrong type, and the process ends.
  package final class Watcher: Sendable {
    private let reach: @Sendable (String) -> Void

    package init(_ reach: @escaping @Sendable (String) -> Void) { self.reach = reach }

    func reached(_ name: String) { reach(name) }
  }

  package static func hit(_ name: @autoclosure () -> String) {
    if let watcher { return watcher.reached(name()) }
    guard isOn else { return }
    let number = reached.add(1, ordering: .relaxed).newValue
    if let log { append("\(number) \(name())\n", to: log) }
    // To this thread: the process's own signal may reach another one, while this one goes on.
    if number == killAt { raise(signal) }
  }

  private static func append(_ line: String, to path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    _ = line.withCString { write(file, $0, strlen($0)) }
    close(file)
  }
}
