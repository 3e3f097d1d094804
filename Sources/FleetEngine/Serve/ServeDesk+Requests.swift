import FleetCore
import FleetStore

/// What `serve` answers to other processes.
extension ServeDesk {
  /// Answers another process. Only what is done to a host takes its time.
  package func answer(_ request: ControlRequest) async -> ControlAnswer {
    switch request.verb {
    case .status: return status(request)
    case .pause, .halt: return control.answer(request)
    case .approve, .run, .resume:
      do {
        let answer = try decide(request)
        ring()
        return answer
      } catch {
        return Self.refusal(error, control.holder)
      }
    case .release, .adopt: return await acted(request)
    }
  }

  /// Works on now, or will without anybody asking again.
  private func status(_ request: ControlRequest) -> ControlAnswer {
    var answer = control.answer(request)
    let now = clock.now()
    let open = (try? store.openBookings()) ?? []
    let queued = open.filter { isQueued($0.booking, now) }.map(\.record.id)
    answer.rollouts = Set(answer.rollouts + queued).sorted()
    return answer
  }

  private func isQueued(_ booking: RolloutBooking, _ now: Instant) -> Bool {
    switch booking.turn(now: now, standing: booking.standing(in: schedules)) {
    case nil, .awaitsApproval?: false
    case .waits?, .close?, .begin?: true
    }
  }

  private func decide(_ request: ControlRequest) throws -> ControlAnswer {
    guard let rollout = request.rollout else { return usage("no rollout was named") }
    let by = ControlDesk.plain(request.by)
    switch request.verb {
    case .approve:
      let said = try Approval(store: store, clock: clock).approve(rollout, by: by, restarts: request.restarts ?? 0)
      return ControlAnswer(.done, said, holder: control.holder)
    case .run: return try run(rollout, request, by: by)
    case .resume: return try resume(rollout, request, by: by)
    case .status, .pause, .halt, .release, .adopt: return usage("\(request.verb.rawValue) is answered elsewhere")
    }
  }

  private func run(_ rollout: String, _ request: ControlRequest, by: String) throws -> ControlAnswer {
    guard let planID = request.plan else { return usage("no plan was named") }
    if let known = try store.rollouts().first(where: { $0.id == rollout }) {
      guard known.plan == planID else { throw StoreError.immutable(.rollout, id: rollout) }
      return accepted(rollout)
    }
    let plan = try store.plan(id: planID).plan
    guard request.restarts ?? 0 == plan.restarts.count else {
      return refused(
        "restartsNotAccepted", "\(plan.restartSentence ?? "no server will be shut down"); nothing was done",
        expected: "--accept-restarts \(plan.restarts.count)", found: "--accept-restarts \(request.restarts ?? 0)")
    }
    let isEmergency = plan.options.emergency != nil
    if let refusal = try obstacle(plan.changes.map(\.host), isEmergency: isEmergency, but: nil) { return refusal }
    let terms = EmergencyTerms(plan, policy: emergencyPolicy, breakGlass: request.breakGlass.map(ControlDesk.plain))
    let beginsAtOnce = isEmergency && terms.approvals == 0
    if beginsAtOnce { try pauseOthers(for: rollout, by: by) }
    let left = JournalEvent.rolloutLeft(by: by, approvals: terms.approvals > 0 ? terms.approvals : nil)
    let events = [left] + terms.events(by: by, rollout: rollout) + plan.consents(by: by)
    try store.createRollout(id: rollout, plan: planID, at: clock.now(), events: events)
    if beginsAtOnce {
      try EmergencyQuestions.close(store, for: rollout, plan, butInHand: control.inHand, at: clock.now())
    }
    return accepted(rollout)
  }

  private func resume(_ rollout: String, _ request: ControlRequest, by: String) throws -> ControlAnswer {
    let record = try store.rollout(id: rollout)
    guard record.isUnfinished else { return refused("finished", "rollout \(record.id) is finished") }
    if let reason = request.breakGlass.map(ControlDesk.plain) {
      try store.audit(BrokenGlass.needless(by: by, record.id, reason: reason), rollout: record.id, at: clock.now())
    }
    if let wish = control.wish(for: record.id) {
      return refused("stopping", "rollout \(record.id) is just stopping (\(wish.sentence)); ask again when it has")
    }
    guard !control.inHand.contains(record.id) else {
      guard record.state == .running else {
        return refused("stopping", "rollout \(record.id) is \(record.state.rawValue) and just ends; ask again at once")
      }
      return ControlAnswer(.accepted, "rollout \(record.id) is being worked on", holder: control.holder)
    }
    let booking = try store.booking(rollout: record.id)
    if case .close(let reason) = booking.terms(now: clock.now(), standing: booking.standing(in: schedules)) {
      return refused(booking.closedKind, "rollout \(record.id) does not begin any more: \(reason)")
    }
    let plan = try store.plan(id: record.plan).plan
    let left = try RolloutReport.fold(
      id: record.id, planID: record.plan, plan: plan, entries: try store.entries(rollout: record.id), now: clock.now()
    ).hosts.filter { $0.outcome == .pending }.map(\.change.host)
    let isEmergency = plan.options.emergency != nil
    if let refusal = try obstacle(left, isEmergency: true, but: record.id) { return refusal }
    if isEmergency, booking.missing == 0 || booking.hasStarted { try pauseOthers(for: record.id, by: by) }
    try store.append(.rolloutLeft(by: by), rollout: record.id, host: nil, at: clock.now())
    guard let text = booking.unanswered else { return accepted(record.id) }
    return ControlAnswer(
      .accepted, "emergency rollout \(record.id) does not begin yet: \(text)", holder: control.holder,
      rollouts: control.inHand)
  }

