import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats

/// `sevfleet apply`
struct ApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Runs a plan to its end: drain, stage, activate, prove, give back.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var planning: PlanOptionsGroup
  @OptionGroup var consent: ConsentOptions
  @Argument(help: "Hosts as for `plan`, or one plan: plan- and at least 8 hex digits.") var hosts: [String] = []

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options)
      try planning.check(with: hosts)
      let asked = try planning.options(context)
      return try await ApplyFlow(context: context, consent: consent, command: "apply")
        .run(hosts, asked, offline: planning.offline)
    }
  }
}

/// `sevfleet downgrade`
struct DowngradeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "downgrade", abstract: "The way back: an older version, the BIOS copy, or a backup.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var planning: PlanOptionsGroup
  @OptionGroup var consent: ConsentOptions
  @Argument(help: "Names, globs, group=NAME or domain=NAME; none means all.") var hosts: [String] = []
  @Flag(help: "This is an emergency; the reason is recorded.") var emergency = false
  @Option(help: "Why, for the record.") var reason: String?
  @Option(help: "Why this emergency does not wait for the approvals that policy wants, for the record.")
  var breakGlass: String?

  func validate() throws {
    if planning.target == nil { throw ValidationError("--to is needed: a target, a version, factory or backup") }
    if emergency, (reason ?? "").allSatisfy(\.isWhitespace) { throw ValidationError("--emergency needs --reason TEXT") }
    if let breakGlass {
      if breakGlass.allSatisfy(\.isWhitespace) { throw ValidationError("--break-glass needs a TEXT") }
      if !emergency { throw ValidationError("--break-glass is for --emergency") }
    }
  }

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options)
      try planning.check(with: hosts)
      let asked = try planning.options(context, allowDowngrade: true, emergency: emergency ? reason : nil)
      return try await ApplyFlow(context: context, consent: consent, command: "downgrade", breakGlass: breakGlass)
        .run(hosts, asked, offline: planning.offline)
    }
  }
}
