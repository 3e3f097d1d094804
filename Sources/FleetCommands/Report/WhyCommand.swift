import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// `sevfleet why HOST|ROLLOUT`
struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Says the first reason why nothing happens to a host, or why a rollout does not go on, with its rule.")

  @OptionGroup var options: GlobalOptions
  @Argument(
    help: ArgumentHelp("The host's name, else a rollout's id or the beginning of it.", valueName: "host|rollout"))
  var subject: String

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let store = try context.store()
      let answer: WhyDocument
      if let host = context.inventory.host(HostID(subject)) {
        answer = try Why.answer(
          declared: host, store, context.inventory.compliance, try await WhySurroundings(context))
      } else {
        let record = try rollout(store)
        answer = try RolloutWhy(record, store, try await WhySurroundings(context)).answer()
      }
      if options.json {
        try context.output.document(answer)
      } else {
        for line in answer.lines { context.output.line(line) }
      }
      return ExitStatus.done
    }
  }

  private func rollout(_ store: FleetStore) throws -> RolloutRecord {
    do throws(StoreError) {
      return try store.rollout(id: subject)
    } catch {
      guard error.kind == .notFound || error.kind == .tooShort else { throw error }
      throw CommandError(
        ExitStatus.usage, "noHost", "the inventory has no host \(subject), and no rollout is called so",
        expected: "a host, or a rollout's id or its beginning", found: subject)
    }
  }
}
