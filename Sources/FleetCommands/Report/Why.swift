package import FleetCore
package import FleetStore

/// The first reason why nothing happens to a host, as the store knows it.
package enum Why {
  private typealias Next = WhyDocument.Next

  /// What the newest rollout of the plan made of the host; `nil`: none has since the plan was made.
  private static func outcome(
    _ host: HostID, _ stored: StoredPlan, _ store: FleetStore, _ around: WhySurroundings
  ) throws -> WhyDocument? {
    let rollout = try store.rollouts().first { $0.plan == stored.id && $0.createdAt >= stored.plannedAt }
    guard let rollout else { return nil }
    let report = try StoredRollout.report(store, rollout.id)
    guard let row = report.hosts.first(where: { $0.change.host == host }) else { return nil }
    let text: String
    let rule: String
    let next: Next?
    switch row.outcome {
    case .converged: (rule, text, next) = ("V1", "it is where the plan wants it: \(row.text)", nil)
    case .skipped: (rule, text, next) = ("U1", "it was given back: \(row.text)", replan(host, around))
    case .quarantined:
      (rule, text, next) = ("U2", "it was quarantined and released since: \(row.text)", replan(host, around))
    case .pending where report.booking.isWaiting:
      let theirs = try RolloutWhy(rollout, store, around).answer()
      (rule, text, next) = (theirs.rule ?? "K", "its rollout is not begun: \(theirs.text)", theirs.next)
    case .pending:
      let resume = around.commandLine(["rollout", "resume", rollout.id])
      (rule, text) = ("K", "rollout \(rollout.id) is \(rollout.state.rawValue) and did not begin it")
      next = Next("it goes on by", command: resume)
    }
    return WhyDocument(
      host: host, kind: row.failure?.kind.rawValue ?? row.outcome.rawValue, rule: rule,
      text: "\(text) (rollout \(rollout.id))", since: row.steps.compactMap(\.endedAt).max() ?? rollout.createdAt,
      plan: stored.id, rollout: rollout.id, next: next, breakGlass: report.breakGlass)
  }

  private static func replan(_ host: HostID, _ around: WhySurroundings) -> Next {
    Next("it is planned anew by", command: around.commandLine(["plan", host.rawValue]))
  }

  /// Whether what kept the host out of the plan is known to be over: the journal or a newer look says so.
  private static func isOver(
    _ exclusion: Exclusion, _ host: HostID, _ stored: StoredPlan, _ store: FleetStore
  ) throws -> Bool {
    let newest = try store.latestObservation(host: host)
    switch exclusion.kind {
    // A quarantine or a rollout of ours that is still there was told before this.
    case .quarantined: return true
    case .otherMaintenance: return try exclusion.rule == "K" && !isLeased(newest?.result, store)
    case .unreachable, .hostKeyMismatch, .noAlgorithm, .notReady:
      guard let newest, newest.at > stored.plannedAt, case .success = newest.result else { return false }
      return true
    case .sudoRefused:
      guard let newest, newest.at > stored.plannedAt, case .success(let seen) = newest.result else { return false }
      return seen.sudoRefused.isEmpty
    case .noTarget, .noImage, .ambiguousImage, .unknownVersion, .contradictorySources, .unknownFloor, .needsBIOS,
      .prerequisite, .downgradeNotAllowed, .sevESLoss, .serversBlocked, .unknownVMs, .computeUnknown, .cannotActivate,
      .kernelChange, .unhealthy, .versionBlocked:
      return false
    }
  }

  /// Whether another controller had the host when it was seen last.
  private static func isLeased(_ look: Result<Observation, ProbeFailure>?, _ store: FleetStore) throws -> Bool {
    guard case .success(let seen)? = look, let lease = seen.lease else { return false }
    return try !lease.isHeld(by: store.controller().id)
  }

  /// The pause or halt in which a rollout stands; `nil`: it runs, or was cut off.
  private static func lastStop(_ rollout: String, _ store: FleetStore) throws -> JournalEntry? {
    try store.entries(rollout: rollout).reduce(nil) { stop, entry in
      switch entry.event {
      case .rolloutPaused, .rolloutHalted: entry
      case .rolloutStarted, .rolloutResumed, .rolloutFinished: nil
      case .hostDispatched, .sevESLossAccepted, .run, .observed, .finding, .backupMade, .waveStarted, .soakStarted,
        .waveJudged, .combinationPaused, .rolloutApproved, .rolloutLeft, .rolloutScheduled, .audited:
        stop
      }
    }
  }

  /// Quarantine first, then work that is open, then what the last plan that named the host decided, or came to. Where
  /// SEV did not start when the host was seen last, what a person does about it.
  package static func answer(
    _ host: HostID, _ store: FleetStore, _ around: WhySurroundings = WhySurroundings()
  ) throws -> WhyDocument {
    var answer = try reason(host, store, around)
    guard case .success(let seen)? = try store.latestObservation(host: host)?.result,
      let recovery = InitRecovery(seen, facts: around.facts)
    else { return answer }
    answer.playbook = recovery.playbook(around)
    return answer
  }

  private static func reason(_ host: HostID, _ store: FleetStore, _ around: WhySurroundings) throws -> WhyDocument {
    if let quarantine = try store.quarantines()[host] {
      return WhyDocument(
        host: host, kind: "quarantined", rule: "U2", text: "it is quarantined: \(quarantine.sentence)",
        since: quarantine.since, plan: nil, rollout: quarantine.rollout, holder: "rollout \(quarantine.rollout)",
        next: Next(
          "once somebody has looked at it, it is given back by",
          command: around.commandLine(["host", "release", host.rawValue, "--reason", "TEXT"])))
    }
    if let rollout = try store.hostsInOpenRollouts()[host] { return try taken(host, by: rollout, store, around) }
    guard let stored = try store.latestPlan(naming: host) else {
      return WhyDocument(
        host: host, kind: "noPlan", rule: nil, text: "no plan has named it yet", since: nil, plan: nil,
        next: Next("it is planned by", command: around.commandLine(["plan", host.rawValue])))
    }
    if let excluded = stored.plan.excluded.first(where: { $0.host == host }) {
      let exclusion = excluded.exclusion
      let isOver = try isOver(exclusion, host, stored, store)
      return WhyDocument(
        host: host, kind: isOver ? "noPlan" : exclusion.kind.rawValue, rule: exclusion.rule,
        text: isOver
          ? "it was left alone because \(exclusion.text); that is over, and no plan was made since" : exclusion.text,
        since: stored.createdAt, plan: stored.id,
        next: isOver
          ? replan(host, around)
          : Next("once that is over, it is planned anew by", command: around.commandLine(["plan", host.rawValue])))
    }
    if let change = stored.plan.changes.first(where: { $0.host == host }) {
      if let answer = try outcome(host, stored, store, around) { return answer }
      let reason = change.reasons.first
      return WhyDocument(
        host: host, kind: "planned", rule: reason?.rule, text: "a change is planned: \(reason?.text ?? "")",
        since: stored.createdAt, plan: stored.id,
        next: Next("it is done by", command: around.commandLine(["apply", stored.id])))
    }
    return WhyDocument(
      host: host, kind: "upToDate", rule: "C", text: "it is up to date", since: stored.createdAt, plan: stored.id)
  }

  /// A rollout has work on the host: what comes next is the rollout's.
  private static func taken(
    _ host: HostID, by rollout: String, _ store: FleetStore, _ around: WhySurroundings
  ) throws -> WhyDocument {
    let stop = try lastStop(rollout, store)
    let standing = stop.map { " (\($0.event.sentence))" } ?? ""
    let theirs = try RolloutWhy(try store.rollout(id: rollout), store, around).answer()
    return WhyDocument(
      host: host, kind: "otherMaintenance", rule: "K",
      text: "rollout \(rollout) has work on it\(standing)\(theirs.next?.command == nil ? "" : "; resume that")",
      since: stop?.at, plan: nil, rollout: rollout, holder: theirs.holder ?? "rollout \(rollout)", next: theirs.next,
      breakGlass: theirs.breakGlass)
  }
}

extension InitRecovery {
  fileprivate func playbook(_ around: WhySurroundings) -> [WhyDocument.Next] {
    let known = grade.map { "what that points at is known by facts of grade \($0.rawValue)" }
    let said = WhyDocument.Next(
      "SEV did not start when it was seen last (\(errors.joined(separator: ", "))); "
        + "\(known ?? "no fact says what that points at"), so take this as advice")
    return [said] + steps.map { WhyDocument.Next($0.text, command: $0.words.map(around.commandLine)) }
  }
}
