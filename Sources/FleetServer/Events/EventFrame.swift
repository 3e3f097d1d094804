import FleetCore
import FleetFormats
import NIOCore

/// One entry of the journal as it goes over the wire, written once for all readers.
package struct EventFrame: Sendable {
  package let seq: Int64
  let bytes: ByteBuffer

  /// Throws where the entry cannot be written as JSON.
  init(_ entry: JournalEntry) throws(JSONTextError) {
    seq = entry.seq
    let data = try JSONText.compact(JournalDocument.Event(entry))
    bytes = ByteBuffer(string: "id: \(entry.seq)\nevent: \(entry.event.kind)\ndata: \(data)\n\n")
  }

  /// Tells a reader where it stands, so that it comes back there also if nothing happens.
  static func place(_ seq: Int64) -> ByteBuffer {
    ByteBuffer(string: "retry: \(EventFeed.retry.wholeMilliseconds)\nid: \(seq)\n\n")
  }

  /// Keeps the connection alive, and tells us when it is not.
  static let heartbeat = ByteBuffer(string: ": still here\n\n")

  static func problem(_ problem: APIProblem) -> ByteBuffer {
    // Four texts: they can always be written.
    ByteBuffer(string: "event: problem\ndata: \((try? JSONText.compact(problem.document)) ?? "{}")\n\n")
  }
}
