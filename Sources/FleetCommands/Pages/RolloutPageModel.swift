import FleetCore
import FleetEngine
import FleetFormats
import FleetPages
import FleetServer
import FleetStore

/// A rollout as its page shows it.
enum RolloutPageModel {
  /// Rollouts in the list, the newest: each costs a look at its journal.
  private static let mostRows = 100

  /// Characters of a plan's id that commands take for it, and that fit on a phone.
  private static let shownPlan = 17

  // MARK: The list

  static func rows(_ source: ServeSource, _ presence: RolloutPresence) throws -> [RolloutsPage.Row] {
    let surroundings = source.surroundings(presence, source.context)
    return try source.store.rollouts().prefix(mostRows).map { record in
      let why = try RolloutWhy(record, source.store, surroundings)
      let report = presence.presented(why.report)
      return RolloutsPage.Row(
        id: record.id, standing: RolloutStanding(record, report.state),
        by: try starter(record.id, source.store), startedAt: report.hosts.compactMap(\.startedAt).min(),
        ended: report.hosts.count { $0.outcome != .pending }, hosts: report.hosts.count, text: why.answer().text)
    }
  }

  /// Who began it, or asked for it.
  private static func starter(_ id: String, _ store: FleetStore) throws -> String? {
    var log = AuditLog()
    for entry in try store.startEntries(rollout: id) {
      if let by = log.row(of: entry)?.by { return by }
    }
    return nil
  }

  // MARK: One

  static func make(_ given: String, _ source: ServeSource, _ presence: RolloutPresence) throws -> RolloutPage.Model {
    let seq = try source.store.lastSeq()
    let context = source.context
    let record = try source.store.rollout(id: given)
    let plan = try source.store.plan(id: record.plan).plan
    let surroundings = source.surroundings(presence, context)
    let why = try RolloutWhy(record, source.store, surroundings)
    let (report, now) = (presence.presented(why.report), surroundings.now)
    let standing = RolloutStanding(record, report.state)
    let forecast = report.state == .running ? try context.forecast(record.id, source.store, at: now) : nil
    return RolloutPage.Model(
      id: record.id, plan: String(record.plan.prefix(shownPlan)), standing: standing, reason: report.stateReason,
      startedBy: try starter(record.id, source.store), startedAt: why.startedAt,
      forecast: forecast?.sentence, budgets: budgets(why.rollout, report, context),
      waits: waits(why.answer(), standing),
      waves: waves(report, why.rollout, context.inventory, now: now),
      excluded: report.excluded.map {
        RolloutPage.Excluded(host: $0.host.rawValue, kind: $0.exclusion.kind.rawValue, text: $0.exclusion.text)
      }, restarts: plan.restarts.count, actions: actions(standing), seq: seq)
  }

  private static func actions(_ standing: RolloutStanding) -> Set<PageAbility> {
    switch standing {
    case .running: [.pause, .halt]
    case .waiting: [.approve, .halt]
    case .paused: [.resume, .halt]
    case .halted: [.resume]
    case .finished: []
    }
  }

  private static func waits(_ answer: WhyDocument, _ standing: RolloutStanding) -> [RolloutPage.Wait] {
    guard standing != .finished else { return [] }
    return [
      RolloutPage.Wait(
        who: answer.holder ?? "the rollout",
        what: ([answer.text, answer.next?.sentence].compactMap { $0 }).joined(separator: "; "),
        since: answer.since)
    ]
  }

  private static func budgets(
    _ rollout: Rollout, _ report: RolloutReport, _ context: CommandContext
  ) -> [RolloutPage.Budget] {
    let work = report.hosts.filter { $0.startedAt != nil && $0.outcome == .pending }
    let quarantined = report.hosts.filter { $0.outcome == .quarantined && $0.released == nil }
    let domains = Set(work.compactMap { context.inventory.host($0.change.host)?.failureDomain })
    let budgets = rollout.budgets
    return [
      RolloutPage.Budget(
        name: "Hosts out of service", limit: budgets.unavailable.values.min() ?? 1,
        holders: (work + quarantined).map(\.change.host.rawValue)),
      RolloutPage.Budget(name: "Failure domains at once", limit: budgets.maxDomains, holders: domains.sorted()),
      RolloutPage.Budget(
        name: "Failures tolerated", limit: budgets.maxFailures.of(report.hosts.count),
        holders: quarantined.map(\.change.host.rawValue)),
    ]
  }

  // MARK: Waves

  private static func waves(
    _ report: RolloutReport, _ rollout: Rollout, _ inventory: Inventory, now: Instant
  ) -> [RolloutPage.Wave] {
    let numbers = Set(report.hosts.map(\.change.wave)).sorted()
    return numbers.map { number in
      let rows = report.hosts.filter { $0.change.wave == number }
      return RolloutPage.Wave(
        number: number, text: text(number, rows, rollout.wave), isCurrent: rollout.wave?.number == number,
        hosts: rows.map { host($0, inventory, now: now) })
    }
  }

  /// What it does or waits for; how many hosts ended the page counts itself.
  private static func text(_ number: Int, _ rows: [RolloutReport.HostRow], _ wave: Rollout.Wave?) -> String {
    let isOver = rows.allSatisfy { $0.outcome != .pending }
    guard let wave, wave.number >= number else {
      return rows.contains { $0.startedAt != nil } ? "under way" : "not begun"
    }
    if wave.number > number { return isOver ? "over" : "under way" }
    if let failures = wave.failures {
      return failures.isEmpty ? "soaked, and nothing was found" : "did not pass: \(failures.joined(separator: "; "))"
    }
    if let until = wave.soaksUntil { return "soaks until \(PageText.clock(until)) UTC" }
    return isOver ? "over" : "under way"
  }

  private static func host(
    _ row: RolloutReport.HostRow, _ inventory: Inventory, now: Instant
  ) -> RolloutPage.HostRow {
    let outcome: RolloutPage.HostRow.Outcome =
      switch row.outcome {
      case .converged: .converged
      case .skipped: .skipped
      case .quarantined: .quarantined
      case .pending: row.startedAt == nil ? .waiting : .underWay
      }
    return RolloutPage.HostRow(
      host: row.change.host.rawValue, domain: inventory.host(row.change.host)?.failureDomain,
      expected: row.change.expected.description, desired: row.change.desired?.description, outcome: outcome,
      text: row.text, steps: row.steps.map { mark($0, now: now) })
  }

  private static func mark(_ row: RolloutReport.StepRow, now: Instant) -> RolloutPage.StepMark {
    let state: RolloutPage.StepMark.State =
      switch row.outcome {
      case .performed?: .performed
      case .alreadyDone?: .alreadyDone
      case .notApplicable?: .notApplicable
      case .failed?: .failed
      case .undone?: .undone
      case nil: row.startedAt == nil ? .ahead : .underWay
      }
    return RolloutPage.StepMark(
      step: row.step, state: state, took: row.startedAt.map { (row.endedAt ?? now) - $0 }, attempts: row.attempts)
  }

  /// The step at which a host stands that has begun.
  static func step(of row: RolloutReport.HostRow) -> Step {
    switch row.state {
    case .ready(let step, _), .inDoubt(let step, _, _), .failed(let step, _), .returning(let step, _, _),
      .restoring(let step, _, _), .restored(let step, _), .skipped(let step, _), .quarantined(let step, _),
      .released(let step, _):
      step
    case .reentering: .drain
    case .converged: .uncordon
    }
  }
}
