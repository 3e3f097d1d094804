/// Gives each change of a plan its standing and sorts them: the emptiest host first, the last host of a failure domain
/// that can run SEV-ES last.
package struct TurnOrder {
  /// A guest that is switched off costs its owner more than ten that are moved live.
  private static let restart = 10
  /// More than any host can score by its servers, so that no sum of moves outweighs a domain without SEV-ES.
  package static let lastKeeper = 1_000_000

  package let facts: Facts

  package init(facts: Facts) { self.facts = facts }

  /// Same situations, same order; hosts with one score keep the order of the inventory.
  package func ordered(_ changes: [HostChange], among situations: [HostSituation]) -> [HostChange] {
    let byHost = Dictionary(situations.map { ($0.host.id, $0) }, uniquingKeysWith: { first, _ in first })
    let keepers = lastKeepers(changes, situations)
    var standing = changes
    for index in standing.indices {
      guard let situation = byHost[standing[index].host] else { continue }
      standing[index].standing = self.standing(standing[index], situation, keepers)
    }
    // Changes are large, so their places are sorted and they are moved once.
    let scores = standing.map { $0.standing?.score ?? 0 }
    return scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }.map { standing[$0] }
  }

  private func standing(_ change: HostChange, _ situation: HostSituation, _ keepers: Set<HostID>) -> Standing {
    let moves = change.drain.servers.filter { $0.move == .live || $0.move == .cold }.count
    let restarts = change.drain.restarts.count
    var score = moves + restarts * Self.restart
    var parts: [String] = []
    if moves > 0 { parts.append("\(moves) server\(moves == 1 ? "" : "s") to move") }
    if restarts > 0 { parts.append("\(restarts) to switch off") }
    if keepers.contains(change.host) {
      score += Self.lastKeeper
      let domain = situation.host.failureDomain.map { " of \($0)" } ?? ""
      parts.append("the last host\(domain) that can run SEV-ES")
    }
    return Standing(
      combination: combination(situation.look), model: model(situation.look), domain: situation.host.failureDomain,
      score: score,
      text: parts.isEmpty ? "no server to move" : parts.joined(separator: ", "))
  }

  private func combination(_ look: HostSituation.Look) -> String {
    switch look {
    case .failed: return "unseen"
    case .seen(let seen):
      let cpu = seen.cpu.map { "\(facts.generation(of: $0)?.name ?? "unknown CPU") stepping \($0.stepping)" }
      return "\(cpu ?? "unknown CPU"), kernel \(seen.kernel ?? "unknown"), BIOS \(seen.bios ?? "unknown")"
    }
  }

  private func model(_ look: HostSituation.Look) -> FamilyModel? {
    switch look {
    case .failed: nil
    case .seen(let seen): seen.cpu?.familyModel
    }
  }

  // MARK: The last host of a domain

  /// In each domain where every host that can run SEV-ES is taken out by this plan, the one that is taken out last.
  private func lastKeepers(_ changes: [HostChange], _ situations: [HostSituation]) -> Set<HostID> {
    let activated = Set(changes.filter { $0.activation != .none }.map(\.host))
    let weight = Dictionary(
      changes.map { ($0.host, $0.drain.servers.count + $0.drain.restarts.count * Self.restart) },
      uniquingKeysWith: { first, _ in first })
    var keepers: [String: [HostID]] = [:]
    for situation in situations where canRunSEVES(situation) {
      keepers[situation.host.failureDomain ?? "", default: []].append(situation.host.id)
    }
    var last: Set<HostID> = []
    // A domain with one such host has no last one: nothing that is done first could spare it.
    for hosts in keepers.values where hosts.count > 1 && hosts.allSatisfy(activated.contains) {
      let heaviest = hosts.enumerated().max {
        (weight[$0.element] ?? 0, $0.offset) < (weight[$1.element] ?? 0, $1.offset)
      }
      if let heaviest { last.insert(heaviest.element) }
    }
    return last
  }

  private func canRunSEVES(_ situation: HostSituation) -> Bool {
    switch situation.look {
    case .failed: false
    case .seen(let observation): SEVFeatures.judge(observation, facts: facts).sevES == .usable
    }
  }
}
