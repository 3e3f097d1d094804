import CLibSSH2
import Glibc

/// A connection as the way to another: a `direct-tcpip` channel whose bytes appear on a socket.
extension SSHConnection {
  /// Opens a way from this host to `target` and returns our end of it, a registered socket that the caller closes.
  ///
  /// The connection is taken for as long as that socket is open, so it carries one way at a time: that keeps libssh2's
  /// rule that a blocked call is repeated before any other is made.
  ///
  /// - Throws: `unreachable` if this host cannot reach the target or does not forward.
  func openTunnel(to target: SSHEndpoint, until deadline: MonotonicTime) async throws(SSHError) -> Int32 {
    try await acquire("the way to \(target.host)", until: deadline)
    let channel: OpaquePointer
    do {
      channel = try await completePointer(until: deadline) { session in
        libssh2_channel_direct_tcpip_ex(session, target.host, Int32(target.port), "127.0.0.1", 22)
      }
    } catch {
      let error = abandon(error, during: "forwarding to \(target.host)")
      release()
      guard error.kind == .channelRefused else { throw error }
      throw SSHError(
        .unreachable, host: target.host,
        "the jump host \(endpoint.host) cannot reach TCP port \(target.port), or does not forward",
        cause: error.cause)
    }
    var pair: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    guard socketpair(AF_UNIX, type, 0, &pair) == 0 else {
      let error = SSHError(.systemLimit, host: target.host, "no socket", cause: SystemCall.text(errno))
      giveUp(error)
      release()
      throw error
    }
    let inner = pair[1]
    loop.register(pair[0])
    loop.register(inner)
    // The pump holds the connection's turn and ends when either side does.
    Task { await self.pump(channel, inner) }
    return pair[0]
  }

  /// Moves bytes until an end closes. Its own task: nobody waits for it.
  private func pump(_ channel: OpaquePointer, _ inner: Int32) async {
    do {
      try await move(channel, inner)
      try await closeChannel(channel, until: .now + Self.closingTime)
    } catch {
      _ = abandon(error, during: "forwarding", always: true)
    }
    loop.unregister(inner)
    Glibc.close(inner)
    release()
  }

  private func move(_ channel: OpaquePointer, _ inner: Int32) async throws(Interruption) {
    var outgoing: [UInt8] = []
    var written = 0
    var incoming: [UInt8] = []
    var isOver = false
    while true {
      var hasMoved = false
      if written == outgoing.count, !isOver {
        written = 0
        outgoing.removeAll(keepingCapacity: true)
        let count = SystemCall.receive(inner, UnsafeMutableRawBufferPointer(rebasing: loop.scratch[..<(32 * 1024)]))
        if count > 0 { outgoing.append(contentsOf: loop.scratch[..<count]) }
        isOver = count == 0 || (count < 0 && errno != EAGAIN)
      }
      if isOver, written == outgoing.count { return }
      if written < outgoing.count {
        let count = try await writeChannel(channel, outgoing, from: written, until: .distantFuture)
        written += count
        hasMoved = count > 0
      }
      if incoming.isEmpty, let bytes = try await readChannel(channel, stream: 0, until: .distantFuture) {
        if bytes.isEmpty, libssh2_channel_eof(channel) == 1 { return }
        incoming.append(contentsOf: bytes)
      }
      if !incoming.isEmpty {
        let count = incoming.withUnsafeBytes { SystemCall.send(inner, $0) }
        if count < 0, errno != EAGAIN { return }
        if count > 0 {
          incoming.removeFirst(count)
          hasMoved = true
        }
      }
      if hasMoved { continue }
      var events: SSHLoop.Readiness = []
      if written == outgoing.count { events.insert(.input) }
      if !incoming.isEmpty { events.insert(.output) }
      try await waitForTransport(
        until: .distantFuture,
        also: events.isEmpty ? nil : SSHLoop.Interest(descriptor: inner, events: events))
    }
  }
}
