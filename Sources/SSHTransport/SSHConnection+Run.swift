import CLibSSH2
import Glibc

extension SSHConnection {
  /// Runs a POSIX shell script on the host and waits for its end.
  ///
  /// The script is text for `/bin/sh`; put arguments in with `ShellQuoting`. It is visible in the host's process list:
  /// secrets go through `input`. Exit status and completeness are proved by a marker that the host writes after the
  /// script; children the script leaves behind are not waited for, and must not keep writing to its output.
  ///
  /// A deadline or a cancellation ends the waiting, not the script: the host goes on with it until it writes to its
  /// closed output. The connection may then have to be given up (`isUsable`).
  ///
  /// - Parameters:
  ///   - input: what the script reads from its standard input, followed by end of file.
  ///   - deadline: for everything, including the wait for earlier operations of this connection.
  ///   - outputLimit: bytes that stdout and stderr together may have.
  /// - Throws: `timedOut`, `cancelled`, `outputTooLarge`, `connectionLost` (also if the marker is missing),
  ///   `shellRefused`, `notReady`, `channelRefused`, `invalidRequest`, `protocolError`.
  package func run(
    _ script: String, input: [UInt8] = [], deadline: Duration, outputLimit: Int
  ) async throws(SSHError) -> SSHResult {
    let host = endpoint.host
    guard ShellQuoting.isRepresentable(script) else {
      throw SSHError(.invalidRequest, host: host, "a script cannot hold NUL")
    }
    let wrapped = WrappedScript(script)
    guard wrapped.command.utf8.count <= WrappedScript.sizeLimit else {
      throw SSHError(
        .invalidRequest, host: host, "the script is too long for one command",
        expected: "at most \(WrappedScript.sizeLimit) bytes", found: "\(wrapped.command.utf8.count)")
    }
    let limit = MonotonicTime.now + deadline
    try await acquire("the command", until: limit)
    defer { release() }
    return try await execute(wrapped, input: input, until: limit, outputLimit: outputLimit)
  }

  /// How the exchange with a command ended.
  private enum Ending {
    case marked(Int32)
    case endOfFile
    case tooLarge
  }

  private func execute(
    _ script: WrappedScript, input: [UInt8], until deadline: MonotonicTime, outputLimit: Int
  ) async throws(SSHError) -> SSHResult {
    let channel: OpaquePointer
    do {
      channel = try await openChannel("exec", script.command, until: deadline)
    } catch {
      throw abandon(error, during: "starting a command")
    }
    var stdout = MarkedStream(token: script.token)
    var stderr = MarkedStream(token: script.token)
    let ending: Ending
    do {
      ending = try await exchange(channel, input, &stdout, &stderr, until: deadline, limit: outputLimit)
    } catch {
      throw await leave(channel, error, during: "the command")
    }
    var exit = ChannelExit()
    do {
      // The result may be in hand already: a slow goodbye must not take it away, nor go past a short patience.
      let patience = MonotonicTime.now + Self.closingTime
      let until = if case .endOfFile = ending { deadline } else { patience }
      try await closeChannel(channel, until: until) { exit = ChannelExit($0) }
    } catch {
      let error = abandon(error, during: "closing the channel of a command", always: true)
      if case .endOfFile = ending { throw error }
    }
    switch ending {
    case .marked(let status) where stdout.payloadCount + stderr.payloadCount <= outputLimit:
      return SSHResult(exitStatus: status, stdout: stdout.payload, stderr: stderr.payload)
    case .marked, .tooLarge:
      throw SSHError(
        .outputTooLarge, host: endpoint.host, "the command wrote more than was allowed",
        expected: "at most \(outputLimit) bytes")
    case .endOfFile:
      return try unmarked(stdout, stderr, exit)
    }
  }

