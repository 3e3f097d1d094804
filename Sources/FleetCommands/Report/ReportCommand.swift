import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Foundation

/// `sevfleet report …`
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Reports on the fleet from what was last seen.",
    subcommands: [ReportCompliance.self])
}

enum ReportFormat: String, ExpressibleByArgument, CaseIterable { case table, json }

struct ReportCompliance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compliance", abstract: "Holds every host against its target; unknown is not compliant.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "Names, globs, group=NAME or domain=NAME; none means all.") var hosts: [String] = []
  @Option(help: "table or json.") var format: ReportFormat?
  @Option(help: "As of this time (RFC 3339, UTC) instead of now.") var at: String?
  @Option(help: "Write to this file instead of standard output.") var output: String?
  @Flag(help: "Exit 6 when a host is not compliant.") var exitCode = false

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options)
      let chosen = try context.hosts(hosts)
      let report = try report(chosen, context, try context.store())
      let text: String
      switch format ?? (options.json ? .json : .table) {
      case .table: text = Self.table(report) + "\n"
      case .json: text = try JSONText.pretty(ComplianceDocument(report)) + "\n"
      }
      if let output {
        do {
          try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
        } catch {
          throw CommandError(ExitStatus.failed, "unwritable", "\(output): \(error.localizedDescription)")
        }
      } else {
        Output.write(text, to: 1)
      }
      return exitCode && !report.isCompliant ? ExitStatus.notCompliant : ExitStatus.done
    }
  }

  private func report(_ hosts: [Host], _ context: CommandContext, _ store: FleetStore) throws -> ComplianceReport {
    let moment = try at.map { text in
      guard let instant = Instant(rfc3339: text) else {
        throw CommandError(
          ExitStatus.usage, "badTime", "--at \(text) is no time", expected: "2026-11-23T02:00:00Z", found: text)
      }
      return instant
    }
    let latest = try store.latestObservations(at: moment)
    let seen = try store.latestSeen(at: moment)
    let floors = try store.floors()
    let quarantines = moment == nil ? try store.quarantines() : [:]
    let rows = hosts.map { host in
      var failure: ProbeFailure?
      if case .failure(let found)? = latest[host.id]?.result { failure = found }
      return ComplianceRow.judge(
        host, observation: seen[host.id]?.observation, failure: failure, floor: floors[host.id],
        quarantine: quarantines[host.id]?.sentence, facts: context.facts)
    }
    return ComplianceReport(at: moment ?? SystemClock().now(), rows: rows)
  }

  static func table(_ report: ComplianceReport) -> String {
    var table = TextTable([
      "HOST", "STATE", "TARGET", "RUNNING", "AFTER RESET", "SNP SVN", "SEV", "SEV-ES", "SEV-SNP", "LAST SEEN",
    ])
    var findings: [String] = []
    for row in report.rows {
      table.add([
        row.host.rawValue, row.state.rawValue, row.target ?? "-", row.running?.description ?? "unknown",
        row.afterReboot?.description ?? "unknown", row.tcb.map { "\($0.snp)" } ?? "-", row.features.sev.rawValue,
        row.features.sevES.rawValue, row.features.sevSNP.rawValue, row.lastSeen?.rfc3339 ?? "never",
      ])
      findings += row.findings.map { "\(row.host): \($0.text) [\($0.source)]" }
    }
    let counts = ComplianceRow.State.allCases.map { state in
      "\(report.rows.count { $0.state == state }) \(state.rawValue)"
    }
    return ([table.text, ""] + findings + [counts.joined(separator: ", ")]).joined(separator: "\n")
  }
}
