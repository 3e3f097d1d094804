/// What a rollout may cost the fleet, resolved from policy for exactly its hosts.
package struct RolloutBudgets: Hashable, Sendable {
  /// Quarantined hosts tolerated: of the run, and, where it is a share, of each wave as well.
  package var maxFailures: Amount
  /// Failure domains under work at once; hosts without a declared domain count for none.
  package var maxDomains: Int
  /// Hosts that may be out of service at once, by each host's own policy.
  package var unavailable: [HostID: Int]
  /// Time between two waves in which trouble may show; zero: none is waited and nothing is judged.
  package var soak: Duration

  package init(
    maxFailures: Amount = .number(0), maxDomains: Int = 1, unavailable: [HostID: Int] = [:], soak: Duration = .zero
  ) {
    self.maxFailures = maxFailures
    self.maxDomains = maxDomains
    self.unavailable = unavailable
    self.soak = soak
  }

  /// `policy` is the fleet's; what one host may cost is its own policy's word, after its groups and the file.
  package init(_ policy: Policy, hosts: some Collection<Host>) {
    self.init(maxFailures: policy.maxFailures, maxDomains: policy.maxDomains, soak: policy.soak)
    for host in hosts { unavailable[host.id] = host.policy.maxUnavailable.of(max(1, hosts.count)) }
  }
}
