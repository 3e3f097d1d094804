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
    let now = SystemClock().now()
    var due = plan.changes.map(\.host).filter { state.isDue($0, at: now) }
    var batch = try await desk.stage(rollout, next: due)
    guard !batch.isEmpty else { return }
    try await context.withServices(store) { services in
      let changes = Dictionary(
        services.located(plan).changes.map { ($0.host, $0) }, uniquingKeysWith: { first, _ in first })
      let hosts = Dictionary(context.hosts(of: plan).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      repeat {
        try await withThrowingTaskGroup { group in
          for change in batch.compactMap({ changes[$0] }) {
            group.addTask {
              if let failure = try await StageAhead(services, rollout: rollout).stage(hosts[change.host], change) {
                Output.note("rollout \(rollout): \(change.host) could not be staged ahead: \(failure.text)")
              }
            }
          }
          try await group.waitForAll()
        }
        due.removeAll { batch.contains($0) }
        batch = try await desk.stage(rollout, next: due)
      } while !batch.isEmpty
    }
  }
}
