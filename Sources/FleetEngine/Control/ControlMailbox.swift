import Glibc
import Synchronization

/// What other threads tell the thread of the control socket: answers that are ready, and that it shall end.
///
/// A byte through a pair of sockets wakes it. The pair is closed with the last reference, so that an answer that comes
/// late is written nowhere instead of into a stranger's descriptor.
final class ControlMailbox: Sendable {
  struct Answer: Sendable {
    var client: Int
    var bytes: [UInt8]
  }

  private struct State {
    var answers: [Answer] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let wakeEnd: Int32
  let readEnd: Int32

  init() throws(ControlError) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0,
      ControlSocket.harden(ends[0]), ControlSocket.harden(ends[1])
    else { throw ControlError(.system, "could not make a pair of sockets: \(ControlSocket.text(errno))") }
    (readEnd, wakeEnd) = (ends[0], ends[1])
  }

  deinit {
    Glibc.close(readEnd)
    Glibc.close(wakeEnd)
  }

  func put(_ answer: Answer) {
    state.withLock { $0.answers.append(answer) }
    wake()
  }

  func close() {
    state.withLock { $0.isClosed = true }
    wake()
  }

  /// Everything told since the last call.
  func take() -> (answers: [Answer], isClosed: Bool) {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(readEnd, &bytes, bytes.count) > 0 {}
    return state.withLock { state in
      defer { state.answers = [] }
      return (state.answers, state.isClosed)
    }
  }

  /// A full buffer is as good: there is a byte in it.
  private func wake() {
    var byte: UInt8 = 1
    _ = send(wakeEnd, &byte, 1, Int32(MSG_NOSIGNAL))
  }
}
