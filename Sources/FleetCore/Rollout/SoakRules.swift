/// What a host that converged must still be like when its wave has soaked.
package struct SoakRules: Sendable {
  package var change: HostChange
  /// What the run saw last of the host.
  package var after: RunFacts
  package var facts: Facts

  package init(change: HostChange, after: RunFacts, facts: Facts) {
    self.change = change
    self.after = after
    self.facts = facts
  }

  /// What a new look found wrong; empty: nothing.
  package func failures(_ observation: Observation) -> [String] {
    var found: [String] = []
    let running = RunningFirmware.judge(observation.firmware).version
    if running != after.version {
      let was = after.version?.description ?? "an unknown version"
      found.append("\(change.host) runs \(running?.description ?? "an unknown version"), not \(was)")
    }
    // Nothing was activated since the last look, so whatever differs came in the soak.
    let rules = VerifyRules(change: change, before: after, activated: .none, loadedAt: nil, facts: facts)
    if let failure = rules.healthFailure(observation) { found.append("\(change.host): \(failure.text)") }
    return found
  }

  package func failures(_ service: ComputeServiceState) -> [String] {
    if !service.isEnabled { return ["\(change.host): its compute service is disabled"] }
    return service.isAlive ? [] : ["\(change.host): its compute service is down"]
  }
}
