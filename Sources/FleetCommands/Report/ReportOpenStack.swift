import ArgumentParser
import FleetCore
import FleetFormats
import Foundation

/// `sevfleet report openstack`
struct ReportOpenStack: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "openstack",
    abstract: "Holds the cloud's SEV set-up against YAOOK's and Nova's guides; changes nothing, and shows each fix.")

  @OptionGroup var options: GlobalOptions
  @Option(help: "table or json.") var format: ReportFormat?
  @Option(help: "Write to this file instead of standard output.") var output: String?
  @Flag(help: "Exit 6 when there is a finding.") var exitCode = false

  func run() async throws {
    try await Execution.run(options) {
      let look = try await CloudLook.take(try CommandContext(options))
      let audit = CloudAudit(look.setUp)
      let document = CloudAuditDocument(audit, of: look.setUp, at: look.at)
      let text: String
      switch format ?? (options.json ? .json : .table) {
      case .table: text = CloudAuditText.text(document)
      case .json: text = try JSONText.pretty(document) + "\n"
      }
      try ReportOutput.write(text, to: output)
      return exitCode && !audit.isClean ? ExitStatus.notCompliant : ExitStatus.done
    }
  }
}

/// `sevfleet report tempest`
struct ReportTempest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tempest",
    abstract: "Prints YAOOK's TempestJob with the encryption modes that this fleet can run; changes nothing.")

  @OptionGroup var options: GlobalOptions
  @Option(help: "Write to this file instead of standard output.") var output: String?

  func run() async throws {
    try await Execution.run(options) {
      let look = try await CloudLook.take(try CommandContext(options))
      let job = TempestJob(TempestModes(look.setUp), at: look.at)
      try ReportOutput.write(options.json ? try JSONText.pretty(job) + "\n" : job.yaml, to: output)
      return ExitStatus.done
    }
  }
}

/// Where a report goes.
enum ReportOutput {
  /// Writes to a file as a whole, or to standard output.
  static func write(_ text: String, to path: String?) throws {
    guard let path else { return Output.write(text, to: 1) }
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CommandError(ExitStatus.failed, "unwritable", "\(path): \(error.localizedDescription)")
    }
  }
}
