import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// `sevfleet probe`
struct ProbeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe", abstract: "Looks at hosts and stores what was seen; changes nothing on them.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "Names, globs, group=NAME or domain=NAME; none means all.") var hosts: [String] = []

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options)
      let chosen = try context.hosts(hosts)
      let store = try context.store()
      let looks = try await context.withServices(store) { try await PlanMaker(services: $0).probe(chosen) }
      let floors = try store.floors()
      let at = SystemClock().now()
      let rows = chosen.map { host in
        ObservationDocument.Host(
          host: host.id, look: looks[host.id] ?? .failure(ProbeFailure(kind: .unreachable, text: "not asked")), at: at,
          floor: floors[host.id], facts: context.facts)
      }
      if options.json {
        try context.output.document(ObservationDocument(hosts: rows))
      } else {
        context.output.line(ProbeTable.text(chosen, looks, floors, context.facts))
      }
      let failed = looks.values.contains { if case .failure = $0 { true } else { false } }
      return failed ? ExitStatus.unreachable : ExitStatus.done
    }
  }
}

enum ProbeTable {
  static func text(
    _ hosts: [Host], _ looks: [HostID: Result<Observation, ProbeFailure>], _ floors: [HostID: FloorEvidence],
    _ facts: Facts
  ) -> String {
    var table = TextTable([
      "HOST", "CPU", "RUNNING", "FLOOR", "AFTER RESET", "SNP SVN", "SEV", "SEV-ES", "SEV-SNP", "VMS", "CCP", "KERNEL",
    ])
    var failures: [String] = []
    for host in hosts {
      switch looks[host.id] {
      case .success(let seen)?: table.add(row(host, seen, floors[host.id], facts))
      case .failure(let failure)?:
        table.add([host.id.rawValue, "-", failure.kind.rawValue])
        failures.append("\(host.id): \(failure.text)")
      case nil: table.add([host.id.rawValue, "-", "-"])
      }
    }
    return ([table.text] + failures).joined(separator: "\n")
  }

  private static func row(_ host: Host, _ seen: Observation, _ floor: FloorEvidence?, _ facts: Facts) -> [String] {
    let running = RunningFirmware.judge(seen.firmware)
    let known = FloorEvidence.inForce(seen, stored: floor)
    let after = AfterReset.judge(seen, running: running.version, floor: known?.version)
    let features = SEVFeatures.judge(seen, facts: facts)
    return [
      host.id.rawValue, seen.cpu.flatMap { facts.generation(of: $0)?.name } ?? "unknown",
      running.version?.description ?? "unknown", known?.version.description ?? "unknown",
      after.version?.description ?? "unknown", seen.currentSNP(facts: facts).map { "\($0.level)" } ?? "-",
      features.sev.rawValue, features.sevES.rawValue, features.sevSNP.rawValue,
      seen.virtualMachines.running.map { "\($0)" } ?? "unknown",
      seen.modules.reloadable ? "reloadable" : seen.modules.ccp?.rawValue ?? "unknown", seen.kernel ?? "-",
    ]
  }
}
