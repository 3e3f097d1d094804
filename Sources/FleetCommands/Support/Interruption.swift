import Dispatch
import Glibc
import Synchronization

/// Ctrl-C and SIGTERM: the first asks for a stop at the next step boundary, the second leaves at once.
///
/// Unchecked: the sources are set once, before anything else can see them, and only kept alive after that.
final class Interruption: @unchecked Sendable {
  private let count = Atomic<Int>(0)
  private var sources: [any DispatchSourceSignal] = []

  /// `hint` is printed when the second signal ends the process: the command that goes on.
  init(hint: String) {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [weak self] in self?.received(hint) }
      source.resume()
      sources.append(source)
    }
  }

  var isStopping: Bool { count.load(ordering: .relaxed) > 0 }

  private func received(_ hint: String) {
    if count.add(1, ordering: .relaxed).newValue == 1 {
      Output.note("stopping: no new host starts, running hosts go on to their next step boundary; again to leave now")
    } else {
      Output.note("left; to go on: \(hint)")
      _exit(ExitStatus.interrupted)
    }
  }
}
