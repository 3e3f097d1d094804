package import FleetCore

extension HostRunner {
  /// Destinations of the plan, those first that have converged since: a server that goes there is not in the way of
  /// this rollout again (RULES D4).
  func convergedFirst(_ destinations: [String]) -> [String] {
    let converged = Set(convergedHosts.names)
    return destinations.filter(converged.contains) + destinations.filter { !converged.contains($0) }
  }
}

/// What a host's run must know of the rollout's other hosts, folded from their journal.
package struct OtherHosts: Hashable, Sendable {
  package private(set) var converged = ConvergedHosts()
  private var switchedOff: [HostID: Set<String>] = [:]

  package init() {}

  package mutating func note(_ event: HostRun.Event, of host: HostID?) {
    guard let host else { return }
    if case .effectIntended(let effect, _) = event, effect.kind == .moveCold || effect.kind == .stopServer {
      switchedOff[host, default: []].insert(effect.subject)
    }
    converged.note(event, of: host)
  }

  /// Servers that other hosts of the rollout cold-moved or stopped, or may have (RULES D4).
  func switchedOff(butBy host: HostID) -> Set<String> {
    switchedOff.reduce(into: []) { all, one in if one.key != host { all.formUnion(one.value) } }
  }
}

/// Folds the journal of a rollout's other hosts: Nova names of those that were given back converged, oldest first.
package struct ConvergedHosts: Hashable, Sendable {
  package private(set) var names: [String] = []
  private var enabled: [HostID: String] = [:]

  package init() {}

  package mutating func note(_ event: HostRun.Event, of host: HostID?) {
    guard let host else { return }
    // A host on its return path is enabled too; only one that converged ends the step.
    if case .effectObserved(let effect, .done) = event, effect.kind == .enableService { enabled[host] = effect.subject }
    if case .stepSucceeded(.uncordon, _) = event, let name = enabled[host] { names.append(name) }
  }
}
