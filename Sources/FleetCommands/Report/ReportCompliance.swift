import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import OpenStackAPI

struct ReportCompliance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compliance",
    abstract: "Holds every host against its target and against AMD's bulletins; unknown is not compliant.")

  /// Three months: how long a fleet takes with a bulletin, and as much as a chart can show.
  static let usualDays = 90

  @OptionGroup var options: GlobalOptions
  @Argument(help: "Names, globs, group=NAME or domain=NAME; none means all.") var hosts: [String] = []
  @Option(help: "table, json, csv, html or junit.") var format: ComplianceForm?
  @Option(help: "As of this time (RFC 3339, UTC) instead of now.") var at: String?
  @Option(help: "Days of the past to tell in table, JSON and HTML (0 to 400; 90).") var days: Int?
  @Flag(help: "Ask Nova which TCB each running SEV-SNP server was launched on.") var servers = false
  @OptionGroup var output: ReportOutput
  @Flag(help: "Exit 6 when a host is not compliant and no waiver covers it.") var exitCode = false

  func validate() throws {
    if let days, !ComplianceDesk.days.contains(days) {
      throw ValidationError("--days must be 0 to \(ComplianceDesk.days.upperBound), not \(days)")
    }
    if servers, at != nil { throw ValidationError("--servers is about now: Nova does not tell what ran at --at") }
  }

  func run() async throws {
    try await Execution.run(options) {
      let writer = try output.writer()
      let context = try CommandContext(options, needsCatalog: false)
      let chosen = try context.hosts(hosts)
      let report = try await report(chosen, context, try context.store())
      try writer.write(
        try chosenFormat.text(report, hosts: chosen, isPast: at != nil, at: SystemClock().now()))
      return exitCode && !report.isCompliant ? ExitStatus.notCompliant : ExitStatus.done
    }
  }

  private var chosenFormat: ComplianceForm { format ?? (options.json ? .json : .table) }

  private func report(
    _ hosts: [Host], _ context: CommandContext, _ store: FleetStore
  ) async throws -> ComplianceReport {
    let moment = try at.map { try Instant(option: "--at", $0) }
    let now = SystemClock().now()
    let desk = ComplianceDesk(store: store, facts: context.facts, rules: context.inventory.compliance)
    let past = chosenFormat.tellsThePast ? days ?? Self.usualDays : 0
    var report = try desk.report(hosts, at: moment, now: now, days: past)
    if servers { report.servers = try await launched(hosts, desk, context, now) }
    return report
  }

  private func launched(
    _ hosts: [Host], _ desk: ComplianceDesk, _ context: CommandContext, _ now: Instant
  ) async throws -> [ServerAttestation] {
    guard let cloud = try context.openCloud() else {
      throw CommandError(ExitStatus.usage, "noOpenStack", "--servers asks Nova, and no OpenStack is configured")
    }
    let result: Result<[ServerAttestation], any Error>
    do {
      result = .success(try await desk.servers(hosts, NovaComputeGateway(cloud), now: now))
    } catch let error as ComputeError {
      result = .failure(CommandError(ExitStatus.failed, error.kind.rawValue, error.text))
    } catch {
      result = .failure(error)
    }
    try? await cloud.shutdown()
    return try result.get()
  }
}
