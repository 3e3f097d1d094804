import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// `sevfleet backup …`
struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Lists, re-reads and restores backups of firmware folders.",
    subcommands: [BackupList.self, BackupVerify.self, BackupRestore.self])
}

struct BackupList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists backups, newest first.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "A host; none means all.") var host: String?

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let store = try context.store()
      let backups = try store.backups(host: try host.map { try Self.known($0, context, store) })
      if options.json {
        try context.output.document(BackupsDocument(backups, faults: [:]))
        return ExitStatus.done
      }
      var table = TextTable(["BACKUP", "HOST", "MADE", "RUNNING THEN", "FILES", "VERIFIED"])
      for backup in backups {
        table.add([
          backup.id, backup.host.rawValue, backup.createdAt.rfc3339, backup.running.description,
          "\(backup.manifest.count { $0.type == "f" })", backup.verifiedAt?.rfc3339 ?? "no",
        ])
      }
      context.output.line(table.text)
      return ExitStatus.done
    }
  }

  /// A host of the inventory, or one that left it and whose backups are still there.
  static func known(_ name: String, _ context: CommandContext, _ store: FleetStore) throws -> HostID {
    let host = HostID(name)
    guard try context.inventory.host(host) != nil || !store.backups(host: host).isEmpty else {
      throw CommandError(ExitStatus.usage, "noHost", "no host \(name) is known", found: name)
    }
    return host
  }
}

/// `sevfleet.backups/1`.
struct BackupsDocument: Encodable {
  struct Row: Encodable {
    var id: String
    var host: HostID
    var createdAt: Instant
    var running: FirmwareVersion
    var rollout: String?
    var verifiedAt: Instant?
    var initramfsSHA256: String?
    var files: [StoredBackup.File]
    var faults: [String]
  }

  var schema = "sevfleet.backups/1"
  var backups: [Row]

  init(_ backups: [StoredBackup], faults: [String: [String]]) {
    self.backups = backups.map {
      Row(
        id: $0.id, host: $0.host, createdAt: $0.createdAt, running: $0.running, rollout: $0.rollout,
        verifiedAt: $0.verifiedAt, initramfsSHA256: $0.initramfsSHA256, files: $0.manifest, faults: faults[$0.id] ?? [])
    }
  }
}

struct BackupVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Reads every stored content again and compares its hash.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "A host; none means all.") var host: String?

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let store = try context.store()
      let host = try host.map { try BackupList.known($0, context, store) }
      var faults: [String: [String]] = [:]
      for backup in try store.backups(host: host) {
        let found = try store.verify(backup: backup, at: SystemClock().now())
        if !found.isEmpty { faults[backup.id] = found.map(\.text) }
      }
      let backups = try store.backups(host: host)
      if options.json {
        try context.output.document(BackupsDocument(backups, faults: faults))
      } else {
        for (id, texts) in faults.sorted(by: { $0.key < $1.key }) {
          context.output.line("\(id): \(texts.joined(separator: "; "))")
        }
        context.output.line("\(backups.count) backups, \(faults.count) with faults")
      }
      return faults.isEmpty ? ExitStatus.done : ExitStatus.failed
    }
  }
}

struct BackupRestore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Brings a host back to a backup, through the same plan as everything else.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var consent: ConsentOptions
  @Argument(help: "The host's name.") var host: String
  @Option(help: "The backup's id; else the host's newest verified one.") var backup: String?
  @Flag(help: "Try although the BIOS copy is unknown.") var allowUnknownFloor = false
  @Flag(name: .customLong("accept-sev-es-loss"), help: "SEV-ES may be lost on the host.") var acceptSEVESLoss = false

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options)
      let id = try context.host(host).id
      let asked = PlanOptions(
        target: .backup, allowDowngrade: true, allowUnknownFloor: allowUnknownFloor, acceptSEVESLoss: acceptSEVESLoss,
        backup: try backup.map { try Self.check($0, of: id, try context.store()) })
      return try await ApplyFlow(context: context, consent: consent, command: "backup restore").run([host], asked)
    }
  }

  /// A backup of this host whose contents are right: read again where nobody has done so yet.
  private static func check(_ id: String, of host: HostID, _ store: FleetStore) throws -> String {
    guard let backup = try store.backup(id: id) else {
      throw CommandError(ExitStatus.usage, "noBackup", "no backup \(id) is stored", found: id)
    }
    guard backup.host == host else {
      throw CommandError(
        ExitStatus.usage, "noBackup", "the backup \(id) is of another host", expected: host.rawValue,
        found: backup.host.rawValue)
    }
    if backup.verifiedAt == nil, let fault = try store.verify(backup: backup, at: SystemClock().now()).first {
      throw CommandError(
        ExitStatus.badInput, "backupDamaged", "the backup \(id) cannot be restored: \(fault.text)",
        expected: fault.expected, found: fault.found)
    }
    return id
  }
}
