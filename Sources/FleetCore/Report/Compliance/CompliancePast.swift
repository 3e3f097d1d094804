/// What stored looks tell of a while: how the fleet stood each day, and how long hosts took to close a bulletin.
///
/// Every look is held against today's targets, facts and rules; those of before are not kept.
package struct CompliancePast: Hashable, Sendable {
  /// One host at one time; it stays so until its next point.
  package struct Point: Hashable, Sendable {
    package var at: Instant
    package var state: ComplianceRow.State
    /// In the order of the facts' bulletins.
    package var bulletins: [BulletinVerdict.State]

    package init(at: Instant, state: ComplianceRow.State, bulletins: [BulletinVerdict.State]) {
      self.at = at
      self.state = state
      self.bulletins = bulletins
    }
  }

  /// The fleet at the end of one day (UTC), or at the report's time on its last.
  package struct Day: Hashable, Sendable {
    package var day: CivilDate
    /// Hosts by state.
    package var states: [ComplianceRow.State: Int]
    /// Hosts that nobody had looked at by then.
    package var unseen: Int
    /// Bulletin → hosts on which it was open; only those that were open somewhere.
    package var open: [String: Int]

    package init(day: CivilDate, states: [ComplianceRow.State: Int], unseen: Int, open: [String: Int]) {
      self.day = day
      self.states = states
      self.unseen = unseen
      self.open = open
    }
  }

  package var from: Instant
  package var to: Instant
  package var days: [Day]
  package var bulletins: [TimeToCompliance]

  package init(from: Instant, to: Instant, days: [Day], bulletins: [TimeToCompliance]) {
    self.from = from
    self.to = to
    self.days = days
    self.bulletins = bulletins
  }

  /// Folds hosts, each with its points in ascending order. `from` must not be after `to`.
  package static func fold(
    _ hosts: [[Point]], bulletins: [Bulletin], from: Instant, to: Instant
  ) -> CompliancePast {
    let first = from.day.daysSinceEpoch
    let last = max(first, to.day.daysSinceEpoch)
    var days = (first...last).map { number in
      Day(day: CivilDate(daysSinceEpoch: number), states: [:], unseen: 0, open: [:])
    }
    for points in hosts { count(points, bulletins, to: to, in: &days) }
    let times = bulletins.enumerated().map { index, bulletin in
      TimeToCompliance.fold(bulletin, hosts.map { points in points.map { ($0.at, $0.bulletins[index]) } })
    }
    return CompliancePast(from: from, to: to, days: days, bulletins: times)
  }

  /// One host into all days, by one pass over its points.
  private static func count(_ points: [Point], _ bulletins: [Bulletin], to: Instant, in days: inout [Day]) {
    var later = points.prefix { $0.at <= to }[...]
    var current: Point?
    for index in days.indices {
      let next = days[index].day.adding(days: 1).start
      while let point = later.first, point.at < next {
        current = point
        later.removeFirst()
      }
      guard let current else {
        days[index].unseen += 1
        continue
      }
      days[index].states[current.state, default: 0] += 1
      for (bulletin, state) in zip(bulletins, current.bulletins) where state.isOpen {
        days[index].open[bulletin.id, default: 0] += 1
      }
    }
  }
}

/// How long hosts took with one bulletin, from the first look that saw it open.
package struct TimeToCompliance: Hashable, Sendable {
  /// Of the hosts that got there: nearest-rank percentiles.
  package struct Spread: Hashable, Sendable {
    package var hosts: Int
    package var p50: Duration
    package var p90: Duration
    package var longest: Duration

    /// `nil` where no host got there.
    package init?(_ times: [Duration]) {
      let sorted = times.sorted()
      guard let longest = sorted.last else { return nil }
      func rank(_ percent: Int) -> Duration { sorted[max(0, (sorted.count * percent + 99) / 100 - 1)] }
      self.init(hosts: sorted.count, p50: rank(50), p90: rank(90), longest: longest)
    }

    package init(hosts: Int, p50: Duration, p90: Duration, longest: Duration) {
      self.hosts = hosts
      self.p50 = p50
      self.p90 = p90
      self.longest = longest
    }
  }

  package var bulletin: String
  package var cves: [String]
  /// From the first look that found a floor not met to the first later one that found all met.
  package var floor: Spread?
  /// From the first look that found something to do to the first later one that found nothing left.
  package var mitigation: Spread?
  /// Hosts by what the newest point says.
  package var states: [BulletinVerdict.State: Int]

  package init(
    bulletin: String, cves: [String], floor: Spread?, mitigation: Spread?, states: [BulletinVerdict.State: Int]
  ) {
    self.bulletin = bulletin
    self.cves = cves
    self.floor = floor
    self.mitigation = mitigation
    self.states = states
  }

  static func fold(_ bulletin: Bulletin, _ hosts: [[(at: Instant, state: BulletinVerdict.State)]]) -> TimeToCompliance {
    var states: [BulletinVerdict.State: Int] = [:]
    for points in hosts { if let last = points.last { states[last.state, default: 0] += 1 } }
    return TimeToCompliance(
      bulletin: bulletin.id, cves: bulletin.cves,
      floor: Spread(hosts.compactMap { time($0, from: { $0 == .behind }, to: \.hasFloor) }),
      mitigation: Spread(hosts.compactMap { time($0, from: \.isOpen, to: { $0 == .mitigated }) }), states: states)
  }

  private static func time(
    _ points: [(at: Instant, state: BulletinVerdict.State)], from: (BulletinVerdict.State) -> Bool,
    to: (BulletinVerdict.State) -> Bool
  ) -> Duration? {
    guard let first = points.firstIndex(where: { from($0.state) }),
      let end = points[first...].first(where: { to($0.state) })
    else { return nil }
    return end.at - points[first].at
  }
}

extension BulletinVerdict.State {
  /// Whether every floor that can be measured is met.
  package var hasFloor: Bool {
    switch self {
    case .mitigated, .floorMet, .stepsOpen: true
    case .behind, .unknown, .notConcerned: false
    }
  }
}

extension ComplianceJudge {
  /// One stored look.
  package struct Look: Sendable {
    package var at: Instant
    package var result: Result<Observation, ProbeFailure>

    package init(at: Instant, result: Result<Observation, ProbeFailure>) {
      self.at = at
      self.result = result
    }
  }

  /// What looks, oldest first, say of a host, each from its time on; and from the day on which a step was done.
  package func points(_ host: Host, _ looks: [Look], floor: FloorEvidence?, to: Instant) -> [CompliancePast.Point] {
    var points: [CompliancePast.Point] = []
    var seen: Observation?
    var steps = rules.steps.filter { $0.hosts.contains(host.id) }.map(\.at.start).filter { $0 <= to }.sorted()[...]
    for (index, look) in looks.enumerated() where look.at <= to {
      var failure: ProbeFailure?
      switch look.result {
      case .success(let observation): seen = observation
      case .failure(let found): failure = found
      }
      let next = index + 1 < looks.count ? looks[index + 1].at : nil
      steps = steps.drop { $0 <= look.at }
      let within = steps.prefix { step in next.map { step < $0 } ?? true }
      for instant in [look.at] + within {
        let row = row(host, Evidence(seen: seen, failure: failure, floor: floor), at: instant)
        points.append(
          CompliancePast.Point(at: instant, state: row.state, bulletins: row.bulletins.map(\.state)))
      }
    }
    return points
  }
}

extension CivilDate {
  /// Its first moment in UTC.
  package var start: Instant { Instant(milliseconds: Int64(daysSinceEpoch) * Instant.millisecondsPerDay) }
}
