import Dispatch
import Glibc
import Synchronization

/// Ctrl-C and SIGTERM: while hosts are driven the first asks for a stop at the next step boundary and the second leaves
/// at once; everywhere else the first leaves. Leaving is exit 130 (INTERFACE). The newest one made is in force.
///
/// Unchecked: the sources are set once, before anything else can see them, and only kept alive after that.
final class Interruption: @unchecked Sendable {
  private static let inForce = Mutex<Interruption?>(nil)

  private let count = Atomic<Int>(0)
  private var sources: [any DispatchSourceSignal] = []

  /// `hint` is printed when the second signal ends the process: the command that goes on. `nil`: nothing is to be
  /// brought to a boundary, so the first signal ends it.
  init(hint: String?) {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [weak self] in self?.received(hint) }
      source.resume()
      sources.append(source)
    }
    // The new one listens before the old one ends, so that no signal is lost between them.
    Self.inForce.withLock { old in
      old?.sources.forEach { $0.cancel() }
      old = self
    }
  }

  var isStopping: Bool { count.load(ordering: .relaxed) > 0 }

  private func received(_ hint: String?) {
    guard let hint else {
      Output.note("left")
      _exit(ExitStatus.interrupted)
    }
    if count.add(1, ordering: .relaxed).newValue == 1 {
      Output.note("stopping: no new host starts, running hosts go on to their next step boundary; again to leave now")
    } else {
      Output.note("left; to go on: \(hint)")
      _exit(ExitStatus.interrupted)
    }
  }
}
