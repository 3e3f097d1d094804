import CLinux
import Glibc
import Synchronization

/// One thread that owns an epoll set and is the executor of every actor of this target.
///
/// libssh2 sessions are not thread-safe, and waiting must not cost a thread: so every libssh2 call runs here, in
/// non-blocking mode, and whoever must wait hands a continuation to `wait`. Nothing that blocks may run here: name
/// look-ups, file reads and child processes go to `BlockingCalls`.
///
/// The thread ends when the last reference to the loop goes.
final class SSHLoop: SerialExecutor, @unchecked Sendable {
  /// The longest series of job rounds before sockets and deadlines are looked at again, so that busy actors starve nobody.
  private static let roundsPerTurn = 16
  private static let eventsPerTurn = 256
  /// Deadlines are looked at no more often than this: they are seconds, so 5 ms late is on time.
  private static let sweepInterval: Int64 = 5_000_000

  private let port: LoopPort
  // Everything below is touched on the loop's thread only.
  private var waiters: [UInt64: Waiter] = [:]
  private var armed: [Int32: UInt64] = [:]
  private var lastWaiter: UInt64 = 0
  /// No waiter's deadline is earlier than this; a lower bound, made exact by each sweep.
  private var earliestDeadline = MonotonicTime.distantFuture
  private var lastSweep = MonotonicTime(nanoseconds: 0)
  /// A buffer for any call that copies its result before it returns to the loop.
  let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

  private struct Waiter {
    var continuation: UnsafeContinuation<Wake, Never>
    var deadline: MonotonicTime
    var first: Int32
    var second: Int32
  }

  /// Starts the thread.
  ///
  /// - Throws: `systemLimit` if the system has no descriptor or thread left.
  init() throws(SSHError) {
    port = try LoopPort()
    let start = Unmanaged.passRetained(ThreadStart(port: port, loop: self))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw SSHError(.systemLimit, host: "-", "no thread for the event loop", cause: SystemCall.text(code))
    }
    pthread_detach(thread)
  }

  deinit {
    port.stop()
    scratch.deallocate()
  }

  /// What the thread starts with: no strong reference to the loop, or the loop could never go.
  private final class ThreadStart: @unchecked Sendable {
    let port: LoopPort
    weak var loop: SSHLoop?

    init(port: LoopPort, loop: SSHLoop) {
      self.port = port
      self.loop = loop
    }

    func run() {
      port.thread.store(pthread_self(), ordering: .releasing)
      let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: SSHLoop.eventsPerTurn)
      defer { events.deallocate() }
      while !port.stopped.load(ordering: .acquiring) {
        guard let timeout = loop?.turn() else { return }
        let count = epoll_wait(port.epoll, events, Int32(SSHLoop.eventsPerTurn), timeout)
        loop?.dispatch(UnsafeBufferPointer(start: events, count: Int(max(0, count))))
      }
    }
  }

  // MARK: Executor

  func enqueue(_ job: consuming ExecutorJob) { port.enqueue(UnownedJob(job)) }
  func checkIsolated() { precondition(port.isOnLoop, "not on the SSH loop") }
  func isIsolatingCurrentContext() -> Bool? { port.isOnLoop }

  /// Runs `work` on the loop's thread, soon. Safe from any thread.
  func post(_ work: @escaping @Sendable (SSHLoop) -> Void) { port.post(work) }

  /// Runs what is runnable; returns how long `epoll_wait` may sleep, in milliseconds.
  private func turn() -> Int32 {
    for _ in 0..<Self.roundsPerTurn {
      var inbox = LoopPort.Inbox()
      port.inbox.withLock { swap(&$0, &inbox) }
      if inbox.isEmpty { break }
      for post in inbox.posts { post(self) }
      for job in inbox.jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
    }
    sweep()
    if port.inbox.withLock({ !$0.isEmpty }) { return 0 }
    if earliestDeadline == .distantFuture { return -1 }
    return Int32(clamping: max(earliestDeadline.millisecondsLeft, Self.sweepInterval / 1_000_000))
  }

  private func dispatch(_ events: UnsafeBufferPointer<epoll_event>) {
    for event in events {
      let descriptor = event.data.fd
      if descriptor == port.bell {
        port.answerBell()
      } else if let waiter = armed[descriptor] {
        resume(waiter, .ready(SSHLoop.Readiness(rawValue: event.events)))
      }
    }
  }

  private func sweep() {
    let now = MonotonicTime.now
    guard earliestDeadline <= now, now.nanoseconds - lastSweep.nanoseconds >= Self.sweepInterval else { return }
    lastSweep = now
    earliestDeadline = .distantFuture
    var late: [UInt64] = []
    for (id, waiter) in waiters {
      if waiter.deadline <= now { late.append(id) } else { earliestDeadline = min(earliestDeadline, waiter.deadline) }
    }
    for id in late { resume(id, .timedOut) }
  }

  // MARK: Waiters (called by `SSHLoop+Waiting`)

  func newWaiter() -> UInt64 {
    checkIsolated()
    lastWaiter += 1
    return lastWaiter
  }

  func register(_ descriptor: Int32) {
    checkIsolated()
    var event = epoll_event(events: 0, data: epoll_data_t(fd: descriptor))
    epoll_ctl(port.epoll, EPOLL_CTL_ADD, descriptor, &event)
  }

  func unregister(_ descriptor: Int32) {
    checkIsolated()
    armed[descriptor] = nil
    epoll_ctl(port.epoll, EPOLL_CTL_DEL, descriptor, nil)
  }

  func arm(
    _ id: UInt64, _ first: Interest?, _ second: Interest?, until deadline: MonotonicTime,
    _ continuation: UnsafeContinuation<Wake, Never>
  ) {
    checkIsolated()
    waiters[id] = Waiter(
      continuation: continuation, deadline: deadline,
      first: first?.descriptor ?? -1, second: second?.descriptor ?? -1)
    earliestDeadline = min(earliestDeadline, deadline)
    for interest in [first, second] {
      guard let interest else { continue }
      armed[interest.descriptor] = id
      // One shot: a descriptor nobody waits for must not wake the loop.
      var event = epoll_event(
        events: interest.events.rawValue | EPOLLONESHOT.rawValue | EPOLLRDHUP.rawValue,
        data: epoll_data_t(fd: interest.descriptor))
      epoll_ctl(port.epoll, EPOLL_CTL_MOD, interest.descriptor, &event)
    }
  }

  /// Ends a wait. Returns false if it had ended before: whoever gets true is the only one who woke the waiter.
  @discardableResult
  func resume(_ id: UInt64, _ wake: Wake) -> Bool {
    checkIsolated()
    guard let waiter = waiters.removeValue(forKey: id) else { return false }
    for descriptor in [waiter.first, waiter.second] where descriptor >= 0 && armed[descriptor] == id {
      armed[descriptor] = nil
    }
    waiter.continuation.resume(returning: wake)
    return true
  }
}
