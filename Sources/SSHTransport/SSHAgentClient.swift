import Glibc

/// The part of the ssh-agent protocol that we need (draft-miller-ssh-agent): list and sign.
///
/// libssh2's own client blocks for ever on a silent agent and spins on a closed one; this one waits on the loop, with a
/// deadline over the whole exchange.
struct SSHAgentClient {
  /// An agent on the same machine answers in milliseconds; one that asks a person to confirm is not for fleets.
  static let deadline = Duration.seconds(2)
  /// OpenSSH's own limit for one message.
  private static let longestMessage: UInt32 = 256 * 1024

  private enum Message: UInt8 {
    case failure = 5
    case requestIdentities = 11
    case identitiesAnswer = 12
    case signRequest = 13
    case signResponse = 14
  }

  struct Identity: Sendable {
    var key: PublicKey
    var comment: String
  }

  var socketPath: String
  var loop: SSHLoop
  /// The host on whose behalf the agent is asked, for error messages.
  var host: String

  /// The agent's keys, in its order. Keys it lists in a form we cannot read are left out.
  ///
  /// - Throws: `agentUnavailable`, `cancelled`.
  func identities(isolation: isolated (any Actor)? = #isolation) async throws(SSHError) -> [Identity] {
    let answer = try await request([Message.requestIdentities.rawValue])
    var reader = SSHWireReader(answer)
    guard reader.byte() == Message.identitiesAnswer.rawValue, let count = reader.uint32() else {
      throw unavailable("does not list its keys", answer)
    }
    var identities: [Identity] = []
    for _ in 0..<min(count, 4096) {
      guard let blob = reader.string(), let comment = reader.text() else {
        throw unavailable("breaks off its list of keys", answer)
      }
      if let key = PublicKey(blob: Array(blob)) { identities.append(Identity(key: key, comment: comment)) }
    }
    return identities
  }

  /// The signature of `data`, without the name of its algorithm.
  ///
  /// - Throws: `agentUnavailable`, `cancelled`.
  func sign(
    _ data: [UInt8], with key: AuthenticationKey, isolation: isolated (any Actor)? = #isolation
  ) async throws(SSHError) -> [UInt8] {
    var writer = SSHWireWriter()
    writer.byte(Message.signRequest.rawValue)
    writer.string(key.publicKey.blob)
    writer.string(data)
    writer.uint32(key.agentFlags)
    let answer = try await request(writer.bytes)
    var reader = SSHWireReader(answer)
    guard reader.byte() == Message.signResponse.rawValue, let signature = reader.string() else {
      throw unavailable("refuses to sign with \(key.publicKey.summary)", answer)
    }
    var parts = SSHWireReader(signature)
    guard let name = parts.text(), let value = parts.string() else {
      throw unavailable("gives a broken signature", answer)
    }
    if key.publicKey.type == "ssh-rsa", name != "rsa-sha2-512" {
      throw SSHError(
        .agentUnavailable, host: host, "the ssh-agent at \(socketPath) is too old to sign RSA with SHA-2",
        expected: "rsa-sha2-512", found: name)
    }
    return Array(value)
  }

  // MARK: One exchange

  private func request(
    _ message: [UInt8], isolation: isolated (any Actor)? = #isolation
  ) async throws(SSHError) -> [UInt8] {
    let deadline = MonotonicTime.now + Self.deadline
    let descriptor = try await open(until: deadline)
    loop.register(descriptor)
    defer {
      loop.unregister(descriptor)
      close(descriptor)
    }
    var writer = SSHWireWriter()
    writer.string(message)
    var sent = 0
    while sent < writer.bytes.count {
      let count = writer.bytes[sent...].withUnsafeBytes { SystemCall.send(descriptor, $0) }
      if count > 0 { sent += count } else { try await wait(descriptor, .output, count, until: deadline) }
    }
    var header: [UInt8] = []
    try await receive(4, from: descriptor, into: &header, until: deadline)
    var reader = SSHWireReader(header)
    guard let length = reader.uint32(), (1...Self.longestMessage).contains(length) else {
      throw unavailable("breaks the agent protocol", [])
    }
    var answer: [UInt8] = []
    try await receive(Int(length), from: descriptor, into: &answer, until: deadline)
    return answer
  }

  private func open(
    until deadline: MonotonicTime, isolation: isolated (any Actor)? = #isolation
  ) async throws(SSHError) -> Int32 {
    let descriptor = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw unavailable("cannot be reached", errno: errno) }
    guard var address = UnixAddress(path: socketPath) else {
      close(descriptor)
      throw SSHError(.agentUnavailable, host: host, "the path of the agent's socket, \(socketPath), is too long")
    }
    while true {
      if address.connect(descriptor) == 0 { return descriptor }
      let code = errno
      // A full backlog is EAGAIN on a Unix socket, and cannot be awaited: look again soon.
      var isOver = code != EAGAIN && code != EINTR
      var wake = SSHLoop.Wake.timedOut
      if !isOver {
        wake = await loop.wait(until: min(deadline, .now + .milliseconds(20)))
        isOver = MonotonicTime.now >= deadline
      }
      if case .cancelled = wake {
        close(descriptor)
        throw cancelled
      }
      if isOver {
        close(descriptor)
        throw unavailable("cannot be reached", errno: code)
      }
    }
  }

  private func receive(
    _ count: Int, from descriptor: Int32, into bytes: inout [UInt8], until deadline: MonotonicTime,
    isolation: isolated (any Actor)? = #isolation
  ) async throws(SSHError) {
    while bytes.count < count {
      let wanted = min(count - bytes.count, loop.scratch.count)
      let buffer = UnsafeMutableRawBufferPointer(rebasing: loop.scratch[..<wanted])
      let received = SystemCall.receive(descriptor, buffer)
      if received > 0 {
        bytes.append(contentsOf: buffer[..<received])
      } else if received == 0 {
        throw unavailable("closes the connection without an answer", [])
      } else {
        try await wait(descriptor, .input, received, until: deadline)
      }
    }
  }

  /// Waits after a call that returned `result`; an error other than "would block" ends the exchange.
  private func wait(
    _ descriptor: Int32, _ events: SSHLoop.Readiness, _ result: Int, until deadline: MonotonicTime,
    isolation: isolated (any Actor)? = #isolation
  ) async throws(SSHError) {
    if result < 0, errno != EAGAIN { throw unavailable("breaks the connection", errno: errno) }
    switch await loop.wait(SSHLoop.Interest(descriptor: descriptor, events: events), until: deadline) {
    case .ready: return
    case .timedOut:
      throw SSHError(
        .agentUnavailable, host: host,
        "the ssh-agent at \(socketPath) does not answer within \(Self.deadline.components.seconds) s")
    case .cancelled: throw cancelled
    }
  }

  private var cancelled: SSHError { SSHError(.cancelled, host: host, "cancelled while asking the ssh-agent") }

  private func unavailable(_ what: String, _ answer: [UInt8]) -> SSHError {
    SSHError(
      .agentUnavailable, host: host, "the ssh-agent at \(socketPath) \(what)",
      found: answer.first.map { "message \($0)" })
  }

  private func unavailable(_ what: String, errno code: Int32) -> SSHError {
    SSHError(
      .agentUnavailable, host: host, "the ssh-agent at \(socketPath) \(what)", cause: SystemCall.text(code))
  }
}
