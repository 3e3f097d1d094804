import Hummingbird
import NIOCore

/// What one reader of events is sent.
struct EventStream: Sendable {
  let reader: EventReader
  /// Whether the reader still may read.
  let stillAdmits: @Sendable () -> Bool

  /// Writes events until the feed ends, the reader is not let in any more, or writing fails.
  func write(to writer: inout any ResponseBodyWriter) async throws {
    var seq = reader.start
    var checked = ContinuousClock.now
    try await writer.write(EventFrame.place(seq))
    while true {
      var frames: [EventFrame] = []
      switch await reader.next(after: seq) {
      case .frames(let recent): frames = recent
      case .behind:
        do {
          frames = try reader.stored(after: seq)
        } catch {
          return try await writer.write(EventFrame.problem(APIProblem(error)))
        }
      case .quiet:
        guard stillAdmits() else { return }
        try await writer.write(EventFrame.heartbeat)
      case .closed(let problem?): return try await writer.write(EventFrame.problem(problem))
      case .closed(nil): return
      }
      if let last = frames.last {
        try await writer.write(Self.joined(frames))
        seq = last.seq
      }
      // For a stream that is never quiet.
      if ContinuousClock.now - checked >= EventFeed.heartbeat {
        guard stillAdmits() else { return }
        checked = .now
      }
    }
  }

  private static func joined(_ frames: [EventFrame]) -> ByteBuffer {
    var bytes = ByteBufferAllocator().buffer(capacity: frames.reduce(0) { $0 + $1.bytes.readableBytes })
    for frame in frames { bytes.writeImmutableBuffer(frame.bytes) }
    return bytes
  }
}
