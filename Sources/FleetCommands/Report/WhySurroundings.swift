package import FleetCore
import FleetEngine
import FleetFormats

/// What the store does not know: who works now, what the operator's files say, and how a command is spelt.
package struct WhySurroundings {
  package var now: Instant
  package var presence: RolloutPresence
  /// What a plan may cost the fleet.
  package var budgets: (Plan) -> RolloutBudgets
  /// The opening of a booked schedule as the files tell it now; `nil`: there is none any more.
  package var standing: (RolloutBooking) -> Opening?
  package var commandLine: ([String]) -> String
  /// Names of the firmware's errors.
  package var facts: Facts

  package init(
    now: Instant = SystemClock().now(), presence: RolloutPresence = .nobody,
    budgets: @escaping (Plan) -> RolloutBudgets = { _ in RolloutBudgets() },
    standing: @escaping (RolloutBooking) -> Opening? = { $0.window?.opening },
    commandLine: @escaping ([String]) -> String = { (["sevfleet"] + $0).joined(separator: " ") },
    facts: Facts = Facts()
  ) {
    self.facts = facts
    self.now = now
    self.presence = presence
    self.budgets = budgets
    self.standing = standing
    self.commandLine = commandLine
  }
}

extension WhySurroundings {
  /// Asks whoever holds the lock what it works on.
  init(_ context: CommandContext) async throws {
    self.init(
      presence: try await RolloutPresence.look(context.stateFolder), budgets: { context.budgets(of: $0) },
      standing: { $0.standing(in: context.inventory.schedules) }, commandLine: { context.options.commandLine($0) },
      facts: context.facts)
  }
}
