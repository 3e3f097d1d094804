import CLinux

extension SSHLoop {
  /// What epoll reports, and what may be asked of it.
  struct Readiness: OptionSet, Sendable {
    var rawValue: UInt32
    static let input = Readiness(rawValue: EPOLLIN.rawValue)
    static let output = Readiness(rawValue: EPOLLOUT.rawValue)
    static let closed = Readiness(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue | EPOLLRDHUP.rawValue)
  }

  /// A descriptor and what is awaited on it. It must be registered.
  struct Interest {
    var descriptor: Int32
    var events: Readiness
  }

  /// Why a wait ended.
  enum Wake: Sendable {
    case ready(Readiness)
    case timedOut
    case cancelled
  }

  /// Suspends the caller until a descriptor is ready, someone resumes `id`, the deadline passes or the task is cancelled.
  ///
  /// Callers are actors on this loop, so nothing runs between the call and the arming.
  func wait(
    id: UInt64? = nil, _ first: Interest? = nil, _ second: Interest? = nil, until deadline: MonotonicTime,
    isolation: isolated (any Actor)? = #isolation
  ) async -> Wake {
    let id = id ?? newWaiter()
    return await withTaskCancellationHandler {
      // A closure is isolated to what it captures; without this it would run on another thread.
      _ = isolation
      return await withUnsafeContinuation { continuation in
        if Task.isCancelled {
          continuation.resume(returning: .cancelled)
        } else {
          arm(id, first, second, until: deadline, continuation)
        }
      }
    } onCancel: {
      // A cancellation that comes before the arming finds nothing to resume; the check above has seen it then.
      post { $0.resume(id, .cancelled) }
    }
  }

  /// Runs `body`, which may block, on another thread and waits for it; nil if the wait ended first.
  func blocking<Value: Sendable>(
    on calls: BlockingCalls, until deadline: MonotonicTime, isolation: isolated (any Actor)? = #isolation,
    _ body: @escaping @Sendable () -> Value
  ) async -> Value? {
    let id = newWaiter()
    let result = BlockingCalls.Slot<Value>()
    calls.submit { [weak self] in
      result.fill(body())
      self?.post { $0.resume(id, .ready([])) }
    }
    _ = await wait(id: id, until: deadline)
    return result.take()
  }
}
