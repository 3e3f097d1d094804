import Dispatch
import FleetCore
import Glibc
import Synchronization

/// Ctrl-C and SIGTERM: while hosts are driven the first asks for a stop at the next step boundary and the second leaves
/// at once; everywhere else the first leaves. Leaving is exit 130 (INTERFACE). The newest one made is in force.
final class Interruption: Sendable {
  private static let inForce = Mutex<Interruption?>(nil)

  /// One source a signal for the whole life of the process: of two sources for one signal, libdispatch on Linux serves
  /// none any more once either is cancelled (seen with Swift 6.3.1).
  ///
  /// Unchecked: made once, and only kept alive after that.
  nonisolated(unsafe) private static let sources: [any DispatchSourceSignal] = [SIGINT, SIGTERM].map { number in
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler { inForce.withLock { $0 }?.received() }
    source.resume()
    return source
  }

  private let count = Atomic<Int>(0)
  private let hint: String?
  private let json: Bool

  /// `hint` is printed when the second signal ends the process: the command that goes on. `nil`: nothing is to be
  /// brought to a boundary, so the first signal ends it.
  ///
  /// `json`: who leaves prints a `sevfleet.error/1`, since no other document will come.
  init(hint: String?, json: Bool = false) {
    self.hint = hint
    self.json = json
    Self.inForce.withLock { $0 = self }
    _ = Self.sources.count
  }

  /// What a first signal asks of a rollout; `nil`: there was none.
  var wish: StopWish? { count.load(ordering: .relaxed) > 0 ? StopWish(.pause, by: "a signal") : nil }

  private func received() {
    guard let hint else {
      leave("left")
    }
    if count.add(1, ordering: .relaxed).newValue == 1 {
      Output.note("stopping: no new host starts, running hosts go on to their next step boundary; again to leave now")
    } else {
      leave("left; to go on: \(hint)")
    }
  }

  private func leave(_ text: String) -> Never {
    Output.note(text)
    if json {
      let failure = CommandError(ExitStatus.interrupted, "interrupted", text)
      _exit(Execution.report(failure, json: true))
    }
    _exit(ExitStatus.interrupted)
  }
}
