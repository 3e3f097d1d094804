import ArgumentParser

/// `sevfleet report …`
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Reports on the fleet from what was last seen.",
    subcommands: [ReportCompliance.self, ReportOpenStack.self, ReportTempest.self])
}
