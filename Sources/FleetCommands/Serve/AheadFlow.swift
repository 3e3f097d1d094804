import FleetCore
import FleetEngine
import FleetStore

/// Stages hosts ahead of their window, for `serve`.
struct AheadFlow {
  let context: CommandContext
  let store: FleetStore
  let desk: ServeDesk

  /// Every rollout that may be staged now, one after the other.
  func run() async throws {
    var seen: Set<String> = []
    while let rollout = try await desk.beginStaging(but: seen) {
      seen.insert(rollout)
      do {
        try await stage(rollout)
      } catch {
        await desk.endStaging(rollout)
        throw error
      }
      await desk.endStaging(rollout)
    }
  }

  private func stage(_ rollout: String) async throws {
    let state = StagingAhead(try store.entries(rollout: rollout))
    let plan = try store.plan(id: try store.rollout(id: rollout).plan).plan
    let busy = try store.hostsInOpenRollouts(begunOnly: true, except: rollout)
    let now = SystemClock().now()
    let due = plan.changes.filter { state.isDue($0.host, at: now) && busy[$0.host] == nil }
    guard !due.isEmpty else { return }
    try await context.withServices(store) { services in
      let plan = services.located(plan)
      let hosts = Dictionary(
        context.hosts(of: plan).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      let changes = plan.changes.filter { change in due.contains { $0.host == change.host } }
      for start in stride(from: 0, to: changes.count, by: StageAhead.atOnce) {
        guard try await desk.goesOnStaging(rollout) else { return }
        let batch = changes[start..<min(start + StageAhead.atOnce, changes.count)]
        try await withThrowingTaskGroup { group in
          for change in batch {
            guard let host = hosts[change.host] else { continue }
            group.addTask {
              if let failure = try await StageAhead(services, rollout: rollout).stage(host, change) {
                Output.note("rollout \(rollout): \(host.id) could not be staged ahead: \(failure.text)")
              }
            }
          }
          try await group.waitForAll()
        }
      }
    }
  }
}
