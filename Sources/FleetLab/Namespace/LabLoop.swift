import Foundation
import Glibc
import Synchronization

/// The one thread that owns every listener, short request and child process of a lab.
final class LabLoop: Sendable {
  typealias Accept = @Sendable (Int32) -> Void
  typealias Message = @Sendable (Int32, [UInt8]) -> Void
  typealias Exit = @Sendable (Int32) -> Void

  /// A request is a command line: longer ones are not answered.
  private static let maximumMessage = 1 << 20
  /// Ended children are noticed at least this often.
  private static let sweepMilliseconds: Int32 = 100

  private struct Incoming {
    var bytes: [UInt8]
    var done: Message
  }

  private struct State {
    var listeners: [Int32: Accept] = [:]
    var incoming: [Int32: Incoming] = [:]
    var children: [pid_t: Exit] = [:]
    var closing: [(Int32, CheckedContinuation<Void, Never>)] = []
    var ticks: [@Sendable () -> Void] = []
    var nextTick = ContinuousClock.now
    var stopped = false
    /// Whether the thread has ended and its pipe is closed.
    var ended = false
  }

  private let state = Mutex(State())
  private let wakeRead: Int32
  private let wakeWrite: Int32

  init() throws(LabError) {
    (wakeRead, wakeWrite) = try Descriptor.pipe()
    Descriptor.setNonBlocking(wakeRead)
    Descriptor.setNonBlocking(wakeWrite)
  }

  /// Starts the thread; it ends after `stop()`.
  func start() {
    Thread.detachNewThread { [self] in
      while turn() {}
      state.withLock { state in
        state.ended = true
        Descriptor.close(wakeRead, wakeWrite)
      }
    }
  }

  /// Ends the thread and closes every listener that is still open.
  func stop() {
    state.withLock { $0.stopped = true }
    wake()
  }

  /// Waits until all children have ended; gives up after a while, since the system reaps what is left anyway.
  func drain() async {
    // Hundreds of hosts on a loaded machine need some seconds.
    for _ in 0..<400 {
      if state.withLock({ $0.children.isEmpty }) { return }
      try? await Task.sleep(for: .milliseconds(25))
    }
  }

  /// Calls `accept` with each new connection, on the loop's thread.
  func listen(_ descriptor: Int32, accept: @escaping Accept) {
    Descriptor.setNonBlocking(descriptor)
    state.withLock { $0.listeners[descriptor] = accept }
    wake()
  }

  /// Closes a listener; when this returns nobody is accepted there any more.
  func close(listener descriptor: Int32) async {
    shutdown(descriptor, Int32(SHUT_RDWR))
    await withCheckedContinuation { continuation in
      let stopped = state.withLock { state in
        state.listeners[descriptor] = nil
        if !state.stopped { state.closing.append((descriptor, continuation)) }
        return state.stopped
      }
      guard stopped else { return wake() }
      Descriptor.close(descriptor)
      continuation.resume()
    }
  }

  /// Reads one request up to its end; `done` answers on the same descriptor and closes it.
  func receive(_ descriptor: Int32, done: @escaping Message) {
    Descriptor.setNonBlocking(descriptor)
    state.withLock { $0.incoming[descriptor] = Incoming(bytes: [], done: done) }
    wake()
  }

  /// Reaps the child and reports its exit code.
  func watch(child: pid_t, exit: @escaping Exit) {
    state.withLock { $0.children[child] = exit }
  }

  /// Runs `work` while the child's number is certainly its own; not at all once the child has been reaped.
  func whileAlive(_ child: pid_t, _ work: () -> Void) {
    state.withLock { state in
      if state.children[child] != nil, kill(child, 0) == 0 { work() }
    }
  }

  /// Calls `tick` about once a second.
  func everySecond(_ tick: @escaping @Sendable () -> Void) { state.withLock { $0.ticks.append(tick) } }

  /// The lock keeps the thread from closing the pipe meanwhile: its number could be a stranger's by then.
  private func wake() {
    state.withLock { state in
      guard !state.ended else { return }
      var byte: UInt8 = 1
      _ = write(wakeWrite, &byte, 1)
    }
  }

  private func turn() -> Bool {
    let (descriptors, stopped) = state.withLock { state in
      (Array(state.listeners.keys) + Array(state.incoming.keys), state.stopped)
    }
    if stopped {
      finishClosing()
      for descriptor in descriptors { Descriptor.close(descriptor) }
      return false
    }
    var watched = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    watched.append(pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0))
    _ = poll(&watched, nfds_t(watched.count), Self.sweepMilliseconds)
    var drained: [UInt8] = []
    if watched.last?.revents != 0 { _ = Descriptor.readMore(wakeRead, into: &drained) }
    for entry in watched.dropLast() where entry.revents != 0 { serve(entry.fd) }
    finishClosing()
    sweep()
    return true
  }

  private func serve(_ descriptor: Int32) {
    let accept = state.withLock { $0.listeners[descriptor] }
    if let accept {
      let connection = Glibc.accept(descriptor, nil, nil)
      guard connection >= 0 else { return }
      Descriptor.closeInChildren(connection)
      accept(connection)
      return
    }
    guard var incoming = state.withLock({ $0.incoming.removeValue(forKey: descriptor) }) else { return }
    let more = Descriptor.readMore(descriptor, into: &incoming.bytes)
    if more, incoming.bytes.count <= Self.maximumMessage {
      state.withLock { $0.incoming[descriptor] = incoming }
    } else if more {
      Descriptor.close(descriptor)
    } else {
      incoming.done(descriptor, incoming.bytes)
    }
  }

  private func finishClosing() {
    let closing = state.withLock { state in
      defer { state.closing = [] }
      return state.closing
    }
    for (descriptor, continuation) in closing {
      Descriptor.close(descriptor)
      continuation.resume()
    }
  }

  private func sweep() {
    let (children, ticks): ([pid_t], [@Sendable () -> Void]) = state.withLock { state in
      let now = ContinuousClock.now
      guard now >= state.nextTick else { return (Array(state.children.keys), []) }
      state.nextTick = now + .seconds(1)
      return (Array(state.children.keys), state.ticks)
    }
    for child in children { reapIfEnded(child)?() }
    for tick in ticks { tick() }
  }

  /// Reaps the child if it has ended; the answer reports it.
  private func reapIfEnded(_ child: pid_t) -> (() -> Void)? {
    state.withLock { state in
      var status: Int32 = 0
      let ended = waitpid(child, &status, WNOHANG)
      guard ended == child || (ended < 0 && errno == ECHILD) else { return nil }
      let code = ended == child ? Child.exitCode(status) : -1
      guard let exit = state.children.removeValue(forKey: child) else { return nil }
      return { exit(code) }
    }
  }
}
