import CLibSSH2

/// Session channels: opening, the two-way exchange, closing.
extension SSHConnection {
  /// What one side of a channel may send before the other must take it: bounds the memory of a host that floods us.
  private static let window: UInt32 = 1024 * 1024
  private static let packet: UInt32 = 32 * 1024
  /// A channel that has said all it had to say is closed within a round trip.
  static let closingTime = Duration.seconds(5)

  /// Opens a channel and starts `request` (`exec` or `subsystem`) on it.
  func openChannel(
    _ request: String, _ argument: String, until deadline: MonotonicTime
  ) async throws(Interruption) -> OpaquePointer {
    let channel = try await completePointer(until: deadline) { session in
      libssh2_channel_open_ex(session, "session", 7, Self.window, Self.packet, nil, 0)
    }
    // The same bytes at the same place for each repetition.
    let bytes = argument.utf8.map { CChar(bitPattern: $0) }
    do {
      _ = try await complete(until: deadline) { _ in
        bytes.withUnsafeBufferPointer {
          Int(
            libssh2_channel_process_startup(
              channel, request, UInt32(request.utf8.count), $0.baseAddress, UInt32($0.count)))
        }
      }
    } catch {
      if case .failed(let code, _) = error, !LibSSH2.meansLost(code) {
        // Refused: the session is sound, only this channel goes.
        try await closeChannel(channel, until: min(deadline, .now + Self.closingTime))
      }
      throw error
    }
    return channel
  }

  /// Closes and frees; waits for the server's own close, after which its last word on the exit is known.
  func closeChannel(
    _ channel: OpaquePointer, until deadline: MonotonicTime, beforeFreeing look: (OpaquePointer) -> Void = { _ in }
  ) async throws(Interruption) {
    _ = try await complete(until: deadline) { _ in Int(libssh2_channel_close(channel)) }
    look(channel)
    _ = try await complete(until: deadline) { _ in Int(libssh2_channel_free(channel)) }
  }

  /// Reads once from a stream (0 output, 1 errors) into the loop's scratch buffer. Returns nil if nothing is there;
  /// an empty buffer means no more will come.
  func readChannel(
    _ channel: OpaquePointer, stream: Int32, until deadline: MonotonicTime
  ) async throws(Interruption) -> UnsafeRawBufferPointer? {
    let scratch = loop.scratch
    let count = try await attempt(until: deadline) { _ in
      libssh2_channel_read_ex(
        channel, stream, scratch.baseAddress?.assumingMemoryBound(to: CChar.self), scratch.count)
    }
    return count.map { UnsafeRawBufferPointer(rebasing: scratch[..<$0]) }
  }

  /// Writes what the window takes of `bytes` from `offset` on. Returns 0 if it takes nothing now.
  func writeChannel(
    _ channel: OpaquePointer, _ bytes: [UInt8], from offset: Int, until deadline: MonotonicTime
  ) async throws(Interruption) -> Int {
    // libssh2 wants the same range again after it would block; `bytes` is not touched meanwhile.
    let count = min(bytes.count - offset, Int(Self.packet))
    let written = try await attempt(until: deadline) { _ in
      bytes.withUnsafeBytes { raw in
        libssh2_channel_write_ex(
          channel, 0, raw.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self), count)
      }
    }
    return written ?? 0
  }
}
