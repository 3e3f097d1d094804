extension Policy {
  /// What stands in the place of the ordinary budgets in an emergency (decision 0014). There is no soak.
  package struct Emergency: Hashable, Sendable, Codable {
    /// Hosts out of service at once, for any reason. A tenth of a fleet is what most regions keep free.
    package var maxUnavailable = Amount.percent(10)
    /// Quarantined hosts tolerated before the run halts: one bad host must not hold up a rescue, a tenth of them are a
    /// bad plan.
    package var maxFailures = Amount.percent(10)
    /// Moves at once, fleet-wide: three times the ordinary, near what one control plane takes.
    package var maxMoves = 60
    /// One host first all the same: what bricks it must not meet the others.
    package var waves: [Amount] = [.number(1), .percent(100)]
    /// People besides the one who asks who must agree before it begins, 0 to 2; a break-glass reason stands for them.
    package var approvals = 0

    package init() {}
  }

  /// The policy that holds for a plan with these options: its own in an emergency, and nothing else is loosened. What
  /// may happen to servers, SEV-ES, packages and the kernel stays as it is.
  package func inForce(_ options: PlanOptions) -> Policy {
    guard options.emergency != nil else { return self }
    var policy = self
    policy.maxUnavailable = emergency.maxUnavailable
    policy.maxFailures = emergency.maxFailures
    policy.drain.maxMoves = emergency.maxMoves
    policy.waves = emergency.waves
    policy.soak = .zero
    return policy
  }
}
