/// Every bound of the server that does not stand beside what it bounds, with its reason.
package enum ServerBounds {
  /// Connections at once: as many event streams as there may be, twice, so that their readers can also act. More wait in
  /// the system's queue.
  static let connections = 2 * EventFeed.maxReaders
  /// Connections of one address, of which more are closed: most of all there may be, since everybody may come by one
  /// proxy, and never all of them.
  static let connectionsOfOne = connections / 4 * 3
  /// Bytes of all header fields of one request: a token, a cookie and what a browser sends by itself are a kilobyte.
  static let headers = 16 * 1024
  /// Fields of one request.
  static let headerFields = 64
  /// Bytes of a request's path and query.
  static let target = 2048
  /// Bytes of a body: names, numbers and a reason that a person typed.
  package static let body = 16 * 1024
  /// For a connection on which no request comes or ends.
  static let idle = 60
  /// For answers under way when the server ends; then they are cut.
  static let farewell = Duration.seconds(5)
  /// Entries of one page of the journal: what a browser shows at once, several times over.
  static let journalPage = 1000
  /// Characters of a text that a person gives as a reason.
  package static let reason = 1024
  /// Characters of a name or an id.
  static let name = 256
}
