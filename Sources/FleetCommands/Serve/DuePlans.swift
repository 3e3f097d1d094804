import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// Plans what schedules are due to: one rollout for each opening, booked once.
struct DuePlans {
  let context: CommandContext
  let store: FleetStore
  let desk: ServeDesk

  func make() async throws {
    let now = SystemClock().now()
    let booked = try store.bookedOpenings()
    for schedule in context.inventory.schedules {
      guard let opening = schedule.window.next(after: now), now + schedule.planAhead >= opening.opens,
        !booked.contains(BookedOpening(schedule: schedule.name, date: opening.date)),
        await desk.isDue(schedule.name, opening, at: now)
      else { continue }
      do {
        try await make(schedule, opening)
      } catch {
        if Task.isCancelled { throw error }
        await desk.foundNothing(for: schedule.name, opening, at: now)
        Output.note("schedule \(schedule.name) on \(opening.date) could not be planned: \(CommandError(error).text)")
      }
    }
  }

  private func make(_ schedule: Schedule, _ opening: Opening) async throws {
    let hosts = try context.hosts(schedule.hosts)
    let made = try await context.withServices(store) {
      try await PlanMaker(services: $0).plan(
        hosts, options: schedule.options, waves: context.inventory.policy.inForce(schedule.options).waves)
    }
    try PlanFindings.check(made.findings)
    guard !made.plan.changes.isEmpty else {
      await desk.foundNothing(for: schedule.name, opening, at: SystemClock().now())
      return Output.note("schedule \(schedule.name) on \(opening.date): nothing to do")
    }
    let rollout = RolloutName.fresh()
    if let waiting = try await desk.book(schedule, opening, plan: made.plan, planID: made.id.rawValue, rollout: rollout)
    {
      Output.note("rollout \(rollout) was planned; it \(waiting)")
    }
  }
}
