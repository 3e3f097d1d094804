/// A time zone as data: how far local time is ahead of UTC, and since when. Pure; FleetFormats fills it.
package struct ZoneRules: Hashable, Sendable, Codable {
  package struct Transition: Hashable, Sendable, Codable {
    package var from: Instant
    /// Seconds that local time is ahead of UTC, negative west of Greenwich.
    package var offset: Int

    package init(from: Instant, offset: Int) {
      self.from = from
      self.offset = offset
    }
  }

  /// IANA name.
  package var name: String
  /// Offset before the first transition, in seconds.
  package var firstOffset: Int
  /// In the order of time.
  package var transitions: [Transition]

  package init(name: String, firstOffset: Int, transitions: [Transition] = []) {
    self.name = name
    self.firstOffset = firstOffset
    self.transitions = transitions
  }

  package static let utc = ZoneRules(name: "UTC", firstOffset: 0)

  /// Seconds that local time is ahead of UTC at that moment.
  package func offset(at time: Instant) -> Int {
    // The last one that has begun; some dozens for a lifetime, so nothing cleverer is needed.
    transitions.last { $0.from <= time }?.offset ?? firstOffset
  }

  /// The local date at that moment.
  package func date(at time: Instant) -> CivilDate {
    let local = time.milliseconds + Int64(offset(at: time)) * 1000
    let day: Int64 = 86_400_000
    let days = local >= 0 ? local / day : (local - day + 1) / day
    return CivilDate(daysSinceEpoch: Int(days))
  }

  /// The moment at which clocks show that minute of the day (0 to 1439). A time that occurs twice is the first of both;
  /// one that clocks skip is the moment at which they jump.
  package func instant(of date: CivilDate, minute: Int) -> Instant {
    let local = (Int64(date.daysSinceEpoch) * 86_400 + Int64(minute) * 60) * 1000
    let offsets = Set([firstOffset] + transitions.map(\.offset))
    let fitting = offsets.map { Instant(milliseconds: local - Int64($0) * 1000) }
      .filter { local == $0.milliseconds + Int64(offset(at: $0)) * 1000 }
    if let first = fitting.min() { return first }
    // Skipped: the jump before which clocks showed less and after which they show more.
    let jump = transitions.first { transition in
      let before = offset(at: transition.from + .milliseconds(-1))
      let shown = transition.from.milliseconds
      return shown + Int64(before) * 1000 <= local && local < shown + Int64(transition.offset) * 1000
    }
    return jump?.from ?? Instant(milliseconds: local - Int64(firstOffset) * 1000)
  }
}
