import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// `sevfleet why HOST`
struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Says the first reason why nothing happens to a host, with its rule.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The host's name.") var host: String

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let host = try context.host(host)
      let answer = try Why.answer(host.id, try context.store())
      if options.json {
        try context.output.document(answer)
      } else {
        context.output.line("\(host.id): \(answer.text)\(answer.rule.map { " (\($0))" } ?? "")")
      }
      return ExitStatus.done
    }
  }
}
