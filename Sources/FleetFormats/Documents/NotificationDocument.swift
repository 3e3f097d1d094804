package import FleetCore

/// `sevfleet.notification/1`: what a webhook is sent.
package struct NotificationDocument: Encodable, Sendable {
  /// As in `sevfleet.history/1`.
  package struct Event: Encodable, Sendable {
    var seq: Int64
    var at: Instant
    var kind: String
    var rollout: String?
    var text: String
    var data: JournalEvent
  }

  package var schema = "sevfleet.notification/1"
  package var notifyClass: NotifyClass
  package var host: HostID?
  package var text: String
  package var link: String?
  package var event: Event

  private enum CodingKeys: String, CodingKey {
    case schema, notifyClass = "class", host, text, link, event
  }

  package init(_ notification: Notification) {
    let entry = notification.entry
    notifyClass = notification.notifyClass
    host = entry.host
    text = notification.text
    link = notification.link
    event = Event(
      seq: entry.seq, at: entry.at, kind: entry.event.kind, rollout: entry.rollout, text: entry.event.sentence,
      data: entry.event)
  }
}