  /// Why these hosts cannot be worked on; `nil`: they can.
  private func obstacle(_ wanted: [HostID], isEmergency: Bool, but rollout: String?) throws -> ControlAnswer? {
    let gone = wanted.filter { !hosts.contains($0) }.map(\.rawValue)
    if !gone.isEmpty {
      let names = gone.joined(separator: ", ")
      return refused(
        "noHost", "not in the inventory of the running controller: \(names); nothing was done", found: names)
    }
    let taken = try store.hostsInOpenRollouts(begunOnly: isEmergency, except: rollout)
    guard let host = wanted.first(where: { taken[$0] != nil }), let other = taken[host] else { return nil }
    return refused(
      "otherMaintenance", "rollout \(other) has work on \(host); nothing was done", expected: "no open rollout",
      found: other)
  }

  func pauseOthers(for rollout: String, by: String) throws(StoreError) {
    let inHand = control.inHand.filter { !emergencies.contains($0) }
    yielding = [:]
    try EmergencyPause(store, for: rollout, by: by).apply(
      butInHand: inHand, at: clock.now(), standing: { $0.standing(in: schedules) }, ask: { control.ask($0, $1) },
      takeUp: { self.yielding[$0] = $1 })
  }

  /// Releases a host or takes it over, one person's request for a host at a time.
  private func acted(_ request: ControlRequest) async -> ControlAnswer {
    guard let host = request.host else { return usage("no host was named") }
    guard busyHosts.insert(host).inserted else {
      return refused("busy", "\(host) is being released or taken over by somebody else")
    }
    defer { busyHosts.remove(host) }
    let reason = ControlDesk.plain(request.reason ?? "")
    let by = ControlDesk.plain(request.by)
    do {
      guard request.verb == .adopt else {
        let said = try await acts.release(host, reason, by)
        return ControlAnswer(.done, said, holder: control.holder)
      }
      guard !reason.isEmpty else { return usage("a host is taken over with a reason") }
      if let refusal = try workInHand(host) { return refusal }
      let lease = try await acts.adopt(host, reason, by)
      return ControlAnswer(
        .done, "its lease is taken over from \(lease.text)", holder: control.holder, lease: lease)
    } catch {
      return Self.refusal(error, control.holder)
    }
  }

  /// A run of ours that lost its lease must find that out: with the lease under it again it would go on, on a host that
  /// somebody else may have changed. `nil`: no rollout in hand has begun the host.
  private func workInHand(_ host: HostID) throws -> ControlAnswer? {
    guard let rollout = try store.hostsInOpenRollouts(begunOnly: true)[host], control.inHand.contains(rollout) else {
      return nil
    }
    return refused(
      "otherMaintenance", "rollout \(rollout) is just at work on \(host); nothing was done",
      expected: "rollout pause \(rollout), or its end", found: rollout)
  }

  // MARK: Answers

  private func accepted(_ rollout: String) -> ControlAnswer {
    ControlAnswer(
      .accepted, "rollout \(rollout) was taken over by the running controller", holder: control.holder,
      rollouts: control.inHand)
  }

  private func usage(_ text: String) -> ControlAnswer { refused("usage", text) }

  private func refused(_ kind: String, _ text: String, expected: String? = nil, found: String? = nil) -> ControlAnswer {
    ControlAnswer(.refused, text, kind: kind, expected: expected, found: found, holder: control.holder)
  }

  private static func refusal(_ error: any Error, _ holder: LockHolder) -> ControlAnswer {
    let (kind, text, expected, found): (String, String, String?, String?) =
      switch error {
      case let error as StoreError: (error.kind.rawValue, error.text, error.expected, error.found)
      case let error as ApprovalRefusal: (error.kind.rawValue, error.text, error.expected, error.found)
      case let error as Approval.RestartsNotAccepted: ("restartsNotAccepted", error.text, error.expected, error.found)
      case let error as Failure: (error.kind.rawValue, error.text, error.expected, error.found)
      case let error as ServeRefusal: (error.kind, error.text, error.expected, error.found)
      case let error as JournalCorruption: ("journalCorrupt", error.text, nil, nil)
      default: ("failed", "\(error)", nil, nil)
      }
    return ControlAnswer(.refused, text, kind: kind, expected: expected, found: found, holder: holder)
  }
}
