import Glibc
import Synchronization

/// A few threads for calls that block: name look-ups, file reads, child processes. Threads live while there is work.
final class BlockingCalls: Sendable {
  /// A resolver that hangs holds a thread for half a minute; eight keep other work going, and bound what a hang costs.
  private static let limit = 8

  private struct State {
    var running = 0
    var pending: [@Sendable () -> Void] = []
  }

  private let state = Mutex(State())

  /// A place for one result that crosses threads.
  final class Slot<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    func fill(_ new: Value) { value.withLock { $0 = new } }
    func take() -> Value? { value.withLock { $0 } }
  }

  func submit(_ work: @escaping @Sendable () -> Void) {
    let startsThread = state.withLock { state in
      state.pending.append(work)
      guard state.running < Self.limit else { return false }
      state.running += 1
      return true
    }
    guard startsThread else { return }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<BlockingCalls>.fromOpaque(argument).takeRetainedValue().work()
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      // No thread left: what is queued runs with the next one that starts, or its waiters reach their deadlines.
      context.release()
      state.withLock { $0.running -= 1 }
      return
    }
    pthread_detach(thread)
  }

  private func work() {
    while let next = next() { next() }
  }

  private func next() -> (@Sendable () -> Void)? {
    state.withLock { state in
      if state.pending.isEmpty {
        state.running -= 1
        return nil
      }
      return state.pending.removeFirst()
    }
  }
}
