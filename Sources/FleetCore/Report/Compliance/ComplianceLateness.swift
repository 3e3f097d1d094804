/// Since when a host has not been where its target wants it, and how long policy (`comply_within`) lets it.
package struct ComplianceLateness: Hashable, Sendable {
  /// Kind of the finding on a host that is late.
  package static let kind = "overdue"

  /// The first look of an unbroken row that did not find it there, yet not before its target wanted this version: a new
  /// target makes nobody late.
  package var since: Instant
  /// The last moment that policy lets it be elsewhere.
  package var due: Instant

  package init(since: Instant, within: Duration) {
    self.since = since
    due = since + within
  }

  package func isOverdue(at instant: Instant) -> Bool { instant > due }

  /// For people; the same as long as `since` and the policy are.
  package var text: String {
    "policy wanted it where its target is by \(due.day), and it has not been seen there since \(since.day)"
  }
}

extension ComplianceRow {
  /// Whether it is late and no waiver covers that, or its state.
  package var isOverdue: Bool {
    findings.contains { $0.kind == ComplianceLateness.kind && $0.waiver == nil }
      && !breaches.contains { $0.fact == nil && $0.waiver != nil }
  }
}

extension ComplianceJudge {
  /// - Parameters:
  ///   - looks: oldest first, with the one before its target wanted this version.
  ///   - standing: what is known of its target; another one says nothing of this one.
  /// - Returns: `nil` where policy gives no time, it is where its target wants it, or nothing stored tells since when it
  ///   is not.
  package func lateness(
    _ host: Host, _ looks: [Look], floor: FloorEvidence?, standing: StandingTarget?, at instant: Instant
  ) -> ComplianceLateness? {
    guard let within = host.policy.complyWithin, let standing, standing.since <= instant else { return nil }
    var seen: Observation?
    var since: Instant?
    for look in looks where look.at <= instant {
      var failure: ProbeFailure?
      switch look.result {
      case .success(let observation): seen = observation
      case .failure(let found): failure = found
      }
      let row = ComplianceRow.judge(
        host, observation: seen, failure: failure, floor: floor, quarantine: nil, facts: facts)
      since = row.state == .compliant ? nil : since ?? look.at
    }
    guard let since, let cpu = seen?.cpu, host.target?.wanted(of: cpu) == standing.wanted else { return nil }
    return ComplianceLateness(since: max(since, standing.since), within: within)
  }
}
