/// When a rollout that runs will be done, as far as estimates of its hosts go. A forecast binds nobody.
package struct RolloutForecast: Hashable, Sendable {
  /// From now to the end of the last host.
  package let left: Duration
  /// The weakest ground that one of its hosts stands on: the fewest runs, or policy where one host has no history.
  package let basis: HostEstimate.Basis

  package init(left: Duration, basis: HostEstimate.Basis) {
    self.left = left
    self.basis = basis
  }

  /// `nil`: no host is left that may go on.
  ///
  /// - Parameters:
  ///   - spent: what hosts under work took already, without the time in which nobody worked on them.
  ///   - closes: when its window closes; nothing is begun that would not be done by then.
  package init?(
    _ rollout: Rollout, spent: [HostID: Duration], now: Instant, closes: Instant? = nil,
    estimate: (HostChange) -> (duration: Duration, basis: HostEstimate.Basis)
  ) {
    let changes = rollout.unblocked
    guard !changes.isEmpty else { return nil }
    var bases: [HostEstimate.Basis] = []
    var durations: [HostID: Duration] = [:]
    for change in changes {
      let (duration, basis) = estimate(change)
      bases.append(basis)
      durations[change.host] = max(.zero, duration - (spent[change.host] ?? .zero))
    }
    let forecast = Self.left(rollout, changes, durations, now: now)
    let window = closes.flatMap { $0 > now ? $0 - now : nil }
    self.init(left: window.map { min($0, forecast) } ?? forecast, basis: Self.weakest(bases))
  }

  private static func weakest(_ bases: [HostEstimate.Basis]) -> HostEstimate.Basis {
    var fewest = Int.max
    for basis in bases {
      switch basis {
      case .policy: return .policy
      case .history(let runs): fewest = min(fewest, runs)
      }
    }
    return .history(runs: fewest)
  }

  // MARK: Waves

  private static func left(
    _ rollout: Rollout, _ changes: [HostChange], _ durations: [HostID: Duration], now: Instant
  ) -> Duration {
    let members = Set(rollout.wave?.hosts ?? [])
    let isCurrent = { (host: HostID) in members.contains(host) || rollout.begun.contains(host) }
    let current = changes.filter { isCurrent($0.host) }
    let waves = Dictionary(grouping: changes.filter { !isCurrent($0.host) }, by: \.wave)
    var sum = time(of: current, durations, rollout.budgets)
    // The rollout ends with its last wave, so what soaks is only what another one follows.
    if !waves.isEmpty { sum += currentSoak(rollout, isOver: current.isEmpty, now: now) }
    let numbers = waves.keys.sorted()
    for number in numbers {
      let wave = waves[number] ?? []
      sum += time(of: wave, durations, rollout.budgets)
      if number != numbers.last, wave.contains(where: { $0.activation != .none }) { sum += rollout.budgets.soak }
    }
    return sum
  }

  /// What is left of the soak of the wave under way. `isOver`: all its hosts have ended.
  private static func currentSoak(_ rollout: Rollout, isOver: Bool, now: Instant) -> Duration {
    guard let wave = rollout.wave else { return .zero }
    let members = Set(wave.hosts)
    let soaks = rollout.plan.changes.contains { change in
      change.activation != .none && members.contains(change.host)
        && (rollout.isConverged(change.host) || !rollout.isEnded(change.host))
    }
    guard soaks, wave.failures == nil else { return .zero }
    guard isOver, let until = wave.soaksUntil else { return rollout.budgets.soak }
    return min(max(.zero, until - now), rollout.budgets.soak)
  }

  // MARK: One wave

  private struct Work {
    var end: Duration
    var host: HostID
    var domain: String?
  }

  /// Hosts begin in their order as soon as the budgets let them, as `Rollout` starts them.
  private static func time(
    of changes: [HostChange], _ durations: [HostID: Duration], _ budgets: RolloutBudgets
  ) -> Duration {
    var waiting = changes
    var running: [Work] = []
    var clock = Duration.zero
    while true {
      if let index = waiting.firstIndex(where: { mayBegin($0, running, budgets) }) {
        let change = waiting.remove(at: index)
        let end = clock + (durations[change.host] ?? .zero)
        running.append(Work(end: end, host: change.host, domain: change.standing?.domain))
        continue
      }
      guard let next = running.indices.min(by: { running[$0].end < running[$1].end }) else { return clock }
      clock = running.remove(at: next).end
    }
  }

  private static func mayBegin(_ change: HostChange, _ running: [Work], _ budgets: RolloutBudgets) -> Bool {
    if running.isEmpty { return true }
    let hosts = running.map(\.host) + [change.host]
    let limit = max(1, hosts.compactMap { budgets.unavailable[$0] }.min() ?? 1)
    guard running.count < limit else { return false }
    guard let domain = change.standing?.domain else { return true }
    let busy = Set(running.compactMap(\.domain))
    return busy.contains(domain) || busy.count < budgets.maxDomains
  }
}

extension RolloutForecast {
  private static let minutesInHour: Int64 = 60
  /// Above this nobody plans by single minutes.
  private static let mostMinutes: Int64 = 120
  private static let coarse: Int64 = 10

  /// `about 40 min left (history of 5 runs)`, `at most 3 h left, by policy`.
  package var sentence: String {
    switch basis {
    case .history(let runs): "about \(time) left (history of \(runs) runs)"
    case .policy: "at most \(time) left, by policy"
    }
  }

  /// Rounded up, so that nobody is told less than was forecast.
  private var time: String {
    let seconds = max(0, left.wholeSeconds)
    let minutes = max(1, (seconds + 59) / 60)
    guard minutes > Self.mostMinutes else { return "\(minutes) min" }
    let rounded = (minutes + Self.coarse - 1) / Self.coarse * Self.coarse
    let (hours, rest) = rounded.quotientAndRemainder(dividingBy: Self.minutesInHour)
    return rest == 0 ? "\(hours) h" : "\(hours) h \(rest) min"
  }
}
