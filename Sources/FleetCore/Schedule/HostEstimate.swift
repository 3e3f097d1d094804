/// How long a host takes, by what hosts like it took before, else by what policy allows.
package struct HostEstimate: Hashable, Sendable {
  /// Hosts that share it are expected to take alike.
  package struct Key: Hashable, Sendable {
    /// The firmware folder of the CPU: the image's, or what was seen where there is no image; `nil` for such changes of
    /// plans that did not keep it.
    package var model: FamilyModel?
    /// As planned: a refused reload that became a reset tells how long such a plan can take.
    package var activation: HostChange.Activation
    package var drains: Bool

    package init(_ change: HostChange) {
      model = change.image?.familyModel ?? change.standing?.model
      activation = change.activation
      drains = change.drain.needed
    }
  }

  /// One host that converged, from its first step to its end, without the times in which nobody worked on it.
  package struct Sample: Hashable, Sendable {
    package var key: Key
    package var duration: Duration

    package init(key: Key, duration: Duration) {
      self.key = key
      self.duration = duration
    }
  }

  package enum Basis: Hashable, Sendable {
    case history(runs: Int)
    case policy
  }

  package typealias Answer = (duration: Duration, basis: Basis)

  /// Fewer runs are chance.
  package static let fewest = 3
  /// Newest runs that count: what was long ago was another fleet.
  package static let newest = 20
  /// For the steps that policy gives no time of its own: looks, backup, upload, doors, heartbeat.
  private static let shortSteps = Duration.seconds(5 * 60)
  /// For closing and opening the door, for a new heartbeat and for firmware that speaks late: each up to three minutes.
  private static let doors = Duration.seconds(12 * 60)

  private var byKey: [Key: [Duration]] = [:]

  /// `samples`: the newest first.
  package init(samples: [Sample]) {
    for sample in samples where byKey[sample.key, default: []].count < Self.newest {
      byKey[sample.key, default: []].append(sample.duration)
    }
  }

  /// `policy` is the host's own. A window has to hold the slow ones, so the slowest counts; and never more than policy
  /// lets a host take.
  package func duration(of change: HostChange, policy: Policy) -> Answer {
    let bound = Self.bound(change, policy)
    guard let past = byKey[Key(change)], past.count >= Self.fewest, let slowest = past.max() else {
      return (bound, .policy)
    }
    return (min(slowest, bound), .history(runs: past.count))
  }

  /// The deadlines that a host can spend one after the other.
  private static func bound(_ change: HostChange, _ policy: Policy) -> Duration {
    var sum = shortSteps
    if change.drain.needed {
      sum += policy.drain.deadline
      // The way home has as long as the way out.
      if policy.drain.returnHome == .live { sum += policy.drain.deadline }
    }
    if change.drain.servers.contains(where: { $0.move == .cold }) { sum += policy.drain.confirmAfter }
    // Rebuilt after staging, and once more where the host is given back as it was.
    if change.rebuildInitramfs != nil { sum += policy.deadlines.initramfs * 2 }
    switch change.activation {
    case .none: return sum
    case .reload: sum += policy.deadlines.reload + (policy.activation.reboot ? policy.deadlines.reboot : .zero)
    case .reboot: sum += policy.deadlines.reboot
    }
    sum += doors
    for (point, hook) in policy.hooks where point != .postSoak {
      sum += hook.timeout
      // After its power was cut the host gets its time once more.
      if point == .powerCycle { sum += policy.deadlines.reboot }
    }
    return sum
  }
}
