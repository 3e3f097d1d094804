import ArgumentParser
import FleetCore
import FleetFormats
import FleetStore

/// `sevfleet history HOST`
struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Tells everything ever recorded of a host.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The host's name.") var host: String

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let entries = try context.store().history(host: HostID(host))
      guard !entries.isEmpty || context.inventory.host(HostID(host)) != nil else {
        throw CommandError(ExitStatus.usage, "noHost", "no host \(host) is known", found: host)
      }
      if options.json {
        try context.output.document(HistoryDocument(host: HostID(host), entries: entries))
        return ExitStatus.done
      }
      for entry in entries {
        context.output.line(
          "\(entry.at.rfc3339) \(entry.rollout ?? "-") \(entry.event.sentence)\(Self.tcb(entry.event))")
      }
      if entries.isEmpty { context.output.line("\(host): nothing was ever done to it") }
      return ExitStatus.done
    }
  }

  /// The TCB in full where an entry holds one.
  private static func tcb(_ event: JournalEvent) -> String {
    guard let tcb = event.facts?.tcb else { return "" }
    let fmc = tcb.fmc.map { "FMC \($0), " } ?? ""
    return " (TCB: \(fmc)boot loader \(tcb.bootloader), TEE \(tcb.tee), SNP \(tcb.snp), microcode \(tcb.microcode))"
  }
}
