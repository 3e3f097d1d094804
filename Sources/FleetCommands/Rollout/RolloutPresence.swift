import FleetCore
import FleetEngine
import FleetStore

/// Whether anybody works on a rollout that the journal tells as running: a killed controller journals no farewell.
package enum RolloutPresence: Sendable {
  /// Nobody holds the lock.
  case nobody
  /// The holder works on these, or will.
  case worksOn(Set<String>, holder: String)
  /// Somebody holds the lock and does not say what for.
  case silent(String)

  /// Asks the holder of the lock, if there is one.
  static func look(_ folder: String) async throws -> RolloutPresence {
    guard let holder = try DaemonLock.holder(folder: folder) else { return .nobody }
    switch await ControlClient(state: folder).ask(ControlRequest(.status, by: Operator.name), within: patience) {
    case .success(let answer): return .worksOn(Set(answer.rollouts), holder: holder.text)
    // It may have ended in between.
    case .failure: return try DaemonLock.holder(folder: folder) == nil ? .nobody : .silent(holder.text)
    }
  }

  /// A list should not keep its reader waiting for a holder that hangs.
  private static let patience = Duration.seconds(2)

  /// The state and its reason as a reader should see them.
  func presented(_ id: String, _ state: RolloutReport.State, _ reason: String?) -> (RolloutReport.State, String?) {
    guard state == .running else { return (state, reason) }
    switch self {
    case .nobody: return (.paused, "its controller is gone")
    case .worksOn(let rollouts, _): return rollouts.contains(id) ? (state, reason) : (.paused, "its controller is gone")
    case .silent(let holder): return (state, "its controller does not answer: \(holder)")
    }
  }

  /// Who holds the lock; `nil`: nobody.
  package var holder: String? {
    switch self {
    case .nobody: nil
    case .worksOn(_, let holder), .silent(let holder): holder
    }
  }

  func presented(_ report: RolloutReport) -> RolloutReport {
    var report = report
    (report.state, report.stateReason) = presented(report.id, report.state, report.stateReason)
    return report
  }
}

extension CommandContext {
  /// The holder is only asked where an answer would change what is shown.
  func presence(_ states: some Sequence<RolloutReport.State>) async throws -> RolloutPresence {
    states.contains(.running) ? try await RolloutPresence.look(stateFolder) : .nobody
  }
}
