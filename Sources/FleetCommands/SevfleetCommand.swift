import ArgumentParser

/// The one executable. Each command is a file in the folder of its noun.
struct SevfleetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sevfleet",
    abstract: "Keeps the AMD SEV firmware of a fleet of OpenStack compute hosts where its operators want it.",
    version: "0.1.0",
    subcommands: [
      InventoryCommand.self, CatalogCommand.self, ProbeCommand.self, PlanCommand.self, ApplyCommand.self,
      DowngradeCommand.self, RehearseCommand.self, RolloutCommand.self, HostCommand.self, BackupCommand.self,
      HistoryCommand.self, AuditCommand.self, WhyCommand.self, ReportCommand.self, ServeCommand.self,
      TokenCommand.self, LabCommand.self,
    ])
}
