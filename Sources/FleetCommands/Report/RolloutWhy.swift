import FleetCore
import FleetEngine
import FleetFormats
package import FleetStore

/// The first reason why a rollout does not go on, as the journal tells it. Nova and the hosts are not asked.
package struct RolloutWhy {
  private let record: RolloutRecord
  private let surroundings: WhySurroundings
  /// As the journal tells it, whoever works on it.
  let report: RolloutReport
  let rollout: Rollout
  /// When the journal first spoke of it; `nil`: it never did.
  let startedAt: Instant?
  private let view: Rollout.View
  /// The pause, halt or end in which it stands.
  private let stop: JournalEntry?
  private let last: JournalEntry?

  /// Throws where the journal cannot be read or believed.
  package init(_ record: RolloutRecord, _ store: FleetStore, _ surroundings: WhySurroundings) throws {
    self.record = record
    self.surroundings = surroundings
    let plan = try store.plan(id: record.plan).plan
    let entries = try store.entries(rollout: record.id)
    report = try RolloutReport.fold(
      id: record.id, planID: record.plan, plan: plan, entries: entries, now: surroundings.now)
    var rollout = Rollout(plan: plan, budgets: surroundings.budgets(plan))
    for entry in entries { try rollout.apply(entry) }
    self.rollout = rollout
    stop = entries.last { $0.event.isStop }
    last = entries.last
    startedAt = entries.first?.at
    let work = plan.changes.map(\.host).filter { rollout.begun.contains($0) && rollout.runs[$0]?.isEnded == false }
    view = Rollout.View(
      now: surroundings.now, running: Set(work),
      absent: Dictionary(try store.slotHolders().map { ($0, .ours) }, uniquingKeysWith: { first, _ in first }),
      claims: try Claims.of(record.id, isEmergency: plan.options.emergency != nil, store))
  }

  package func answer() -> WhyDocument {
    switch report.state {
    case .finished: answer("finished", finished, since: stop?.at, next: nil)
    case .halted: answer("halted", report.stateReason ?? "it is halted", since: stop?.at, next: resume)
    case .paused:
      booked() ?? answer("paused", report.stateReason ?? "it is paused", since: stop?.at, next: resume)
    case .running: booked() ?? running()
    }
  }

  private func answer(
    _ kind: String, _ text: String, rule: String? = "K", since: Instant?, next: WhyDocument.Next?
  ) -> WhyDocument {
    WhyDocument(
      kind: kind, rule: kind == "finished" ? nil : rule, text: text, since: since, plan: record.plan,
      rollout: record.id, holder: surroundings.presence.holder, next: next, breakGlass: report.breakGlass)
  }

  private var resume: WhyDocument.Next { .init("it goes on by", command: command(["rollout", "resume", record.id])) }

  private func command(_ words: [String]) -> String { surroundings.commandLine(words) }

  private var finished: String {
    let parts = RolloutReport.Outcome.allCases.compactMap { outcome in
      let count = report.hosts.count { $0.outcome == outcome }
      return count == 0 ? nil : "\(count) \(outcome.rawValue)"
    }
    return "it is finished: \(parts.isEmpty ? "no host" : parts.joined(separator: ", "))"
  }

  // MARK: A schedule's

  /// What its window and its approvals say; `nil`: they keep nobody from working.
  private func booked() -> WhyDocument? {
    guard let window = report.booking.window else { return asked() }
    guard report.booking.isWaiting || report.state == .running else { return nil }
    let since = report.booking.isWaiting ? last?.at : stop?.at ?? last?.at
    switch report.booking.terms(now: view.now, standing: surroundings.standing(report.booking)) {
    case .awaitsApproval(let missing):
      return answer(
        "awaitsApproval", "it waits for \(missing) approval\(missing == 1 ? "" : "s")", rule: "C", since: since,
        next: .init(
          "it may begin at \(window.opening.opens.rfc3339), once somebody agrees by",
          command: command(["rollout", "approve", record.id]), at: window.opening.opens))
    case .waits(let opens):
      return answer(
        "awaitsWindow", "it waits for its window: schedule \(window.schedule) on \(window.opening.date)", since: since,
        next: .init("serve begins it at \(opens.rfc3339)", at: opens))
    case .close(let reason):
      return answer("windowOver", "it does not begin any more: \(reason)", since: since, next: nil)
    case .begin:
      guard report.booking.isWaiting else { return nil }
      return answer(
        "awaitsServe", "its window is open, and serve has not begun it", since: since,
        next: isWorkedOn ? .init("serve begins it") : .init("it is begun by", command: command([ServeCommand.name])))
    }
  }

  /// What somebody asked others for.
  private func asked() -> WhyDocument? {
    let booking = report.booking
    guard booking.question != nil, booking.isWaiting else { return nil }
    if let reason = booking.lapse(at: view.now) {
      return answer("lapsed", "it does not begin any more: \(reason)", since: booking.lapsesAt, next: nil)
    }
    guard let text = booking.unanswered else {
      return answer(
        "awaitsServe", "it is approved, and nobody has begun it", since: last?.at,
        next: isWorkedOn
          ? .init("serve begins it") : .init("it is begun by", command: command(["rollout", "resume", record.id])))
    }
    return answer(
      "awaitsApproval", text, rule: "C", since: booking.askedAt ?? last?.at,
      next: .init(
        booking.lapsesAt.map { "it is closed at \($0.rfc3339), and begins once somebody else agrees by" }
          ?? "it begins once somebody else agrees by",
        command: command(["rollout", "approve", record.id])))
  }

  // MARK: Running

  private var isWorkedOn: Bool {
    if case .worksOn(let rollouts, _) = surroundings.presence { return rollouts.contains(record.id) }
    return false
  }

  private func running() -> WhyDocument {
    switch surroundings.presence {
    case .silent:
      return answer(
        "controllerSilent", "its controller does not answer", since: last?.at,
        next: .init(
          "where it hangs, it is taken over by", command: command(["rollout", "resume", record.id, "--takeover"])))
    case .nobody: return controllerGone
    case .worksOn(let rollouts, _): return rollouts.contains(record.id) ? worked() : controllerGone
    }
  }

  private var controllerGone: WhyDocument {
    let spoken = last.map { "; it was last heard of at \($0.at.rfc3339)" } ?? ""
    return answer("controllerGone", "its controller is gone\(spoken)", since: last?.at, next: resume)
  }

  /// Somebody works on it: what they do, or wait for.
  private func worked() -> WhyDocument {
    let action = rollout.next(view)
    guard view.running.isEmpty else {
      return answer("works", "it works on \(underWork)", since: workSince, next: following(action))
    }
    switch action {
    case .soak(let until):
      return answer(
        "soaks", "it soaks until \(until.rfc3339)", since: last?.at,
        next: .init("the hosts of wave \(rollout.wave?.number ?? 0) are looked at", at: until))
    case .wait(let text?), .end(.rolloutPaused(let text)?), .end(.rolloutHalted(let text)?):
      return answer("waits", text, since: last?.at, next: following(action))
    case .start, .skip, .pauseCombination, .openWave, .beginSoak, .judge, .wait(nil), .end:
      return answer("works", "nothing is in its way", since: last?.at, next: following(action))
    }
  }

  private func following(_ action: Rollout.Action) -> WhyDocument.Next {
    switch action {
    case .start(let change): .init("\(change.host) is begun")
    case .skip(let host, let failure): .init("\(host) is left alone: \(failure.text)")
    case .pauseCombination(let combination, let reason):
      .init("no further host of its combination is begun (\(combination)): \(reason)")
    case .openWave(let wave, let hosts): .init("wave \(wave) begins, if there is room: \(hosts.count) hosts")
    case .beginSoak(let wave): .init("wave \(wave) soaks")
    case .soak(let until): .init("the soak ends at \(until.rfc3339)", at: until)
    case .judge(let wave, let hosts): .init("wave \(wave) is looked at: \(hosts.count) hosts")
    case .wait(nil): .init("when a host ends, the next one is begun, or the wave is over")
    case .wait(let text?): .init("nothing is begun until a host ends: \(text)")
    case .end(let event): .init("it ends here\(event.map { ": \($0.sentence)" } ?? "")")
    }
  }

  // MARK: Hosts under work

  /// Hosts told in one sentence; who wants them all asks `rollout show`.
  private static let maxNamed = 10

  private var rows: [RolloutReport.HostRow] { report.hosts.filter { view.running.contains($0.change.host) } }

  private var underWork: String {
    let named = rows.prefix(Self.maxNamed).map { "\($0.change.host) (\(Self.doing($0)))" }.joined(separator: ", ")
    let left = rows.count - Self.maxNamed
    return named + (left > 0 ? " and \(left) more" : "")
  }

  /// When the work that lasts longest now was begun.
  private var workSince: Instant? {
    rows.compactMap { row in row.steps.last { $0.startedAt != nil && $0.endedAt == nil }?.startedAt }.min() ?? last?.at
  }

  private static func doing(_ row: RolloutReport.HostRow) -> String {
    switch row.state {
    case .inDoubt(let step, _, _):
      let since = row.steps.first { $0.step == step }?.startedAt
      return step.rawValue + (since.map { " since \($0.rfc3339)" } ?? "")
    case .ready(let step, _): return "before \(step.rawValue)"
    case .reentering: return "before \(Step.drain.rawValue), once more"
    case .failed(let step, let failure): return "\(step.rawValue) failed: \(failure.text)"
    case .returning(let step, _, _): return "is given back, since \(step.rawValue) failed"
    case .restoring(let step, _, _), .restored(let step, _):
      return "its previous file is put back, since \(step.rawValue) failed"
    case .converged, .skipped, .quarantined, .released: return row.outcome.rawValue
    }
  }
}

extension JournalEvent {
  /// Whether nobody works on the rollout behind it.
  fileprivate var isStop: Bool {
    switch self {
    case .rolloutPaused, .rolloutHalted, .rolloutFinished: true
    case .rolloutStarted, .rolloutResumed, .hostDispatched, .sevESLossAccepted, .run, .observed, .finding, .backupMade,
      .waveStarted, .soakStarted, .waveJudged, .combinationPaused, .rolloutScheduled, .rolloutApproved, .rolloutLeft,
      .audited:
      false
    }
  }
}
