/// One reader's place at the feed; given back with this value.
package final class EventReader: Sendable {
  private let feed: EventFeed
  private let number: Int
  /// The entry that it stands behind at first.
  package let start: Int64

  init(feed: EventFeed, number: Int, start: Int64) {
    self.feed = feed
    self.number = number
    self.start = start
  }

  deinit { feed.leave(number) }

  package func next(after seq: Int64) async -> EventFeed.Step { await feed.next(number, after: seq) }

  package func stored(after seq: Int64) throws -> [EventFrame] { try feed.stored(after: seq) }
}
