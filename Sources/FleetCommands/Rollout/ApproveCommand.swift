import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// `sevfleet rollout approve ID`
struct RolloutApprove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Agrees to the plan of a rollout that waits for its window or for people.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The rollout's id, or the beginning of it.") var id: String
  @Option(help: "How many servers may be shut down: the number the plan prints.") var acceptRestarts: Int?

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let store = try context.store()
      let record = try store.rollout(id: id)
      // Whoever agrees sees to what.
      Output.note(PlanText.text(try store.plan(id: record.plan).plan, id: record.plan))
      Output.note(try await approve(record.id, context))
      let report = try StoredRollout.report(store, record.id)
      if options.json {
        try context.output.document(RolloutDocument(report))
      } else {
        context.output.line(RolloutText.text(report))
      }
      return ExitStatus.done
    }
  }

  private func approve(_ rollout: String, _ context: CommandContext) async throws -> String {
    let person = Operator.name
    do {
      return try await context.briefly("rollout approve") {
        try Approval(store: $0).approve(rollout, by: person, restarts: acceptRestarts ?? 0)
      }
    } catch let error as StoreError where error.kind == .locked {
      guard let served = try Served(context) else { throw error }
      let request = ControlRequest(.approve, rollout: rollout, by: person, restarts: acceptRestarts ?? 0)
      return try await served.ask(request).text
    }
  }
}
