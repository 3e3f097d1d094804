/// When work may begin: days of the week, a local time, and how long in elapsed time (decision 0015).
package struct MaintenanceWindow: Hashable, Sendable, Codable {
  /// Dates on which nothing happens, both ends included.
  package struct Blackout: Hashable, Sendable, Codable {
    package var first: CivilDate
    package var last: CivilDate

    package init(first: CivilDate, last: CivilDate) {
      self.first = first
      self.last = last
    }
  }

  /// Longest window: a longer one would overlap the next day's.
  package static let longest = Duration.seconds(86_400)
  /// Days looked ahead for an opening: blackouts of two years leave none that anybody plans for.
  private static let horizon = 800

  /// Not empty, each once.
  package var days: [Weekday]
  /// Minute of the local day, 0 to 1439.
  package var start: Int
  /// Elapsed time, above zero and at most `longest`.
  package var duration: Duration
  package var zone: ZoneRules
  package var blackouts: [Blackout]

  package init(days: [Weekday], start: Int, duration: Duration, zone: ZoneRules, blackouts: [Blackout] = []) {
    self.days = days
    self.start = start
    self.duration = duration
    self.zone = zone
    self.blackouts = blackouts
  }

  /// The opening of that local date; `nil`: it is none of the days, or some date that the opening touches is blacked out.
  package func opening(on date: CivilDate) -> Opening? {
    guard days.contains(date.weekday) else { return nil }
    let opens = zone.instant(of: date, minute: start)
    let closes = opens + duration
    // The moment of closing is outside already.
    let last = zone.date(at: closes + .milliseconds(-1))
    guard !blackouts.contains(where: { $0.first <= last && date <= $0.last }) else { return nil }
    return Opening(date: date, opens: opens, closes: closes)
  }

  /// The opening that is open then, else the next one; `nil`: there is none within two years.
  package func next(after now: Instant) -> Opening? { openings(after: now, count: 1).first }

  /// The openings that close after `now`, in order, at most `count`.
  package func openings(after now: Instant, count: Int) -> [Opening] {
    var found: [Opening] = []
    // The one of yesterday may still be open.
    let first = zone.date(at: now).adding(days: -1)
    for day in 0..<Self.horizon where found.count < count {
      if let opening = opening(on: first.adding(days: day)), opening.closes > now { found.append(opening) }
    }
    return found
  }
}
