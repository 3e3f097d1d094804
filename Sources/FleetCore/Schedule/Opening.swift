/// One time at which a maintenance window is open.
package struct Opening: Hashable, Sendable, Codable {
  /// The local date on which it opens; with the schedule's name it is the opening's identity.
  package var date: CivilDate
  package var opens: Instant
  /// The first moment at which it is closed.
  package var closes: Instant

  package init(date: CivilDate, opens: Instant, closes: Instant) {
    self.date = date
    self.opens = opens
    self.closes = closes
  }
}
