import CLibSSH2
import Glibc

/// One authenticated connection to one server.
///
/// An actor on the SSH loop. It owns libssh2's pointers; every call into libssh2 happens here. Operations are taken one
/// at a time, in the order they were asked for: libssh2 wants a call that would block to be repeated before anything
/// else is done with the session, and an actor alone lets other methods in at each `await`.
///
/// An operation that ends early (deadline, cancellation) where libssh2 cannot step back gives the connection up: what
/// follows fails with `connectionLost`, and a new connection is needed.
package actor SSHConnection {
  package nonisolated let endpoint: SSHEndpoint
  nonisolated let loop: SSHLoop
  nonisolated let calls: BlockingCalls
  nonisolated package var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  let configuration: SSHConfiguration
  /// The connection to the jump host that this one runs through.
  var jump: SSHConnection?
  var session: OpaquePointer?
  var descriptor: Int32 = -1
  /// Why nothing works any more.
  var failure: SSHError?

  // One operation at a time.
  private var isBusy = false
  private var queue: [UInt64] = []

  // Signs of life.
  var lastInput = MonotonicTime.now
  var nextKeepalive = MonotonicTime.distantFuture

  init(configuration: SSHConfiguration, loop: SSHLoop, calls: BlockingCalls) {
    self.endpoint = configuration.endpoint
    self.configuration = configuration
    self.loop = loop
    self.calls = calls
  }

  isolated deinit {
    tearDown()
  }

  /// Whether the connection still takes operations, as far as is known without asking the server.
  package var isUsable: Bool { failure == nil && session != nil }

  /// Ends the connection. Operations under way and queued fail with `connectionLost`. Repeatable.
  package func close() async {
    // In a task of its own: a cancelled caller closes as well as any other.
    await Task { await self.closeNow() }.value
  }

  private func closeNow() async {
    if failure == nil { failure = lost("the connection was closed on our side") }
    if isBusy {
      shutdown(descriptor, Int32(SHUT_RDWR))
    } else if let session {
      // A courtesy without waiting: the server logs a disconnect instead of a reset.
      _ = libssh2_session_disconnect_ex(session, SSH_DISCONNECT_BY_APPLICATION, "", "")
    }
    // The operation under way sees the closed socket and leaves, then the queued ones, who find `failure`.
    if (try? await acquire("close", until: .distantFuture)) != nil {
      tearDown()
      release()
    }
    let through = jump
    jump = nil
    await through?.close()
  }

  /// Frees everything. The socket goes first, so that no part of libssh2 waits for the peer.
  func tearDown() {
    if descriptor >= 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
    if let session {
      // On a socket that is shut down this needs one or two rounds; the bound is against a libssh2 that never ends.
      var rounds = 0
      while libssh2_session_free(session) == LIBSSH2_ERROR_EAGAIN, rounds < 100 { rounds += 1 }
    }
    session = nil
    if descriptor >= 0 {
      loop.unregister(descriptor)
      Glibc.close(descriptor)
    }
    descriptor = -1
  }

  /// Marks the connection as unusable: the session is in the middle of something it cannot leave.
  func giveUp(_ reason: SSHError) {
    if failure == nil {
      failure = lost("the connection was given up, since an earlier operation failed", cause: reason.description)
    }
    if descriptor >= 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
  }

  // MARK: One operation at a time

  /// Waits for its turn. Whoever returns from here must call `release`.
  func acquire(_ operation: String, until deadline: MonotonicTime) async throws(SSHError) {
    if !isBusy {
      isBusy = true
      expectLife()
      return
    }
    let turn = loop.newWaiter()
    queue.append(turn)
    switch await loop.wait(id: turn, until: deadline) {
    case .ready: expectLife()
    case .timedOut:
      queue.removeAll { $0 == turn }
      throw error(.timedOut, during: operation)
    case .cancelled:
      queue.removeAll { $0 == turn }
      throw error(.cancelled, during: operation)
    }
  }

  /// Hands the turn to the longest waiting operation that still waits.
  func release() {
    while !queue.isEmpty {
      if loop.resume(queue.removeFirst(), .ready([])) { return }
    }
    isBusy = false
  }

  /// Silence counts from the start of an operation: nobody listens between two.
  private func expectLife() {
    lastInput = .now
    if nextKeepalive != .distantFuture { nextKeepalive = lastInput + configuration.patience }
  }

  // MARK: Errors

  func lost(_ text: String, cause: String? = nil) -> SSHError {
    SSHError(.connectionLost, host: endpoint.host, text, cause: cause)
  }

  /// The error an interrupted operation ends with.
  func error(_ interruption: Interruption, during operation: String) -> SSHError {
    let host = endpoint.host
    switch interruption {
    case .timedOut: return SSHError(.timedOut, host: host, "\(operation) did not end before its deadline")
    case .cancelled: return SSHError(.cancelled, host: host, "\(operation) was cancelled")
    case .silent(let seconds):
      return lost("the host sent nothing for \(seconds) s, not even answers to keepalives, during \(operation)")
    case .closed: return failure ?? lost("the connection is closed")
    case .failed(let code, let cause):
      if let failure { return failure }
      if LibSSH2.meansLost(code) { return lost("the connection broke during \(operation)", cause: cause) }
      switch Int32(code) {
      case LIBSSH2_ERROR_CHANNEL_FAILURE, LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED:
        return SSHError(.channelRefused, host: host, "the server refused \(operation)", cause: cause)
      default: return SSHError(.protocolError, host: host, "\(operation) failed", cause: cause)
      }
    }
  }
}
