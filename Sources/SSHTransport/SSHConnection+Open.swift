import CLibSSH2
import Glibc

extension SSHConnection {
  /// Connects, checks the host key against `record`, logs in with the first of `keys` that the server takes.
  ///
  /// On an error everything is torn down. Called once, by `SSHClient`.
  func open(_ record: HostKeyRecord, keys: [AuthenticationKey], through jump: SSHConnection?) async throws(SSHError)
    -> PublicKey
  {
    self.jump = jump
    try await acquire("the connection", until: .distantFuture)
    defer { release() }
    do {
      try await openTransport(record)
      try checkHostKey(record)
      let key = try await authenticate(with: keys)
      if let session { libssh2_keepalive_config(session, 1, 2) }
      nextKeepalive = .now + configuration.patience
      return key
    } catch {
      if failure == nil { failure = lost("the connection could not be opened", cause: error.description) }
      tearDown()
      throw error
    }
  }

  private func dial(until deadline: MonotonicTime) async throws(SSHError) -> Int32 {
    if let jump { return try await jump.openTunnel(to: endpoint, until: deadline) }
    return try await Dialer(loop: loop, calls: calls).connect(to: endpoint, until: deadline)
  }

  // MARK: Banner and key exchange

  private func openTransport(_ record: HostKeyRecord) async throws(SSHError) {
    let host = endpoint.host
    guard LibSSH2.initialized == 0 else {
      throw SSHError(.systemLimit, host: host, "libssh2 does not start", cause: "libssh2 \(LibSSH2.initialized)")
    }
    var deadline = MonotonicTime.now + configuration.connectTimeout
    descriptor = try await dial(until: deadline)
    guard let session = libssh2_session_init_ex(nil, nil, nil, nil) else {
      throw SSHError(.systemLimit, host: host, "no memory for an SSH session")
    }
    self.session = session
    libssh2_session_set_blocking(session, 0)
    guard !AlgorithmPolicy.apply(to: session, keyTypesOnFile: record.acceptableTypes).isEmpty else {
      throw try await diagnose(record, instead: Interruption.closed)
    }
    do {
      let descriptor = descriptor
      var hasBanner = false
      while true {
        let result = try await attempt(until: deadline) { Int(libssh2_session_handshake($0, descriptor)) }
        if result != nil { return }
        if !hasBanner, isSSHServer {
          // The host is there; now the key exchange has its own time.
          hasBanner = true
          deadline = .now + configuration.connectTimeout
        }
        try await waitForTransport(until: deadline)
      }
    } catch {
      throw await handshakeError(error, record)
    }
  }

  /// Whether the first line of the server has come and is SSH's.
  private var isSSHServer: Bool {
    guard let session, let banner = libssh2_session_banner_get(session) else { return false }
    return strncmp(banner, "SSH-", 4) == 0
  }

  private func handshakeError(_ interruption: Interruption, _ record: HostKeyRecord) async -> SSHError {
    let hasBanner = isSSHServer
    let host = endpoint.host
    switch interruption {
    case .timedOut where !hasBanner:
      return SSHError(.unreachable, host: host, "TCP port \(endpoint.port) answers, but no SSH banner came in time")
    case .failed(_, let cause) where !hasBanner:
      return SSHError(
        .unreachable, host: host,
        "TCP port \(endpoint.port) answers, but there is no SSH server, or it turned us away (MaxStartups)",
        cause: cause
      )
    case .failed(let code, _) where code != LIBSSH2_ERROR_HOSTKEY_SIGN && code != LIBSSH2_ERROR_HOSTKEY_INIT:
      do {
        return try await diagnose(record, instead: interruption)
      } catch {
        return self.error(interruption, during: "the key exchange")
      }
    case .timedOut, .cancelled, .silent, .closed, .failed:
      return error(interruption, during: "the key exchange")
    }
  }

  /// Reads the server's offer over a fresh connection to say why no agreement was found.
  private func diagnose(_ record: HostKeyRecord, instead interruption: Interruption) async throws(SSHError) -> SSHError
  {
    tearDown()
    let deadline = MonotonicTime.now + configuration.connectTimeout
    let descriptor = try await dial(until: deadline)
    defer {
      loop.unregister(descriptor)
      Glibc.close(descriptor)
    }
    // The server makes its offer once it has seen a client's banner. It fits any send buffer.
    _ = Array("SSH-2.0-sevfleet_probe\r\n".utf8).withUnsafeBytes { SystemCall.send(descriptor, $0) }
    var bytes: [UInt8] = []
    while bytes.count < KeyExchangeOffer.sizeLimit {
      switch KeyExchangeOffer.read(bytes) {
      case .offer(let offer, let banner):
        return AlgorithmDiagnosis.error(
          offer, host: endpoint.host, banner: banner, typesOnFile: record.acceptableTypes)
          ?? error(interruption, during: "the key exchange")
      case .broken(let why):
        return SSHError(.protocolError, host: endpoint.host, "the server does not speak SSH", cause: why)
      case .incomplete: break
      }
      let count = SystemCall.receive(descriptor, loop.scratch)
      if count > 0 {
        bytes.append(contentsOf: loop.scratch[..<count])
      } else if count < 0, errno == EAGAIN,
        case .ready = await loop.wait(SSHLoop.Interest(descriptor: descriptor, events: .input), until: deadline)
      {
        continue
      } else {
        break
      }
    }
    return error(interruption, during: "the key exchange")
  }

  private func checkHostKey(_ record: HostKeyRecord) throws(SSHError) {
    var length = 0
    var type: Int32 = 0
    guard let session, let pointer = libssh2_session_hostkey(session, &length, &type), length > 0,
      let key = PublicKey(blob: Array(UnsafeRawBufferPointer(start: pointer, count: length)))
    else {
      throw SSHError(.protocolError, host: endpoint.host, "the server showed no host key")
    }
    if let objection = record.objection(to: key) { throw objection }
  }
}
