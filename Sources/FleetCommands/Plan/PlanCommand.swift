import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// `sevfleet plan`
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Says what would be done to each host and why; changes nothing on hosts.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var planning: PlanOptionsGroup
  @Argument(help: "Names, globs, group=NAME or domain=NAME; none means all.") var hosts: [String] = []
  @Flag(help: "Exit 2 when changes are pending.") var detailedExitcode = false

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options)
      let store = try context.store()
      let asked = try planning.options(context)
      let chosen = try context.hosts(hosts, asked)
      let made = try await context.withServices(store, asksNova: !planning.offline) {
        try await PlanMaker(services: $0).plan(
          chosen, options: asked, waves: context.inventory.policy.inForce(asked).waves, offline: planning.offline)
      }
      try PlanFindings.check(made.findings)
      try context.auditPlan(made.id.rawValue, made.plan, store)
      let now = SystemClock().now()
      let seen = made.observations.mapValues(\.observedAt)
      if options.json {
        try context.output.document(
          PlanDocument(made.plan, id: made.id.rawValue, createdAt: now, observedAt: seen))
      } else {
        context.output.line(PlanText.text(made.plan, id: made.id.rawValue))
      }
      if planning.offline {
        for (host, at) in seen.sorted(by: { $0.key < $1.key }) {
          Output.note("\(host): seen \(DurationText.people(now - at)) ago")
        }
      }
      return detailedExitcode && !made.plan.changes.isEmpty ? ExitStatus.changesPending : ExitStatus.done
    }
  }
}

extension CommandContext {
  /// Who made a plan that was not kept before; nobody makes it again.
  func auditPlan(_ id: String, _ plan: Plan, _ store: FleetStore, by person: String = Operator.name) throws {
    let stored = try store.plan(id: id)
    guard stored.createdAt == stored.plannedAt else { return }
    try store.audit(Action(by: person, .keepPlan, id, why: plan.options.emergency), at: SystemClock().now())
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
