import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats

/// `sevfleet plan`
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Says what would be done to each host and why; changes nothing on hosts.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var planning: PlanOptionsGroup
  @Argument(help: "Names, globs, group=NAME or domain=NAME; none means all.") var hosts: [String] = []
  @Flag(help: "Use stored observations, ask neither hosts nor Nova.") var offline = false
  @Flag(help: "Exit 2 when changes are pending.") var detailedExitcode = false

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options)
      let chosen = try context.hosts(hosts)
      let store = try context.store()
      let asked = try planning.options(context)
      let made = try await context.withServices(store) {
        try await PlanMaker(services: $0).plan(chosen, options: asked, offline: offline)
      }
      if options.json {
        let document = PlanDocument(made.plan, id: made.id.rawValue, createdAt: SystemClock().now())
        try context.output.document(document)
      } else {
        context.output.line(PlanText.text(made.plan, id: made.id.rawValue))
      }
      if offline, let oldest = made.oldest {
        Output.note("oldest observation: \(DurationText.people(SystemClock().now() - oldest)) old")
      }
      try PlanFindings.check(made.findings)
      return detailedExitcode && !made.plan.changes.isEmpty ? ExitStatus.changesPending : ExitStatus.done
    }
  }
}

/// What the independent checker says of a plan stops everything.
enum PlanFindings {
  static func check(_ findings: [PlanChecker.Finding]) throws {
    guard !findings.isEmpty else { return }
    throw CommandError(
      ExitStatus.failed, "planRefused",
      "the plan does not pass its own check: " + findings.map(\.description).joined(separator: "; "))
  }
}
