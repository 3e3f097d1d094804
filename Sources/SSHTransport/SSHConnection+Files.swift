extension SSHConnection {
  /// Requests under way at a time: 1 MiB of a file, enough for 50 ms at 160 Mbit/s.
  private static let requestsInFlight = 32

  /// Writes `bytes` to a file on the host: created or truncated, its mode set, its content synced to the disk.
  ///
  /// By SFTP; by `cat` where the host has no SFTP server. The file is written in place: give a temporary name and
  /// rename it with `run` after reading its hash back. A relative path begins at the login's home.
  ///
  /// - Parameter mode: permission bits, 0...0o7777.
  /// - Throws: `uploadFailed`, and what `run` throws.
  package func upload(_ bytes: [UInt8], to path: String, mode: Int32, deadline: Duration) async throws(SSHError) {
    let limit = MonotonicTime.now + deadline
    try await acquire("the upload", until: limit)
    do throws(SFTPFailure) {
      defer { release() }
      try await uploadBySFTP(bytes, to: path, mode: mode, until: limit)
    } catch {
      guard case .notSFTP = error else {
        throw failure(error, .uploadFailed, "the file \(path) could not be written", "the upload")
      }
      try await uploadByShell(bytes, to: path, mode: mode, until: limit)
    }
  }

  /// Reads a whole file of the host.
  ///
  /// - Parameter limit: the largest size, in bytes.
  /// - Throws: `outputTooLarge`, `downloadFailed`, and what `run` throws.
  package func download(_ path: String, limit: Int, deadline: Duration) async throws(SSHError) -> [UInt8] {
    let time = MonotonicTime.now + deadline
    try await acquire("the download", until: time)
    let content: [UInt8]?
    do throws(SFTPFailure) {
      defer { release() }
      content = try await downloadBySFTP(path, limit: limit, until: time)
    } catch {
      guard case .notSFTP = error else {
        throw failure(error, .downloadFailed, "the file \(path) could not be read", "the download")
      }
      return try await downloadByShell(path, limit: limit, until: time)
    }
    guard let content else { throw tooLarge(path, limit) }
    return content
  }

  private func tooLarge(_ path: String, _ limit: Int) -> SSHError {
    SSHError(
      .outputTooLarge, host: endpoint.host, "the file \(path) is larger than was allowed",
      expected: "at most \(limit) bytes")
  }

  /// What a shell may say about a failure.
  private static let complaintLimit = 16 * 1024

  // MARK: SFTP

  private func uploadBySFTP(
    _ bytes: [UInt8], to path: String, mode: Int32, until deadline: MonotonicTime
  ) async throws(SFTPFailure) {
    let conversation = try await beginSFTP("the upload", until: deadline)
    do {
      try await write(bytes, to: path, mode: mode, conversation, until: deadline)
    } catch {
      await endSFTP(conversation, "the upload", after: error)
      throw error
    }
    await endSFTP(conversation, "the upload")
  }

  private func downloadBySFTP(
    _ path: String, limit: Int, until deadline: MonotonicTime
  ) async throws(SFTPFailure) -> [UInt8]? {
    let conversation = try await beginSFTP("the download", until: deadline)
    let content: [UInt8]?
    do {
      content = try await read(path, limit: limit, conversation, until: deadline)
    } catch {
      await endSFTP(conversation, "the download", after: error)
      throw error
    }
    await endSFTP(conversation, "the download")
    return content
  }

  private func write(
    _ bytes: [UInt8], to path: String, mode: Int32, _ conversation: SFTPConversation, until deadline: MonotonicTime
  ) async throws(SFTPFailure) {
    let handle = try await open(path, SFTPMessage.writeFlags, mode: mode, conversation, until: deadline)
    var pending: [UInt32] = []
    // The mode of `open` passes the host's umask, and counts for new files only.
    pending.append(
      try await request(.setAttributes, conversation, until: deadline) {
        $0.string(handle)
        SFTPMessage.permissions(mode, into: &$0)
      })
    var offset = 0
    while offset < bytes.count {
      let chunk = bytes[offset..<min(offset + SFTPMessage.chunk, bytes.count)]
      let start = UInt64(offset)
      pending.append(
        try await request(.write, conversation, until: deadline) {
          $0.string(handle)
          $0.uint64(start)
          $0.string(chunk)
        })
      offset += chunk.count
      if pending.count >= Self.requestsInFlight {
        _ = try await answer(to: pending.removeFirst(), conversation, until: deadline)
      }
    }
    if conversation.canSync {
      pending.append(
        try await request(.extended, conversation, until: deadline) {
          $0.string(SFTPMessage.fsyncExtension)
          $0.string(handle)
        })
    }
    pending.append(try await request(.close, conversation, until: deadline) { $0.string(handle) })
    for id in pending { _ = try await answer(to: id, conversation, until: deadline) }
  }

  /// The content, or nil if it is longer than `limit`.
  private func read(
    _ path: String, limit: Int, _ conversation: SFTPConversation, until deadline: MonotonicTime
  ) async throws(SFTPFailure) -> [UInt8]? {
    let handle = try await open(path, SFTPMessage.readFlag, mode: nil, conversation, until: deadline)
    var content: [UInt8] = []
    var isAtEnd = false
    while !isAtEnd, content.count <= limit {
      // A few chunks at once; a short one means that those after it are not where the content goes on.
      let chunks = min(Self.requestsInFlight, (limit - content.count) / SFTPMessage.chunk + 1)
      var pending: [UInt32] = []
      for index in 0..<chunks {
        let start = UInt64(content.count + index * SFTPMessage.chunk)
        pending.append(
          try await request(.read, conversation, until: deadline) {
            $0.string(handle)
            $0.uint64(start)
            $0.uint32(UInt32(SFTPMessage.chunk))
          })
      }
      var isGapless = true
      for id in pending {
        let data = try await dataOrEnd(id, conversation, until: deadline)
        guard isGapless else { continue }
        guard let data else {
          isAtEnd = true
          isGapless = false
          continue
        }
        content += data
        isGapless = data.count == SFTPMessage.chunk
      }
    }
    let id = try await request(.close, conversation, until: deadline) { $0.string(handle) }
    _ = try await answer(to: id, conversation, until: deadline)
    return content.count > limit ? nil : content
  }

  private func open(
    _ path: String, _ flags: UInt32, mode: Int32?, _ conversation: SFTPConversation, until deadline: MonotonicTime
  ) async throws(SFTPFailure) -> [UInt8] {
    let id = try await request(.open, conversation, until: deadline) {
      $0.string(path)
      $0.uint32(flags)
      if let mode { SFTPMessage.permissions(mode, into: &$0) } else { $0.uint32(0) }
    }
    guard let handle = try await answer(to: id, conversation, until: deadline) else {
      throw .status(5, "no handle for an open file")
    }
    return handle
  }

  /// Nil at the end of the file.
  private func dataOrEnd(
    _ id: UInt32, _ conversation: SFTPConversation, until deadline: MonotonicTime
  ) async throws(SFTPFailure) -> [UInt8]? {
    do {
      return try await answer(to: id, conversation, until: deadline) ?? []
    } catch {
      if case .status(SFTPMessage.endOfFile, _) = error { return nil }
      throw error
    }
  }

  // MARK: Without SFTP

  private func uploadByShell(
    _ bytes: [UInt8], to path: String, mode: Int32, until deadline: MonotonicTime
  ) async throws(SSHError) {
    guard ShellQuoting.isRepresentable(path) else {
      throw SSHError(.invalidRequest, host: endpoint.host, "a path cannot hold NUL")
    }
    let file = ShellQuoting.quote(path)
    let script = """
      umask 077
      cat > \(file) && chmod \(String(mode & 0o7777, radix: 8)) \(shellArgument(path)) || exit 1
      sync \(shellArgument(path)) 2>/dev/null || sync
      wc -c < \(file)
      """
    let result = try await run(script, input: bytes, deadline: deadline.durationLeft, outputLimit: Self.complaintLimit)
    let count = Int(String(decoding: result.stdout.filter { $0 > 0x20 }, as: UTF8.self))
    guard result.exitStatus == 0, count == bytes.count else {
      throw SSHError(
        .uploadFailed, host: endpoint.host, "the file \(path) could not be written", expected: "\(bytes.count) bytes",
        found: count.map { "\($0) bytes" } ?? "exit status \(result.exitStatus)",
        cause: String(decoding: result.stderr.prefix(300), as: UTF8.self))
    }
  }

  private func downloadByShell(
    _ path: String, limit: Int, until deadline: MonotonicTime
  ) async throws(SSHError) -> [UInt8] {
    guard ShellQuoting.isRepresentable(path) else {
      throw SSHError(.invalidRequest, host: endpoint.host, "a path cannot hold NUL")
    }
    let result = try await run(
      "cat < \(ShellQuoting.quote(path))", deadline: deadline.durationLeft, outputLimit: limit + Self.complaintLimit)
    guard result.stdout.count <= limit else { throw tooLarge(path, limit) }
    guard result.exitStatus == 0 else {
      throw SSHError(
        .downloadFailed, host: endpoint.host, "the file \(path) could not be read",
        found: "exit status \(result.exitStatus)", cause: String(decoding: result.stderr.prefix(300), as: UTF8.self))
    }
    return result.stdout
  }

  /// A path that no program takes for an option.
  private func shellArgument(_ path: String) -> String {
    ShellQuoting.quote(path.hasPrefix("-") ? "./" + path : path)
  }

  private func failure(_ failure: SFTPFailure, _ kind: SSHError.Kind, _ text: String, _ operation: String) -> SSHError {
    switch failure {
    case .interrupted(let interruption): error(interruption, during: operation)
    case .notSFTP: SSHError(kind, host: endpoint.host, text, cause: "no SFTP server")
    case .status(let code, let words):
      SSHError(
        kind, host: endpoint.host, text, found: SFTPMessage.name(ofStatus: code),
        cause: words.isEmpty ? nil : "sftp \(code): \(words)")
    }
  }
}
