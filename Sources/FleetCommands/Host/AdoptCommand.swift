import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

struct HostAdopt: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt",
    abstract: "Lists hosts with a service or lease of ours that nothing here explains; takes a lease over.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The host whose lease is taken over from a controller that is gone for good; else a list.")
  var host: String?
  @Option(help: "Why it may be taken over, for the record.") var reason: String?

  func validate() throws {
    if host != nil, reason?.isEmpty != false { throw ValidationError("to take a host over, --reason says why") }
    if host == nil, reason != nil { throw ValidationError("--reason goes with the host that is taken over") }
  }

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      if let host, let reason {
        try await adopt(try context.host(host), reason, context)
      } else {
        try await list(context)
      }
      return ExitStatus.done
    }
  }

  private func list(_ context: CommandContext) async throws {
    let lost = try await context.withServices(try context.store()) { services in
      try await LostHosts(services, hosts: context.inventory.hosts).find()
    }
    if options.json {
      try context.output.document(AdoptDocument(lost, context.options.commandLine))
    } else if lost.isEmpty {
      context.output.line("every service that bears our reason and every lease is held by a rollout or a quarantine")
    } else {
      for line in lost.flatMap({ $0.lines(context.options.commandLine) }) { context.output.line(line) }
    }
  }

  /// By this process, or by `serve` where that holds the lock.
  private func takenOver(_ host: HostID, _ reason: String, _ context: CommandContext) async throws -> HostLease {
    do {
      return try await context.briefly("host adopt") { try await context.adopt(host, reason, by: Operator.name, $0) }
    } catch let error as StoreError where error.kind == .locked {
      guard let served = try Served(context) else { throw error }
      let request = ControlRequest(.adopt, by: Operator.name, reason: reason, host: host)
      let answer = try await served.ask(request, within: ControlBounds.hostTime)
      guard let lease = answer.lease else {
        throw CommandError(
          ExitStatus.failed, "unreadable", "\(answer.text), as the controller says, and it does not say whose it was",
          expected: "the lease that was taken over", found: "none")
      }
      return lease
    }
  }

  private func adopt(_ host: FleetCore.Host, _ reason: String, _ context: CommandContext) async throws {
    let lease = try await takenOver(host.id, reason, context)
    let text = "its lease is taken over from \(lease.text)"
    if options.json {
      try context.output.document(
        AdoptionDocument(host: host.id, from: ObservationDocument.Lease(lease), reason: reason, text: text))
    } else {
      context.output.line("\(host.id): \(text)")
      context.output.line("  next: \(context.options.commandLine(["host", "adopt"])), which tells what is left to do")
    }
  }
}

/// `sevfleet.adopt/1`.
struct AdoptDocument: Encodable {
  struct Service: Encodable {
    var computeHost: String
    var reason: String
  }

  /// Lists are `null` where the host does not tell.
  struct HostRow: Encodable {
    var host: HostID?
    var computeHost: String?
    var reason: String?
    var lease: ObservationDocument.Lease?
    var leaseIsOurs: Bool
    var staged: [String]?
    var backups: [String]?
    var running: FirmwareVersion?
    var afterReboot: FirmwareVersion?
    var armed: Bool?
    var error: String?
    var commands: [String]

    init(_ lost: LostHost, _ ours: ([String]) -> String) {
      host = lost.host?.id
      computeHost = lost.service?.host ?? lost.host?.computeHost.name
      reason = lost.service?.disabledReason
      lease = lost.lease.map(ObservationDocument.Lease.init)
      leaseIsOurs = lost.lease != nil && lost.isOurs
      staged = lost.remains?.staged
      backups = lost.remains?.backups
      running = lost.running
      afterReboot = lost.afterReboot
      armed = lost.running.flatMap { running in lost.afterReboot.map { $0 != running } }
      error = lost.failure
      commands = lost.commands(ours)
    }
  }

  var schema = "sevfleet.adopt/1"
  var services: [Service]
  var hosts: [HostRow]

  init(_ lost: [LostHost], _ ours: ([String]) -> String) {
    services = lost.compactMap(\.service).map { Service(computeHost: $0.host, reason: $0.disabledReason ?? "") }
    hosts = lost.map { HostRow($0, ours) }
  }
}

/// `sevfleet.adoption/1`.
struct AdoptionDocument: Encodable {
  var schema = "sevfleet.adoption/1"
  var host: HostID
  var from: ObservationDocument.Lease
  var reason: String
  var text: String
}
