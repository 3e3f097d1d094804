extension Rollout {
  /// What the machine is told of the world each time it is asked.
  package struct View: Hashable, Sendable {
    package var now: Instant
    /// Hosts that this process works on now.
    package var running: Set<HostID>
    /// Hosts that serve nobody now, whoever took them out.
    package var absent: [HostID: Absence]
    /// Hosts that may not be begun here: quarantined, or another rollout has work on them.
    package var claims: [HostID: Failure]
    /// Whether a service that this rollout gave back may still take its time to be shown as up.
    package var isPatient: Bool
    /// Whether this process is just stopping another rollout, which gives its hosts back.
    package var othersStop: Bool
    package var wish: StopWish?

    package init(
      now: Instant, running: Set<HostID> = [], absent: [HostID: Absence] = [:], claims: [HostID: Failure] = [:],
      isPatient: Bool = false, othersStop: Bool = false, wish: StopWish? = nil
    ) {
      self.now = now
      self.running = running
      self.absent = absent
      self.claims = claims
      self.isPatient = isPatient
      self.othersStop = othersStop
      self.wish = wish
    }
  }

  package enum Action: Hashable, Sendable {
    case start(HostChange)
    /// The host is not begun and is reported as skipped.
    case skip(HostID, Failure)
    case pauseCombination(String, reason: String)
    /// The next wave would begin with these hosts; fewer may be begun where the fleet has no room for their servers.
    case openWave(Int, hosts: [HostID])
    case beginSoak(wave: Int)
    /// The wave soaks; look again then at the latest.
    case soak(until: Instant)
    /// The soak is over: these hosts are looked at.
    case judge(wave: Int, hosts: [HostID])
    /// Nothing starts until a host ends, or until what is in the way passes. `nil`: the hosts under work are waited for.
    case wait(String?)
    /// Nothing more starts in this process; the event, if there is one, ends the rollout here once nothing is under
    /// work.
    case end(JournalEvent?)
  }

  /// The one next thing to do. Total: every state of the rollout has an answer.
  package func next(_ view: View) -> Action {
    if let wish = view.wish, !plan.changes.allSatisfy({ isEnded($0.host) }) { return stop(wish, view) }
    if let reason = exceededBudget { return .end(.rolloutHalted(reason: reason)) }
    if let (host, failure) = claimed(view) { return .skip(host, failure) }
    if let (combination, reason) = cluster { return .pauseCombination(combination, reason: reason) }
    let turn = turn(view)
    if !turn.isEmpty { return choose(turn, view) }
    if !view.running.isEmpty { return .wait(nil) }
    return between(view)
  }

  /// Hosts that a lost controller left are taken up once more where they are to be given back.
  private func stop(_ wish: StopWish, _ view: View) -> Action {
    let left = plan.changes.first { change in
      begun.contains(change.host) && !isEnded(change.host) && !view.running.contains(change.host)
    }
    if wish.givesBack, let left { return .start(left) }
    return .end(wish.event)
  }

  // MARK: Failures

  /// The failures are looked at before a host starts, not only after one ended: a controller may be lost in between.
  private var exceededBudget: String? {
    let counted = budget.counted
    if counted.count > budgets.maxFailures.of(plan.changes.count) {
      return "max_failures is \(budgets.maxFailures), and these hosts are quarantined: \(Self.names(counted))"
    }
    guard let wave else { return nil }
    let here = counted.filter(wave.hosts.contains)
    guard here.count > budgets.maxFailures.of(wave.hosts.count) else { return nil }
    return
      "max_failures is \(budgets.maxFailures), and these hosts of wave \(wave.number) are quarantined: "
      + Self.names(here)
  }

  private func claimed(_ view: View) -> (HostID, Failure)? {
    for change in plan.changes where !begun.contains(change.host) && !isEnded(change.host) {
      // One that was just started writes its first step at this moment.
      if view.running.contains(change.host) { continue }
      if let failure = view.claims[change.host] { return (change.host, failure) }
    }
    return nil
  }

  /// A combination of which more hosts were quarantined than converged, and of which there are more to begin.
  private var cluster: (String, String)? {
    var failed: [String: [HostID]] = [:]
    var converged: [String: Int] = [:]
    for change in plan.changes {
      guard let combination = change.standing?.combination else { continue }
      if isQuarantined(change.host), !tolerated.contains(change.host) {
        failed[combination, default: []].append(change.host)
      } else if isConverged(change.host) {
        converged[combination, default: 0] += 1
      }
    }
    for change in plan.changes where !begun.contains(change.host) && !isEnded(change.host) && !isBlocked(change) {
      guard let combination = change.standing?.combination, let hosts = failed[combination] else { continue }
      let good = converged[combination] ?? 0
      guard hosts.count > good else { continue }
      let reason = "quarantined: \(Self.names(hosts)); converged: \(good)"
      return (combination, reason)
    }
    return nil
  }

  // MARK: Whose turn it is

  /// Hosts that were cut off first, then those of the wave that is begun.
  private func turn(_ view: View) -> [HostChange] {
    let open = unblocked.filter { !view.running.contains($0.host) }
    let members = Set(wave?.hosts ?? [])
    return open.filter { begun.contains($0.host) }
      + open.filter { !begun.contains($0.host) && members.contains($0.host) && isInTime($0.host, view) }
  }

  private func choose(_ turn: [HostChange], _ view: View) -> Action {
    if let change = turn.first(where: { obstacle($0, view) == nil }) { return .start(change) }
    guard let first = turn.first, let text = obstacle(first, view) else { return .wait(nil) }
    return view.running.isEmpty && !mayPass(view) ? .end(.rolloutPaused(reason: text)) : .wait(text)
  }

  /// Whether somebody who is out of service comes back without anybody's doing: a service that this rollout gave back and
  /// that Nova does not show as up yet, or a host of a rollout that just stops.
  private func mayPass(_ view: View) -> Bool {
    view.absent.contains { host, absence in
      switch absence {
      case .down: view.isPatient && begun.contains(host)
      case .ours: view.othersStop && !begun.contains(host)
      case .disabled, .underWork: false
      }
    }
  }

  /// Why a host cannot start now; `nil`: it can.
  private func obstacle(_ change: HostChange, _ view: View) -> String? {
    // A host that was cut off is out of service already, and nobody is served by leaving it there.
    if begun.contains(change.host), view.running.isEmpty { return nil }
    var absent = view.absent
    for host in view.running { absent[host] = .underWork }
    absent[change.host] = nil
    let limit = limit(change.host, view)
    if absent.count >= limit {
      let others = absent.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value.text))" }
      return "max_unavailable is \(limit), and these hosts are out of service: \(others.joined(separator: ", "))"
    }
    return domainObstacle(change, view) ?? peerObstacle(change, view)
  }

  /// Servers that their owner keeps on different hosts are never all taken away at once: of hosts that share such a group
  /// one is under work at a time.
  private func peerObstacle(_ change: HostChange, _ view: View) -> String? {
    guard let groups = change.drain.peerGroups else { return nil }
    for other in plan.changes where other.host != change.host {
      guard let shared = other.drain.peerGroups?.first(where: groups.contains) else { continue }
      if view.running.contains(other.host) {
        return "servers of anti-affinity group \(shared) are on it and on \(other.host), which is being worked on"
      }
      // What moved away runs elsewhere; what was stopped waits there for the host.
      if isQuarantined(other.host), other.drain.servers.contains(where: { $0.move == .stop }) {
        return
          "servers of anti-affinity group \(shared) are on it and on \(other.host), which is quarantined with stopped servers"
      }
    }
    return nil
  }

  private func domainObstacle(_ change: HostChange, _ view: View) -> String? {
    guard let domain = change.standing?.domain else { return nil }
    let busy = Set(plan.changes.filter { view.running.contains($0.host) }.compactMap { $0.standing?.domain })
    if busy.contains(domain) || busy.count < budgets.maxDomains { return nil }
    return "max_domains is \(budgets.maxDomains), and work is going on in \(busy.sorted().joined(separator: ", "))"
  }

  private func limit(_ host: HostID, _ view: View) -> Int {
    max(1, view.running.union([host]).compactMap { budgets.unavailable[$0] }.min() ?? 1)
  }

  /// Whether the host may be begun, as far as its window goes; one that was begun is brought to its end at any time.
  private func isInTime(_ host: HostID, _ view: View) -> Bool {
    begun.contains(host) || gate?.fits(host, at: view.now) ?? true
  }

  // MARK: Between waves

  private func between(_ view: View) -> Action {
    let left = unblocked.filter { isInTime($0.host, view) }
    guard let first = left.map(\.wave).min() else { return .end(ending) }
    // A wave that is too late as a whole is not stepped over: its hosts go first so that others are spared.
    if let due = unblocked.map(\.wave).min(), due < first, (wave?.number ?? 0) < due { return .end(ending) }
    if let wave, let action = soak(wave, view) { return action }
    return .openWave(first, hosts: left.filter { $0.wave == first }.map(\.host))
  }

  /// What is left of the wave before the next may begin; `nil`: nothing.
  private func soak(_ wave: Wave, _ view: View) -> Action? {
    let hosts = wave.hosts.filter { isConverged($0) && wasActivated($0) }
    guard budgets.soak > .zero, !hosts.isEmpty else { return nil }
    guard let until = wave.soaksUntil else { return .beginSoak(wave: wave.number) }
    if view.now < until {
      // A clock that was set back must not make a soak of minutes one of years.
      return until - view.now > budgets.soak ? .beginSoak(wave: wave.number) : .soak(until: until)
    }
    guard let failures = wave.failures else { return .judge(wave: wave.number, hosts: hosts) }
    guard !failures.isEmpty else { return nil }
    let reason = "wave \(wave.number) did not pass its soak: \(failures.joined(separator: "; "))"
    return .end(.rolloutPaused(reason: reason))
  }

  private func wasActivated(_ host: HostID) -> Bool {
    plan.changes.contains { $0.host == host && $0.activation != .none }
  }

  private var ending: JournalEvent {
    let blocked = plan.changes.filter { !isEnded($0.host) }
    guard !blocked.isEmpty else { return .rolloutFinished }
    let late = blocked.filter { !isBlocked($0) }
    if gate != nil, !late.isEmpty {
      return .rolloutHalted(
        reason:
          "the window is too short for what is left: \(Self.names(late.map(\.host))); the next one plans them anew")
    }
    let combinations = Set(blocked.compactMap { $0.standing?.combination }).sorted().joined(separator: "; ")
    return .rolloutPaused(
      reason: "hosts of a combination that failed are left (\(combinations)): \(Self.names(blocked.map(\.host)))")
  }

  /// Names listed in one sentence; the number says how many more there are.
  private static let maxNamed = 20

  private static func names(_ hosts: [HostID]) -> String { NameList.text(hosts.map(\.rawValue), atMost: maxNamed) }
}

extension Rollout {
  /// Whether a host might be started now: only then does it matter who is out of service.
  package func mayStart(_ view: View) -> Bool { !turn(view).isEmpty }
}
