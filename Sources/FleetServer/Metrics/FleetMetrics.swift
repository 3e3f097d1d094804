import FleetCore
import FleetEngine
import FleetStore

/// What Prometheus is told.
actor FleetMetrics {
  /// Rollouts that are told one by one: those that are not finished, then the newest. Each is a few series, for ever.
  static let maxRollouts = 20

  private let source: any ServerSource
  private let feed: EventFeed
  private var drains = DrainFold()
  /// Hosts by outcome of the rollouts that were told last, each as of its newest entry.
  private var outcomes: [String: (seq: Int64, counts: [RolloutReport.Outcome: Int])] = [:]

  init(_ source: any ServerSource, _ feed: EventFeed) {
    self.source = source
    self.feed = feed
  }

  func text() throws -> String {
    var metrics = MetricsText()
    let now = source.clock.now()
    try addFleet(&metrics, now)
    try addRollouts(&metrics, now)
    try addDrains(&metrics)
    metrics.begin("sevfleet_lock_age_seconds", .gauge, "Since the running controller took the lock.")
    metrics.add(max(0, (now - source.holder.startedAt).wholeSeconds))
    metrics.begin("sevfleet_journal_entries_total", .counter, "Entries of the journal.")
    metrics.add(try source.store.lastSeq())
    metrics.begin("sevfleet_event_readers", .gauge, "Readers of events now.")
    metrics.add(Int64(feed.readerCount))
    return metrics.text
  }

  private func addFleet(_ metrics: inout MetricsText, _ now: Instant) throws {
    let standing = try source.standing()
    metrics.begin("sevfleet_hosts", .gauge, "Declared hosts by state of compliance.")
    for state in ComplianceRow.State.allCases {
      metrics.add(Int64(standing.hosts[state] ?? 0), [("state", state.rawValue)])
    }
    metrics.begin("sevfleet_noncompliant_hosts", .gauge, "Hosts on which a bulletin's floors are not met.")
    for (bulletin, count) in standing.noncompliant.sorted(by: { $0.key < $1.key }) {
      metrics.add(Int64(count), [("bulletin", bulletin)])
    }
    metrics.begin("sevfleet_probe_errors", .gauge, "Hosts whose newest look failed, by the kind of failure.")
    for (kind, count) in standing.probeErrors.sorted(by: { $0.key < $1.key }) {
      metrics.add(Int64(count), [("kind", kind)])
    }
    metrics.begin("sevfleet_last_look_age_seconds", .gauge, "Since the newest look at any host.")
    if let last = standing.lastLook { metrics.add(max(0, (now - last).wholeSeconds)) }
  }

  private func addRollouts(_ metrics: inout MetricsText, _ now: Instant) throws {
    let store = source.store
    let records = try store.rollouts()
    let chosen = (records.filter(\.isUnfinished) + records.filter { !$0.isUnfinished }).prefix(Self.maxRollouts)
    metrics.begin("sevfleet_rollout_hosts", .gauge, "Hosts of the unfinished and the newest rollouts by outcome.")
    let known = outcomes
    outcomes = [:]
    for record in chosen {
      let told = try count(record, known[record.id], now)
      outcomes[record.id] = told
      for outcome in RolloutReport.Outcome.allCases {
        metrics.add(Int64(told.counts[outcome] ?? 0), [("rollout", record.id), ("outcome", outcome.rawValue)])
      }
    }
    metrics.begin("sevfleet_rollouts", .gauge, "Rollouts by state.")
    for state in RolloutReport.State.allCases {
      metrics.add(Int64(records.count { $0.state == state }), [("state", state.rawValue)])
    }
  }

  /// A rollout to which nothing was added is not folded again: most are finished.
  private func count(
    _ record: RolloutRecord, _ known: (seq: Int64, counts: [RolloutReport.Outcome: Int])?, _ now: Instant
  ) throws -> (seq: Int64, counts: [RolloutReport.Outcome: Int]) {
    let store = source.store
    let seq = try store.lastSeq(rollout: record.id)
    if let known, known.seq == seq { return known }
    let report = try RolloutReport.fold(
      id: record.id, planID: record.plan, plan: try store.plan(id: record.plan).plan,
      entries: try store.entries(rollout: record.id), now: now)
    return (seq, Dictionary(grouping: report.hosts, by: \.outcome).mapValues(\.count))
  }

  /// What was read once is not read again.
  private func addDrains(_ metrics: inout MetricsText) throws {
    while true {
      let page = try source.store.entries(after: drains.seq)
      for entry in page { drains.take(entry) }
      if page.count < FleetStore.maxPage { break }
    }
    metrics.begin("sevfleet_drain_seconds", .histogram, "How long drains took.")
    for (bound, count) in zip(DrainFold.bounds, drains.counts) {
      metrics.add(count, suffix: "_bucket", [("le", "\(bound)")])
    }
    metrics.add(drains.count, suffix: "_bucket", [("le", "+Inf")])
    metrics.add(drains.sum, suffix: "_sum")
    metrics.add(drains.count, suffix: "_count")
  }
}
