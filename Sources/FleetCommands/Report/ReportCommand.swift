import ArgumentParser

/// `sevfleet report …`
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Reports on the fleet, and checks the signatures of reports.",
    subcommands: [ReportCompliance.self, ReportOpenStack.self, ReportTempest.self, ReportVerify.self])
}

/// A form of a report that people read, or programs.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable { case table, json }
