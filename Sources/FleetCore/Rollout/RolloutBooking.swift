/// Who may run a rollout and when, folded from its journal: by a schedule in a window once enough people agreed, by the
/// running controller since somebody left it to it, or by whoever started it.
package struct RolloutBooking: Hashable, Sendable {
  /// What a schedule reserved.
  package struct Window: Hashable, Sendable {
    package var schedule: String
    package var opening: Opening
    /// People who must agree, 0 or more.
    package var approvals: Int
  }

  /// What somebody asked for who needs others to agree.
  package struct Question: Hashable, Sendable {
    package var by: String
    /// People besides `by` who must agree, 1 or more.
    package var approvals: Int

    package init(by: String, approvals: Int) {
      self.by = by
      self.approvals = approvals
    }
  }

  /// What stands between now and the work.
  package enum Terms: Hashable, Sendable {
    /// So many people have not agreed yet.
    case awaitsApproval(missing: Int)
    case waits(until: Instant)
    /// It will never begin.
    case close(reason: String)
    /// The work may go on; `until`: no host is begun that would not be done by then.
    case begin(until: Instant?)
  }

  private enum Stop { case paused, halted, finished }

  /// Before every host's end: no host is begun, and what was begun goes on.
  private static let never = Instant(milliseconds: 0)

  package private(set) var window: Window?
  /// `nil`: nobody was asked, or a schedule asks.
  package private(set) var question: Question?
  /// When it was asked; `nil`: nobody was asked, or whoever folds does not know times.
  package private(set) var askedAt: Instant?
  /// In the order in which they agreed; each person once.
  package private(set) var approvedBy: [String] = []
  /// Who left it to `serve` last.
  package private(set) var leftBy: String?
  /// Whether its work was ever begun.
  package private(set) var hasStarted = false
  /// Whether `serve` is to run it.
  private var isServed = false
  private var stop: Stop?

  package init() {}

  package init(_ entries: some Sequence<JournalEntry>) {
    for entry in entries { take(entry.event, at: entry.at) }
  }

  /// Takes the next event of the rollout.
  package mutating func take(_ event: JournalEvent, at time: Instant? = nil) {
    switch event {
    case .rolloutScheduled(let schedule, let opening, let approvals):
      window = Window(schedule: schedule, opening: opening, approvals: approvals)
      isServed = true
    case .rolloutApproved(let by): if !hasApproved(by) { approvedBy.append(by) }
    case .rolloutLeft(let by, let approvals):
      leftBy = by
      if let approvals { (question, askedAt) = (Question(by: by, approvals: approvals), time) }
      isServed = true
      stop = nil
    case .rolloutStarted:
      hasStarted = true
      stop = nil
    case .rolloutResumed: stop = nil
    case .rolloutPaused: stop = .paused
    case .rolloutHalted: stop = .halted
    case .rolloutFinished: stop = .finished
    case .run, .hostDispatched, .sevESLossAccepted, .observed, .finding, .backupMade, .waveStarted, .soakStarted,
      .waveJudged, .combinationPaused, .audited:
      break
    }
  }

  /// People who have still to agree. Whoever asked is none of them, whatever they approved before.
  package var missing: Int { max(0, needed - approvedBy.count { !hasAsked($0) }) }

  private func hasAsked(_ actor: String) -> Bool { question.map { Person.of($0.by) == Person.of(actor) } ?? false }
  private func hasApproved(_ actor: String) -> Bool { approvedBy.contains { Person.of($0) == Person.of(actor) } }

  private var needed: Int { window?.approvals ?? question?.approvals ?? 0 }

  /// A schedule planned it, or somebody asked others for it, and nothing has begun.
  package var isWaiting: Bool { (window != nil || question != nil) && !hasStarted && stop == nil }

  /// The opening of its schedule on its date, as `schedules` tell it now; `nil`: no schedule planned it, or there is no
  /// such opening any more.
  package func standing(in schedules: [Schedule]) -> Opening? {
    guard let window else { return nil }
    return schedules.first { $0.name == window.schedule }?.window.opening(on: window.opening.date)
  }

  /// What `serve` has to do for it; `nil`: nothing, it is somebody else's, or it was stopped.
  /// `standing`: what `standing(in:)` says.
  package func turn(now: Instant, standing: Opening?) -> Terms? {
    isServed && stop == nil ? terms(now: now, standing: standing) : nil
  }

  /// Why a rollout that was never begun can be closed, stopped or not; `nil`: it cannot, or it was begun.
  package func closing(now: Instant, standing: Opening?) -> String? {
    guard window != nil || question != nil, !hasStarted, stop == nil || stop == .paused,
      case .close(let reason) = terms(now: now, standing: standing)
    else { return nil }
    return reason
  }

  /// What holds for whoever wants to run it now.
  package func terms(now: Instant, standing: Opening?) -> Terms {
    guard let window else {
      if let reason = lapse(at: now) { return .close(reason: reason) }
      return missing > 0 && !hasStarted ? .awaitsApproval(missing: missing) : .begin(until: nil)
    }
    let place = "schedule \(window.schedule) on \(window.opening.date)"
    guard let standing else {
      // What was begun is brought to its end, whatever became of the schedule; nothing else is begun.
      if hasStarted { return .begin(until: Self.never) }
      // A file may be gone for the moment in which somebody writes it.
      return now < window.opening.closes
        ? .waits(until: window.opening.closes) : .close(reason: "\(place) is no opening any more")
    }
    let opens = max(window.opening.opens, standing.opens)
    let closes = min(window.opening.closes, standing.closes)
    if hasStarted { return .begin(until: now < opens ? Self.never : closes) }
    if now >= closes {
      return .close(
        reason: "\(place) is over, and \(missing > 0 ? "it was not approved in time" : "nothing was begun")")
    }
    if missing > 0 { return .awaitsApproval(missing: missing) }
    return now < opens ? .waits(until: opens) : .begin(until: closes)
  }

  /// What a rollout that is planned and not begun waits for, in one sentence; `nil`: it is not such a one.
  package var waiting: String? {
    guard isWaiting else { return nil }
    let approvals = missing > 0 ? "\(missing) approval\(missing == 1 ? "" : "s")" : nil
    let schedule = window.map { "schedule \($0.schedule) on \($0.opening.date)" }
    let waited = [approvals, schedule].compactMap { $0 }
    return waited.isEmpty ? "is approved and not begun" : "waits for " + waited.joined(separator: " and for ")
  }

  /// Why nobody can approve it, or not this person; `nil`: they can. `now`: when they want to, if it matters.
  package func refusal(of person: String, at now: Instant? = nil) -> ApprovalRefusal? {
    guard window != nil || question != nil else {
      return ApprovalRefusal(.notScheduled, "no schedule planned it, so there is nothing to approve")
    }
    switch stop {
    case .finished: return ApprovalRefusal(.finished, "it is finished", expected: "waiting", found: "finished")
    case .halted: return ApprovalRefusal(.halted, "it is halted", expected: "waiting", found: "halted")
    case .paused, nil: break
    }
    if let reason = now.flatMap(lapse) {
      return ApprovalRefusal(.lapsed, "\(reason); ask anew", expected: "waiting", found: "closed")
    }
    if hasStarted || missing == 0 {
      let people = approvedBy.isEmpty ? "" : ", by \(approvedBy.joined(separator: ", "))"
      return ApprovalRefusal(.approvedAlready, "it needs no approval any more\(people)")
    }
    if hasAsked(person) {
      return ApprovalRefusal(
        .samePerson, "\(person) asked for it, and somebody else must agree", expected: "another person", found: person)
    }
    guard hasApproved(person) else { return nil }
    return ApprovalRefusal(
      .samePerson, "\(person) has approved it already, and \(needed) people must", expected: "another person",
      found: person)
  }
}

/// Why an approval is not taken.
package struct ApprovalRefusal: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case notScheduled, finished, halted, lapsed, approvedAlready, samePerson
  }

  package var kind: Kind
  package var text: String
  package var expected: String?
  package var found: String?

  init(_ kind: Kind, _ text: String, expected: String? = nil, found: String? = nil) {
    self.kind = kind
    self.text = text
    self.expected = expected
    self.found = found
  }
}
