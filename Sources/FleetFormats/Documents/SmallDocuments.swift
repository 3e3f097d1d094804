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

/// `sevfleet.compliance/1`.
package struct ComplianceDocument: Encodable, Sendable {
  package struct Summary: Encodable, Sendable {
    var compliant: Int
    var behind: Int
    var ahead: Int
    var unstable: Int
    var unknown: Int
  }

  package struct Finding: Encodable, Sendable {
    var kind: String
    var text: String
    var source: String
  }

  package struct HostRow: Encodable, Sendable {
    var host: HostID
    var state: ComplianceRow.State
    var target: String?
    var running: FirmwareVersion?
    var afterReboot: FirmwareVersion?
    var tcb: TCBVersion?
    var features: SEVFeatures
    var findings: [Finding]
    var lastSeen: Instant?
  }

  package var schema = "sevfleet.compliance/1"
  package var at: Instant
  package var summary: Summary
  package var hosts: [HostRow]

  package init(_ report: ComplianceReport) {
    at = report.at
    func count(_ state: ComplianceRow.State) -> Int { report.rows.count { $0.state == state } }
    summary = Summary(
      compliant: count(.compliant), behind: count(.behind), ahead: count(.ahead), unstable: count(.unstable),
      unknown: count(.unknown))
    hosts = report.rows.map {
      HostRow(
        host: $0.host, state: $0.state, target: $0.target, running: $0.running, afterReboot: $0.afterReboot,
        tcb: $0.tcb, features: $0.features,
        findings: $0.findings.map { Finding(kind: $0.kind, text: $0.text, source: $0.source) }, lastSeen: $0.lastSeen)
    }
  }
}
