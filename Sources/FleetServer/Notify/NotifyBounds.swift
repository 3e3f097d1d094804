/// Bounds of sending: a receiver that is slow or gone costs a little memory and nothing else.
package struct NotifyBounds: Hashable, Sendable {
  /// Until a connection stands; a receiver on another continent needs a tenth of it.
  package var connect = Duration.seconds(5)
  /// For a whole webhook; a receiver that has to do much answers first.
  package var webhook = Duration.seconds(15)
  /// For a whole mail; servers that look into it take some seconds.
  package var mail = Duration.seconds(60)
  /// After the first failure; doubled by each.
  package var firstRetry = Duration.seconds(2)
  /// Longest pause: whoever mends a receiver does not want to wait longer.
  package var longestRetry = Duration.seconds(30 * 60)
  /// Failures in a row before nothing of what waits is sent any more: a day, with the pauses above.
  package var attempts = 58
  /// Refusals of one message before it alone is left out: it would be refused for ever, and hold up all others.
  package var refusals = 5
  /// Between two looks at the journal.
  package var look = Duration.seconds(1)

  /// News in one mail; a rack that fails is one mail and not fifty.
  static let mailBatch = 50
  /// Entries that are read at a time.
  static let page = 500
  /// Entries that were read and are for nobody, before the place in the journal is written down: less would cost more
  /// writes than it saves reading.
  static let passOver: Int64 = 1000
  /// A secret is a line; what is shorter can be guessed.
  static let secretBytes = 16...4096
  static let passwordBytes = 1...4096
  /// A line of an SMTP server: RFC 5321 says 512, with room for those that do not keep to it.
  static let smtpLine = 2048
  /// Characters of what a server said that are told.
  static let smtpWords = 160

  package init() {}

  /// The pause after so many failures in a row.
  func pause(after attempts: Int) -> Duration {
    // 2^20 times the first pause is above every longest one.
    min(longestRetry, firstRetry * (1 << min(max(0, attempts - 1), 20)))
  }
}
