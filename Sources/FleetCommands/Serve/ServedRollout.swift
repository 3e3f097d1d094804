import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// Drives one rollout for `serve`, under the files as they are when it begins.
struct ServedRollout {
  let context: CommandContext
  let store: FleetStore
  let control: ControlDesk
  let moves: CloudMoves

  func run(_ job: ServeJob) async throws {
    let record = try store.rollout(id: job.rollout)
    let stored = try store.plan(id: record.plan)
    try context.checkPresent(record, store)
    let line = ProgressLine(verbose: context.options.verbose)
    let control = control
    let report = try await context.withServices(
      store, moves: moves, progress: { line.show($0) }
    ) { services in
      var services = services
      services.othersStop = { control.inHand.contains { $0 != job.rollout } }
      return try await context.engine(services, stored.plan, until: job.until).run(
        rollout: record.id, plan: stored.plan, planID: stored.id, by: try beginner(record.id),
        stop: { control.wish(for: record.id) })
    }
    Output.note("rollout \(record.id): \(report.state.rawValue)")
  }

  /// Who stands for it: the people who approved it, else who left it, else its schedule.
  private func beginner(_ rollout: String) throws -> String {
    let booking = try store.booking(rollout: rollout)
    if !booking.approvedBy.isEmpty { return booking.approvedBy.joined(separator: ", ") }
    if let person = booking.leftBy { return person }
    return booking.window.map { "schedule \($0.schedule)" } ?? ServeCommand.name
  }
}
