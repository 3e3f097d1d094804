import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import Foundation
import OpenStackAPI

/// `sevfleet inventory …`
struct InventoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inventory", abstract: "Checks, lists and proposes the declared hosts.",
    subcommands: [InventoryCheck.self, InventoryList.self, InventoryImport.self])
}

struct InventoryCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Reads every file strictly and reports all mistakes at once.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options)
      let now = SystemClock().now()
      if options.json {
        try context.output.document(InventoryDocument(context.inventory, now: now))
        return ExitStatus.done
      }
      context.output.line(
        "\(context.inventory.hosts.count) hosts, \(context.inventory.targets.count) targets, "
          + "\(context.catalog.records.count) images: no mistakes")
      for schedule in context.inventory.schedules { context.output.line(ScheduleText.text(schedule, now: now)) }
      return ExitStatus.done
    }
  }
}

struct InventoryList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the declared hosts.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "Names, globs, group=NAME or domain=NAME; none means all.") var hosts: [String] = []

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options)
      let chosen = try context.hosts(hosts)
      if options.json {
        var inventory = context.inventory
        inventory.hosts = chosen
        try context.output.document(InventoryDocument(inventory, now: SystemClock().now()))
        return ExitStatus.done
      }
      var table = TextTable(["HOST", "ADDRESS", "COMPUTE HOST", "DOMAIN", "GROUPS", "TARGET", "DECLARED"])
      for host in chosen {
        table.add([
          host.id.rawValue, "\(host.address):\(host.ssh.port)", host.computeHost.name ?? "-", host.failureDomain ?? "-",
          host.groups.joined(separator: ","), host.target?.label ?? "-", "\(host.declaredAt)",
        ])
      }
      context.output.line(table.text)
      return ExitStatus.done
    }
  }
}

struct InventoryImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Proposes a hosts file from what another inventory knows; writes nothing.",
    discussion: """
      Prints the hosts that are new, and tells on standard error where a declared host is told differently. From Nova, \
      aggregates become groups and the availability zone the failure domain.
      """)

  @OptionGroup var options: GlobalOptions
  @Flag(help: "Ask Nova for its compute hosts.") var nova = false
  @Option(help: "Only hosts of this aggregate.") var aggregate: String?
  @Option(help: "Read a CSV file; its first line names the columns.") var csv: String?
  @Option(help: "Read an Ansible inventory, INI or YAML.") var ansible: String?

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false, mayBeEmpty: true)
      let imported: [ImportedHost]
      switch (nova, csv, ansible) {
      case (true, nil, nil): imported = try await askNova(context)
      case (false, let file?, nil) where aggregate == nil: imported = try read(file, CSVHosts.read)
      case (false, nil, let file?) where aggregate == nil: imported = try read(file, AnsibleHosts.read)
      case (_, _, _):
        throw CommandError(
          ExitStatus.usage, "usage", "say where from, once: --nova, perhaps with --aggregate, --csv or --ansible",
          expected: "--nova, --csv FILE or --ansible FILE")
      }
      try show(InventoryProposal(imported, into: context.inventory, isInNova: nova), context)
      return ExitStatus.done
    }
  }

  private func show(_ proposal: InventoryProposal, _ context: CommandContext) throws {
    if options.json {
      try context.output.document(ImportDocument(proposal))
      return
    }
    for difference in proposal.differences { Output.note(difference.sentence) }
    Output.note("\(proposal.inventory.hosts.count) new, \(proposal.unchanged) as declared")
    for file in InventoryWriter.files(for: proposal.inventory) where file.path.hasPrefix("hosts") {
      context.output.line("# \(options.inventoryFolder)/\(file.path)\n\(String(decoding: file.bytes, as: UTF8.self))")
    }
  }

  private func read(
    _ file: String, _ reader: ([UInt8], String) -> Result<[ImportedHost], Diagnostics>
  ) throws -> [ImportedHost] {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      throw CommandError(
        ExitStatus.badInput, "unreadable", "\(file) cannot be read: \(error.localizedDescription)", found: file)
    }
    switch reader(Array(bytes), file) {
    case .success(let hosts): return hosts
    case .failure(let diagnostics): throw CommandError(diagnostics)
    }
  }

  private func askNova(_ context: CommandContext) async throws -> [ImportedHost] {
    guard let cloud = try context.openCloud() else {
      throw CommandError(
        ExitStatus.badInput, "notConfigured", "no OpenStack is configured", expected: "openstack.cloud or OS_*")
    }
    let answer = await Result { try await hosts(of: cloud) }
    try? await cloud.shutdown()
    return try answer.get()
  }

  private func hosts(of cloud: OpenStackCloud) async throws -> [ImportedHost] {
    let aggregates = try await cloud.nova.aggregates()
    if let aggregate, !aggregates.contains(where: { $0.name == aggregate }) {
      throw CommandError(ExitStatus.usage, "noAggregate", "Nova has no aggregate \(aggregate)", found: aggregate)
    }
    return try await cloud.nova.hypervisors().sorted { $0.serviceHost < $1.serviceHost }.compactMap { hypervisor in
      let name = hypervisor.serviceHost
      let own = aggregates.filter { $0.hosts.contains(name) }
      if let aggregate, !own.contains(where: { $0.name == aggregate }) { return nil }
      return .nova(
        name, address: hypervisor.hostIP ?? hypervisor.hostname, aggregates: own.map(\.name).sorted(),
        availabilityZone: own.compactMap(\.availabilityZone).first)
    }
  }
}

/// `sevfleet.inventory/1` with the hosts that are new, and with what is told differently of the declared ones.
struct ImportDocument: Encodable {
  var schema = "sevfleet.inventory/1"
  var hosts: [InventoryDocument.HostRow]
  var targets: [String] = []
  var schedules: [InventoryDocument.ScheduleRow] = []
  var differences: [InventoryProposal.Difference]
  var unchanged: Int

  init(_ proposal: InventoryProposal) {
    hosts = InventoryDocument(proposal.inventory, now: SystemClock().now()).hosts
    differences = proposal.differences
    unchanged = proposal.unchanged
  }
}

extension Result where Failure == any Error {
  /// Catches what an async body throws, so that something can be closed before it is thrown on.
  init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}

/// `sevfleet.inventory/1`.
struct InventoryDocument: Encodable {
  struct HostRow: Encodable {
    var name: HostID
    var address: String
    var port: Int
    var computeHost: String?
    var failureDomain: String?
    var groups: [String]
    var target: String?
    var declaredAt: String
  }

  var schema = "sevfleet.inventory/1"
  var hosts: [HostRow]
  var targets: [String]
  var schedules: [ScheduleRow]

  init(_ inventory: Inventory, now: Instant) {
    hosts = inventory.hosts.map {
      HostRow(
        name: $0.id, address: $0.address, port: $0.ssh.port, computeHost: $0.computeHost.name,
        failureDomain: $0.failureDomain, groups: $0.groups, target: $0.target?.label, declaredAt: "\($0.declaredAt)")
    }
    targets = inventory.targets.map(\.name)
    schedules = inventory.schedules.map { ScheduleRow($0, now: now) }
  }
}
