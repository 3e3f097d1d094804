package import FleetCore

/// `sevfleet.journal/1`: a page of the journal, oldest first.
package struct JournalDocument: Encodable, Sendable {
  /// As in `sevfleet.history/1`, with the host that it is about.
  package struct Event: Encodable, Sendable {
    package var seq: Int64
    var at: Instant
    package var kind: String
    var rollout: String?
    var host: HostID?
    var text: String
    var data: JournalEvent

    package init(_ entry: JournalEntry) {
      seq = entry.seq
      at = entry.at
      kind = entry.event.kind
      rollout = entry.rollout
      host = entry.host
      text = entry.event.sentence
      data = entry.event
    }
  }

  package var schema = "sevfleet.journal/1"
  package var events: [Event]
  /// What the next page is asked for with; `nil`: nothing is written behind this page yet.
  package var next: Int64?

  package init(_ entries: [JournalEntry], next: Int64?) {
    events = entries.map(Event.init)
    self.next = next
  }
}
