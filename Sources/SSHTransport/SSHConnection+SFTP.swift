import CLibSSH2

/// An SFTP conversation on one channel.
final class SFTPConversation {
  let channel: OpaquePointer
  fileprivate var incoming: [UInt8] = []
  fileprivate var lastRequest: UInt32 = 0
  fileprivate(set) var canSync = false

  init(channel: OpaquePointer) { self.channel = channel }
}

extension SSHConnection {
  /// Opens an SFTP conversation. Whoever gets it calls `endSFTP`.
  func beginSFTP(_ operation: String, until deadline: MonotonicTime) async throws(SFTPFailure) -> SFTPConversation {
    let conversation: SFTPConversation
    do {
      conversation = SFTPConversation(channel: try await openChannel("subsystem", "sftp", until: deadline))
    } catch {
      if case .failed(let code, _) = error, !LibSSH2.meansLost(code) { throw .notSFTP }
      _ = abandon(error, during: operation)
      throw .interrupted(error)
    }
    do {
      try await start(conversation, until: deadline)
    } catch {
      await endSFTP(conversation, operation, after: error)
      throw error
    }
    return conversation
  }

  /// Closes the channel of a conversation, in the way its last error demands.
  func endSFTP(_ conversation: SFTPConversation, _ operation: String, after failure: SFTPFailure? = nil) async {
    if case .interrupted(let interruption) = failure {
      _ = await leave(conversation.channel, interruption, during: operation)
      return
    }
    do {
      try await closeChannel(conversation.channel, until: .now + Self.closingTime)
    } catch {
      // What was asked for is done and confirmed, or refused; only the connection is spent.
      _ = abandon(error, during: "closing the channel of \(operation)", always: true)
    }
  }

  private func start(_ conversation: SFTPConversation, until deadline: MonotonicTime) async throws(SFTPFailure) {
    try await send(SFTPMessage.encode(.start, id: nil) { $0.uint32(3) }, conversation, until: deadline)
    let answer = try await receive(conversation, until: deadline)
    var reader = SSHWireReader(answer)
    guard reader.byte() == SFTPMessage.Kind.version.rawValue, reader.uint32() != nil else { throw .notSFTP }
    while let name = reader.text(), reader.string() != nil {
      if name == SFTPMessage.fsyncExtension { conversation.canSync = true }
    }
  }

  // MARK: Requests

  /// Sends a request without waiting for its answer; returns its number.
  func request(
    _ kind: SFTPMessage.Kind, _ conversation: SFTPConversation, until deadline: MonotonicTime,
    _ body: (inout SSHWireWriter) -> Void
  ) async throws(SFTPFailure) -> UInt32 {
    conversation.lastRequest &+= 1
    let id = conversation.lastRequest
    try await send(SFTPMessage.encode(kind, id: id, body), conversation, until: deadline)
    return id
  }

  /// The answer to request `id`: a handle or data; nil for the status OK.
  ///
  /// Servers answer in the order of the requests; one that does not breaks the protocol as far as we speak it.
  func answer(
    to id: UInt32, _ conversation: SFTPConversation, until deadline: MonotonicTime
  ) async throws(SFTPFailure) -> [UInt8]? {
    let message = try await receive(conversation, until: deadline)
    var reader = SSHWireReader(message)
    guard let kind = reader.byte().flatMap(SFTPMessage.Kind.init(rawValue:)), reader.uint32() == id else {
      throw .status(5, "the answer does not belong to the request")
    }
    switch kind {
    case .handle, .data:
      guard let value = reader.string() else { throw .status(5, "the answer is cut off") }
      return Array(value)
    case .status:
      let code = reader.uint32() ?? 5
      if code == SFTPMessage.ok { return nil }
      throw .status(code, reader.text() ?? "")
    case .start, .version, .open, .close, .read, .write, .setAttributes, .extended:
      throw .status(5, "the answer is a request")
    }
  }

  // MARK: Bytes

  private func send(
    _ bytes: [UInt8], _ conversation: SFTPConversation, until deadline: MonotonicTime
  ) async throws(SFTPFailure) {
    var sent = 0
    do {
      while sent < bytes.count {
        let count = try await writeChannel(conversation.channel, bytes, from: sent, until: deadline)
        sent += count
        if count == 0 {
          if libssh2_channel_eof(conversation.channel) == 1 { break }
          try await waitForTransport(until: deadline)
        }
      }
    } catch {
      if case .failed(let code, _) = error,
        code == LIBSSH2_ERROR_CHANNEL_CLOSED || code == LIBSSH2_ERROR_CHANNEL_EOF_SENT
      {
        throw .notSFTP
      }
      throw .interrupted(error)
    }
    if sent < bytes.count { throw .notSFTP }
  }

  /// The next message without its length.
  private func receive(
    _ conversation: SFTPConversation, until deadline: MonotonicTime
  ) async throws(SFTPFailure) -> [UInt8] {
    while true {
      var reader = SSHWireReader(conversation.incoming)
      if let length = reader.uint32() {
        guard (1...SFTPMessage.longestAnswer).contains(length) else { throw .notSFTP }
        if let message = reader.take(Int(length)) {
          let result = Array(message)
          conversation.incoming.removeFirst(4 + Int(length))
          return result
        }
      }
      do {
        // What an sftp-server writes to its error output is nobody's; it must be taken, or the window fills.
        _ = try await readChannel(conversation.channel, stream: 1, until: deadline)
        if let bytes = try await readChannel(conversation.channel, stream: 0, until: deadline), !bytes.isEmpty {
          conversation.incoming.append(contentsOf: bytes)
          continue
        }
        if libssh2_channel_eof(conversation.channel) != 1 {
          try await waitForTransport(until: deadline)
          continue
        }
      } catch {
        throw .interrupted(error)
      }
      throw .notSFTP
    }
  }
}
