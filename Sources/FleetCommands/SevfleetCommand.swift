import ArgumentParser

/// The one executable. Each command is a file in the folder of its noun.
struct SevfleetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sevfleet",
    abstract: "Keeps the AMD SEV firmware of a fleet of OpenStack compute hosts where its operators want it.",
    version: "0.1.0",
    subcommands: [
      InventoryCommand.self, CatalogCommand.self, ProbeCommand.self, PlanCommand.self, ApplyCommand.self,
      DowngradeCommand.self, RolloutCommand.self, HostCommand.self, BackupCommand.self, HistoryCommand.self,
      WhyCommand.self, ReportCommand.self, LabCommand.self,
    ])

  /// Global options may stand before the command as well as after it.
  static func arranged(_ arguments: [String]) -> [String] {
    let valued: Set<String> = ["--inventory", "--catalog", "--state"]
    let flags: Set<String> = ["--json", "--no-color", "-v", "--verbose"]
    var leading: [String] = []
    var rest = arguments[...]
    while let first = rest.first {
      if valued.contains(first), rest.count > 1 {
        leading += rest.prefix(2)
        rest = rest.dropFirst(2)
      } else if flags.contains(first) || valued.contains(where: { first.hasPrefix("\($0)=") }) {
        leading.append(first)
        rest = rest.dropFirst()
      } else {
        break
      }
    }
    guard !leading.isEmpty, !rest.isEmpty else { return arguments }
    // Behind the last word but before a `--`, so that they stay options.
    if let end = rest.firstIndex(of: "--") { return Array(rest[..<end]) + leading + Array(rest[end...]) }
    return Array(rest) + leading
  }
}