  /// Feeds input and drains both outputs until the end is proved.
  private func exchange(
    _ channel: OpaquePointer, _ input: [UInt8], _ stdout: inout MarkedStream, _ stderr: inout MarkedStream,
    until deadline: MonotonicTime, limit: Int
  ) async throws(Interruption) -> Ending {
    var sent = 0
    var hasSentEnd = false
    while true {
      var hasMoved = false
      if sent < input.count {
        let count = try await writeChannel(channel, input, from: sent, until: deadline)
        sent += count
        hasMoved = count > 0
      } else if !hasSentEnd {
        // nil: it waits for nothing the server must send; the end is on its way.
        hasSentEnd = try await attempt(until: deadline) { _ in Int(libssh2_channel_send_eof(channel)) } != nil
      }
      if let bytes = try await readChannel(channel, stream: 0, until: deadline), !bytes.isEmpty {
        stdout.append(bytes)
        hasMoved = true
      }
      if let bytes = try await readChannel(channel, stream: 1, until: deadline), !bytes.isEmpty {
        stderr.append(bytes)
        hasMoved = true
      }
      if let status = stdout.exitStatus, stderr.exitStatus != nil { return .marked(status) }
      // Two markers may be in the buffers beyond the payload.
      if stdout.payloadCount + stderr.payloadCount > limit + 128 { return .tooLarge }
      if hasMoved {
        if MonotonicTime.now >= deadline { throw .timedOut }
        continue
      }
      if libssh2_channel_eof(channel) == 1 || ChannelExit(channel).signal != nil { return .endOfFile }
      try await waitForTransport(until: deadline)
    }
  }

  /// The output ended without the marker: either the login shell was killed or never started our script, or the
  /// connection is not what it seems. Status 0 proves nothing here.
  private func unmarked(
    _ stdout: MarkedStream, _ stderr: MarkedStream, _ exit: ChannelExit
  ) throws(SSHError) -> SSHResult {
    if let signal = exit.signal {
      return SSHResult(exitStatus: -1, signal: signal, stdout: stdout.payload, stderr: stderr.payload)
    }
    let said = [stderr.noise, stdout.noise].map(Self.firstLine).first { !$0.isEmpty }
    if !stdout.hasBegun, exit.status != 0 {
      // sshd shows /run/nologin and exits with 254 when no PAM module did it before.
      let isClosed = exit.status == 254
      throw SSHError(
        isClosed ? .notReady : .shellRefused, host: endpoint.host,
        isClosed ? "the host takes no logins now" : "the login shell ended before it ran the command",
        found: "exit status \(exit.status)", cause: said)
    }
    throw lost(
      "the output of the command ended without its end marker",
      cause: said ?? "the server reported exit status \(exit.status)")
  }

  /// What saying goodbye may cost on top of a deadline: a round trip. It can spare the next operation a connection;
  /// sshd does not answer it while a silent command goes on.
  private static let partingTime = Duration.milliseconds(500)

  /// After an interruption in the middle of a command: closes its channel if the session allows it, or gives up.
  func leave(
    _ channel: OpaquePointer, _ interruption: Interruption, during operation: String
  ) async -> SSHError {
    switch interruption {
    case .timedOut, .cancelled:
      let error = error(interruption, during: operation)
      guard let session, libssh2_session_block_directions(session) & LIBSSH2_SESSION_BLOCK_OUTBOUND == 0 else {
        giveUp(error)
        return error
      }
      // A cancelled task cannot wait any more; the goodbye is said in a task of its own.
      let goodbye = Task { () -> Bool in
        (try? await closeChannel(channel, until: .now + Self.partingTime)) != nil
      }
      if await !goodbye.value { giveUp(error) }
      return error
    case .silent, .closed, .failed:
      return abandon(interruption, during: operation)
    }
  }

  /// Translates an interruption, and gives the connection up unless only a request was refused.
  func abandon(_ interruption: Interruption, during operation: String, always: Bool = false) -> SSHError {
    let error = error(interruption, during: operation)
    if always || error.kind != .channelRefused { giveUp(error) }
    return error
  }

  private static func firstLine(_ bytes: [UInt8]) -> String {
    let line = bytes.split(separator: UInt8(ascii: "\n")).first ?? []
    let text = String(decoding: line.prefix(200), as: UTF8.self)
    return String(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : Character($0) })
  }
}

/// What the server said about the end of a command.
struct ChannelExit {
  /// Without `SIG`.
  var signal: String?
  /// 0 also if the server said nothing.
  var status: Int32 = 0

  init() {}

  /// The signal is asked for first: with one, the status reads 0.
  init(_ channel: OpaquePointer) {
    var name: UnsafeMutablePointer<CChar>?
    var length = 0
    libssh2_channel_get_exit_signal(channel, &name, &length, nil, nil, nil, nil)
    if let name {
      signal = String(decoding: UnsafeRawBufferPointer(start: name, count: length), as: UTF8.self)
      // libssh2's default allocator is malloc, and no other is ever set.
      free(name)
    }
    status = libssh2_channel_get_exit_status(channel)
  }
}
