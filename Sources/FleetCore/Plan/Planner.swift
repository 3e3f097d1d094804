/// Turns situations into a plan: the decision for each host, then the destinations that depend on the others.
package struct Planner: Sendable {
  package var catalog: Catalog
  package var facts: Facts
  package var options: PlanOptions
  /// Nova hosts outside the inventory or the selection that are enabled and up, for cold moves (RULES D4).
  package var outsideHosts: [String]
  /// Sizes of the waves; one share of 100 % is a single wave.
  package var waves: [Amount]

  /// Named destinations kept with one move; more would only be tried after eight refusals.
  package static let maxDestinations = 8

  package init(
    catalog: Catalog, facts: Facts, options: PlanOptions, outsideHosts: [String] = [],
    waves: [Amount] = [.percent(100)]
  ) {
    self.catalog = catalog
    self.facts = facts
    self.options = options
    self.outsideHosts = outsideHosts
    self.waves = waves
  }

  package func plan(_ situations: [HostSituation]) -> Plan {
    let first = Decision(catalog: catalog, facts: facts, options: options)
    var outcomes = situations.map(first.decide)
    // Whose turn is when is found out by looking at every host, so only where somebody has to go somewhere.
    guard outcomes.contains(where: needsDestinations) else { return assemble(situations, outcomes) }
    let turns = turns(situations, outcomes)
    let cold = destinations(situations, outcomes, turns, keepingSEVES: false)
    let keeping = destinations(situations, outcomes, turns, keepingSEVES: true)
    if !cold.isEmpty || !keeping.isEmpty {
      let second = Decision(
        catalog: catalog, facts: facts, options: options, sevESDestinations: keeping, coldDestinations: cold)
      for (index, outcome) in outcomes.enumerated() where needsDestinations(outcome) {
        outcomes[index] = second.decide(situations[index])
      }
    }
    return assemble(situations, outcomes)
  }

  private func needsDestinations(_ outcome: Decision.Outcome) -> Bool {
    switch outcome {
    case .upToDate: false
    case .excluded(let exclusion): exclusion.kind == .serversBlocked
    case .change(let change): change.drain.servers.contains { $0.move == .cold }
    }
  }

  /// The place of each change in the order of the plan.
  private func turns(_ situations: [HostSituation], _ outcomes: [Decision.Outcome]) -> [HostID: Int] {
    let changes = outcomes.compactMap { outcome -> HostChange? in
      switch outcome {
      case .change(let change): change
      case .upToDate, .excluded: nil
      }
    }
    let ordered = inWaves(changes, situations).map(\.host)
    return Dictionary(zip(ordered, ordered.indices), uniquingKeysWith: { first, _ in first })
  }

  private func inWaves(_ changes: [HostChange], _ situations: [HostSituation]) -> [HostChange] {
    WavePlan(sizes: waves).assign(TurnOrder(facts: facts).ordered(changes, among: situations))
  }

  /// Converged hosts first, then hosts outside the plan, then those whose turn comes last (RULES D4).
  private func destinations(
    _ situations: [HostSituation], _ outcomes: [Decision.Outcome], _ turns: [HostID: Int], keepingSEVES: Bool
  ) -> [String] {
    var converged: [String] = []
    var outside: [String] = []
    var later: [(turn: Int, name: String)] = []
    for (situation, outcome) in zip(situations, outcomes) {
      guard let name = situation.host.computeHost.name, takesServers(situation) else { continue }
      if keepingSEVES, !keepsSEVES(situation, outcome) { continue }
      switch outcome {
      case .upToDate: converged.append(name)
      case .excluded: outside.append(name)
      case .change(let change):
        if change.activation == .none {
          converged.append(name)
        } else {
          later.append((turns[change.host] ?? 0, name))
        }
      }
    }
    let others = keepingSEVES ? [] : outsideHosts
    let last = later.sorted { $0.turn > $1.turn }.map(\.name)
    return Array((converged + outside + others + last).prefix(Self.maxDestinations + 1))
  }

  private func takesServers(_ situation: HostSituation) -> Bool {
    switch (situation.look, situation.compute) {
    case (.seen, .known(let view)):
      situation.quarantine == nil && view.service.takesServers
    case (.failed, _), (_, .notInNova), (_, .unknown): false
    }
  }

  private func keepsSEVES(_ situation: HostSituation, _ outcome: Decision.Outcome) -> Bool {
    switch situation.look {
    case .failed: return false
    case .seen(let observation):
      guard SEVFeatures.judge(observation, facts: facts).sevES == .usable else { return false }
    }
    switch outcome {
    case .upToDate: return true
    // With destinations known, or the loss accepted, it may become a change that takes SEV-ES away.
    case .excluded(let exclusion): return exclusion.kind != .serversBlocked && exclusion.kind != .sevESLoss
    case .change(let change): return !change.sevES.takesAway
    }
  }

  private func assemble(_ situations: [HostSituation], _ outcomes: [Decision.Outcome]) -> Plan {
    var plan = Plan(changes: [], upToDate: [], excluded: [], options: options)
    let sevES = sevESServers(situations)
    let own = sevES.reduce(into: [HostID: Int]()) { $0[$1.host, default: 0] += 1 }
    for (situation, outcome) in zip(situations, outcomes) {
      switch outcome {
      case .change(var change):
        if let reason = landing(change, sevES, own[change.host] ?? 0) { change.reasons.append(reason) }
        plan.changes.append(change)
      case .upToDate: plan.upToDate.append(situation.host.id)
      case .excluded(let exclusion): plan.excluded.append(.init(host: situation.host.id, exclusion: exclusion))
      }
    }
    plan.changes = inWaves(plan.changes, situations)
    return plan
  }

  /// Names of servers listed with one change; the number says how many there are.
  private static let maxNamed = 20

  /// Every SEV-ES server with its host, listed once for all changes of a plan.
  private func sevESServers(_ situations: [HostSituation]) -> [(host: HostID, text: String)] {
    situations.flatMap { situation -> [(host: HostID, text: String)] in
      guard case .known(let view) = situation.compute else { return [] }
      let host = situation.host.id
      return view.servers.filter { $0.model == .sevES }.map { (host, "\($0.name) on \(host)") }
    }.sorted { $0.text < $1.text }
  }

  /// SEV-ES servers elsewhere that could have moved here, and no longer can once SEV-ES is gone.
  private func landing(_ change: HostChange, _ servers: [(host: HostID, text: String)], _ own: Int) -> Reason? {
    guard change.sevES.takesAway, change.computeHost.name != nil, servers.count > own else { return nil }
    let named = servers.lazy.filter { $0.host != change.host }.prefix(Self.maxNamed).map(\.text)
    let left = servers.count - own - named.count
    return Reason(
      "S",
      "SEV-ES servers that could not move here any more: \(named.joined(separator: ", "))"
        + (left > 0 ? " and \(left) more" : ""))
  }
}
