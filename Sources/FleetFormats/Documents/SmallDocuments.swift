package import FleetCore

/// `sevfleet.error/1`: what `--json` prints in place of a document when a command fails.
package struct ErrorDocument: Encodable, Sendable {
  package var schema = "sevfleet.error/1"
  package var kind: String
  package var text: String
  package var expected: String?
  package var found: String?

  package init(kind: String, text: String, expected: String? = nil, found: String? = nil) {
    self.kind = kind
    self.text = text
    self.expected = expected
    self.found = found
  }
}

/// `sevfleet.history/1`.
package struct HistoryDocument: Encodable, Sendable {
  package struct Event: Encodable, Sendable {
    var seq: Int64
    var at: Instant
    var kind: String
    var rollout: String?
    var text: String
    var data: JournalEvent
  }

  package var schema = "sevfleet.history/1"
  package var host: HostID
  package var events: [Event]

  package init(host: HostID, entries: [JournalEntry]) {
    self.host = host
    events = entries.map {
      Event(
        seq: $0.seq, at: $0.at, kind: $0.event.kind, rollout: $0.rollout, text: $0.event.sentence, data: $0.event)
    }
  }
}

/// `sevfleet.image/1`.
package struct ImageDocument: Encodable, Sendable {
  package var schema = "sevfleet.image/1"
  package var version: FirmwareVersion
  package var versionHex: String
  package var spl: Int
  package var size: Int
  package var sha256: String
  package var type: Int
  package var signed: Bool
  /// File names the image may have, as far as its own name tells.
  package var names: [String]

  package init(header: ImageHeader, size: Int, sha256: String, names: [String]) {
    version = header.version
    versionHex = header.version.hexDescription
    spl = header.spl
    self.size = size
    self.sha256 = sha256
    type = Int(header.type)
    signed = header.signed
    self.names = names
  }
}

/// `sevfleet.images/1`: a file that holds several images.
package struct ImagesDocument: Encodable, Sendable {
  package var schema = "sevfleet.images/1"
  package var images: [ImageDocument]

  package init(images: [ImageDocument]) { self.images = images }
}
