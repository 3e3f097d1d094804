import ArgumentParser
import FleetCore
import FleetFormats

/// `sevfleet report openstack`
struct ReportOpenStack: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "openstack",
    abstract: "Holds the cloud's SEV set-up against YAOOK's and Nova's guides; changes nothing, and shows each fix.")

  @OptionGroup var options: GlobalOptions
  @Option(help: "table or json.") var format: ReportFormat?
  @OptionGroup var output: ReportOutput
  @Flag(help: "Exit 6 when there is a finding.") var exitCode = false

  func run() async throws {
    try await Execution.run(options) {
      let writer = try output.writer()
      let look = try await CloudLook.take(try CommandContext(options))
      let audit = CloudAudit(look.setUp)
      let document = CloudAuditDocument(audit, of: look.setUp, at: look.at)
      let text: String
      switch format ?? (options.json ? .json : .table) {
      case .table: text = CloudAuditText.text(document)
      case .json: text = try JSONText.pretty(document) + "\n"
      }
      try writer.write(text)
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
  @OptionGroup var output: ReportOutput

  func run() async throws {
    try await Execution.run(options) {
      let writer = try output.writer()
      let look = try await CloudLook.take(try CommandContext(options))
      let job = TempestJob(TempestModes(look.setUp), at: look.at)
      try writer.write(options.json ? try JSONText.pretty(job) + "\n" : job.yaml)
      return ExitStatus.done
    }
  }
}
