import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Reads server-sent events as a browser does.
struct EventSource {
  struct Event: Hashable, Sendable {
    var id: Int64?
    var kind: String
    var data: String
  }

  let status: Int
  private var lines: AsyncThrowingStream<String, any Error>.AsyncIterator
  /// Where the reader would come back.
  private(set) var lastID: Int64?

  /// Opens a stream; what is not 200 has no events.
  init(_ web: Web, _ url: String, token: String, lastEventID: Int64? = nil) async throws {
    var request = HTTPClientRequest(url: url)
    request.headers.add(name: "authorization", value: "Bearer \(token)")
    if let lastEventID { request.headers.add(name: "last-event-id", value: "\(lastEventID)") }
    let response = try await web.client.execute(request, timeout: .seconds(300))
    status = Int(response.status.code)
    let body = response.body
    let (stream, continuation) = AsyncThrowingStream<String, any Error>.makeStream()
    let reading = Task {
      var rest: [UInt8] = []
      do {
        for try await buffer in body {
          rest += Array(buffer.readableBytesView)
          while let end = rest.firstIndex(of: 0x0A) {
            continuation.yield(String(decoding: rest[..<end], as: UTF8.self))
            rest.removeFirst(end + 1)
          }
        }
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
      }
    }
    continuation.onTermination = { _ in reading.cancel() }
    lines = stream.makeAsyncIterator()
  }

  /// The next event; `nil`: the server ended the stream. Comments, and where it stands, are taken in on the way.
  mutating func next() async throws -> Event? {
    var event = Event(id: nil, kind: "message", data: "")
    var hasData = false
    while let line = try await lines.next() {
      guard !line.isEmpty else {
        if hasData { return event }
        event = Event(id: nil, kind: "message", data: "")
        continue
      }
      let sides = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let value = sides.count > 1 ? sides[1].drop(while: { $0 == " " }) : ""
      switch sides[0] {
      case "id":
        event.id = Int64(value)
        lastID = event.id
      case "event": event.kind = String(value)
      case "data":
        event.data += value
        hasData = true
      default: break
      }
    }
    return nil
  }

  /// The next events' ids, so many of them.
  mutating func ids(_ count: Int) async throws -> [Int64] {
    var ids: [Int64] = []
    while ids.count < count, let event = try await next() { ids.append(event.id ?? -1) }
    return ids
  }
}
