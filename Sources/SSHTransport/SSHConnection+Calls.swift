import CLibSSH2

/// Why a sequence of libssh2 calls ended without its result.
enum Interruption: Error {
  case timedOut
  case cancelled
  /// No byte for so many seconds, though keepalives asked for one.
  case silent(Int64)
  /// The session is gone.
  case closed
  case failed(code: Int, cause: String)
}

/// How non-blocking calls are made. The rules of libssh2 that these functions keep: a call that would block is repeated
/// with the same arguments; if it has output left to send, nothing else is done with the session before; the direction
/// to wait for is asked right after the call.
extension SSHConnection {
  /// Lost after this many keepalive intervals without a byte.
  private static let keepalivesUntilLost: Int64 = 3

  /// Repeats `call` until it no longer would block. Returns its result, which is not negative.
  func complete(
    until deadline: MonotonicTime, _ call: (OpaquePointer) -> Int
  ) async throws(Interruption) -> Int {
    while true {
      if let result = try await attempt(until: deadline, call) { return result }
      try await waitForTransport(until: deadline)
    }
  }

  /// As `complete`, for calls that return a pointer and tell by the session's last error why they returned none.
  func completePointer(
    until deadline: MonotonicTime, _ call: (OpaquePointer) -> OpaquePointer?
  ) async throws(Interruption) -> OpaquePointer {
    var pointer: OpaquePointer?
    _ = try await complete(until: deadline) { session in
      pointer = call(session)
      if pointer != nil { return 0 }
      let code = Int(libssh2_session_last_errno(session))
      return code < 0 ? code : Int(LIBSSH2_ERROR_PROTO)
    }
    guard let pointer else { throw .closed }
    return pointer
  }

  /// Makes `call` once, and again for as long as it has output to send. Returns nil if it waits for input.
  func attempt(
    until deadline: MonotonicTime, _ call: (OpaquePointer) -> Int
  ) async throws(Interruption) -> Int? {
    while true {
      guard let session, failure == nil else { throw .closed }
      let result = call(session)
      if result >= 0 { return result }
      guard result == LibSSH2.wouldBlock else {
        throw .failed(code: result, cause: LibSSH2.cause(result, session))
      }
      guard libssh2_session_block_directions(session) & LIBSSH2_SESSION_BLOCK_OUTBOUND != 0 else { return nil }
      try await waitForTransport(until: deadline)
    }
  }

  /// Waits until the socket can do what the last call would block for, sending keepalives to a silent server.
  func waitForTransport(until deadline: MonotonicTime, also other: SSHLoop.Interest? = nil) async throws(Interruption) {
    guard let session else { throw .closed }
    let directions = libssh2_session_block_directions(session)
    let hasOutput = directions & LIBSSH2_SESSION_BLOCK_OUTBOUND != 0
    var events: SSHLoop.Readiness = []
    if hasOutput { events.insert(.output) }
    if directions & LIBSSH2_SESSION_BLOCK_INBOUND != 0 || events.isEmpty { events.insert(.input) }
    while true {
      let wake = await loop.wait(
        SSHLoop.Interest(descriptor: descriptor, events: events), other, until: min(deadline, nextKeepalive))
      guard self.session != nil, failure == nil else { throw .closed }
      switch wake {
      case .ready(let readiness):
        if readiness.contains(.input) { noteInput() }
        return
      case .cancelled: throw .cancelled
      case .timedOut:
        if MonotonicTime.now >= deadline { throw .timedOut }
        try sendKeepalive(hasOutput: hasOutput)
      }
    }
  }

  func noteInput() {
    lastInput = .now
    if nextKeepalive != .distantFuture { nextKeepalive = lastInput + configuration.patience }
  }

  /// Asks a silent server for a sign of life, unless output is already stuck: then the sending is the question.
  private func sendKeepalive(hasOutput: Bool) throws(Interruption) {
    let now = MonotonicTime.now
    let silence = now.nanoseconds - lastInput.nanoseconds
    let interval = (MonotonicTime(nanoseconds: 0) + configuration.patience).nanoseconds
    if silence >= interval * Self.keepalivesUntilLost { throw .silent(silence / 1_000_000_000) }
    nextKeepalive = now + configuration.patience
    guard let session, !hasOutput else { return }
    let code = Int(libssh2_keepalive_send(session, nil))
    if code < 0 { throw .failed(code: code, cause: LibSSH2.cause(code, session)) }
  }
}
