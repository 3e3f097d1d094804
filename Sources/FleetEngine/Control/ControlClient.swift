import FleetCore
import Foundation
import Glibc

/// Speaks to the holder of the lock of a state folder.
package struct ControlClient: Sendable {
  private let state: String

  package init(state: String) { self.state = state }

  /// Asks once and waits for the answer, at most `limit`. A holder that is just starting is knocked at again.
  package func ask(
    _ request: ControlRequest, within limit: Duration = ControlBounds.answerTime
  ) async -> Result<ControlAnswer, ControlError> {
    let state = state
    // Off the cooperative pool: the wait may take as long as the limit.
    return await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        do throws(ControlError) {
          continuation.resume(returning: .success(try Self.exchange(state, request, limit)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
  }

  private static func exchange(
    _ state: String, _ request: ControlRequest, _ limit: Duration
  ) throws(ControlError) -> ControlAnswer {
    let line = try line(request)
    let end = ContinuousClock.now + limit
    while true {
      var isAsked = false
      do throws(ControlError) {
        let descriptor = try ControlSocket.connect(state: state)
        defer { close(descriptor) }
        isAsked = true
        return try exchange(descriptor, line, end)
      } catch {
        let mayRepeat = !isAsked || request.verb.mayBeRepeated
        guard error.kind == .notListening, mayRepeat, ContinuousClock.now + ControlBounds.knock < end else {
          throw error
        }
      }
      usleep(UInt32(ControlBounds.knock.wholeMilliseconds * 1000))
    }
  }

  private static func line(_ request: ControlRequest) throws(ControlError) -> [UInt8] {
    guard let data = try? JSONEncoder().encode(request), data.count <= ControlBounds.request else {
      throw ControlError(.tooLong, "the request is too long")
    }
    return [UInt8](data) + [0x0A]
  }

  private static func exchange(
    _ descriptor: Int32, _ line: [UInt8], _ end: ContinuousClock.Instant
  ) throws(ControlError) -> ControlAnswer {
    var sent = 0
    while sent < line.count {
      try wait(descriptor, POLLOUT, end)
      let count = line.withUnsafeBytes {
        send(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 { sent += count } else if errno != EAGAIN, errno != EINTR { throw gone() }
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !bytes.contains(0x0A) {
      guard bytes.count <= ControlBounds.answer else { throw ControlError(.unreadable, "its answer is too long") }
      try wait(descriptor, POLLIN, end)
      let count = read(descriptor, &buffer, buffer.count)
      if count > 0 {
        bytes += buffer[..<count]
      } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
        throw gone()
      }
    }
    guard let answer = try? JSONDecoder().decode(ControlAnswer.self, from: Data(bytes.prefix { $0 != 0x0A })) else {
      throw ControlError(.unreadable, "its answer cannot be read")
    }
    return answer
  }

  /// The other side hung up: it ended, it is busy with others, or it does not speak with this user.
  private static func gone() -> ControlError { ControlError(.notListening, "the controller hung up") }

  private static func wait(
    _ descriptor: Int32, _ events: Int32, _ end: ContinuousClock.Instant
  ) throws(ControlError) {
    while true {
      let left = (end - ContinuousClock.now).wholeMilliseconds
      guard left > 0 else { throw ControlError(.silent, "the controller does not answer") }
      var one = pollfd(fd: descriptor, events: Int16(events), revents: 0)
      if poll(&one, 1, Int32(clamping: left)) > 0 { return }
    }
  }
}
