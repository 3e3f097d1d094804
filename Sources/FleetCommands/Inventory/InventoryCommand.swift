import ArgumentParser
import FleetCore
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
      if options.json {
        try context.output.document(InventoryDocument(context.inventory))
      } else {
        context.output.line(
          "\(context.inventory.hosts.count) hosts, \(context.inventory.targets.count) targets, "
            + "\(context.catalog.records.count) images: no mistakes")
      }
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
        try context.output.document(InventoryDocument(inventory))
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
    commandName: "import", abstract: "Proposes a hosts file from what Nova knows; writes nothing.")

  @OptionGroup var options: GlobalOptions
  @Flag(help: "Ask Nova for its compute hosts.") var nova = false
  @Option(help: "Only hosts of this aggregate.") var aggregate: String?

  func run() async throws {
    try await Execution.run(options) {
      guard nova else {
        throw CommandError(ExitStatus.usage, "usage", "say where from: --nova", expected: "--nova")
      }
      let context = try CommandContext(options, needsCatalog: false, mayBeEmpty: true)
      guard let cloud = try context.openCloud() else {
        throw CommandError(
          ExitStatus.badInput, "notConfigured", "no OpenStack is configured", expected: "openstack.cloud or OS_*")
      }
      let proposal = await Result { try await propose(context, cloud) }
      try? await cloud.shutdown()
      let inventory = try proposal.get()
      if options.json {
        try context.output.document(InventoryDocument(inventory))
      } else {
        for file in InventoryWriter.files(for: inventory) where file.path.hasPrefix("hosts") {
          context.output.line(
            "# \(options.inventoryFolder)/\(file.path)\n\(String(decoding: file.bytes, as: UTF8.self))")
        }
      }
      return ExitStatus.done
    }
  }

  private func propose(_ context: CommandContext, _ cloud: OpenStackCloud) async throws -> Inventory {
    var names: Set<String>?
    if let aggregate {
      let found = try await cloud.nova.aggregates().first { $0.name == aggregate }
      guard let found else {
        throw CommandError(ExitStatus.usage, "noAggregate", "Nova has no aggregate \(aggregate)", found: aggregate)
      }
      names = Set(found.hosts)
    }
    let known = Set(context.inventory.hosts.compactMap(\.computeHost.name))
    var inventory = Inventory(ssh: context.inventory.ssh, openStackConfigured: true)
    for hypervisor in try await cloud.nova.hypervisors().sorted(by: { $0.serviceHost < $1.serviceHost }) {
      let name = hypervisor.serviceHost
      if let names, !names.contains(name) { continue }
      if known.contains(name) { continue }
      inventory.hosts.append(
        Host(
          id: HostID(name), address: hypervisor.hostIP ?? hypervisor.hostname, ssh: context.inventory.ssh,
          computeHost: .named(name), declaredAt: SourceLocation(file: "hosts/imported.yaml")))
    }
    return inventory
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

  init(_ inventory: Inventory) {
    hosts = inventory.hosts.map {
      HostRow(
        name: $0.id, address: $0.address, port: $0.ssh.port, computeHost: $0.computeHost.name,
        failureDomain: $0.failureDomain, groups: $0.groups, target: $0.target?.label, declaredAt: "\($0.declaredAt)")
    }
    targets = inventory.targets.map(\.name)
  }
}
