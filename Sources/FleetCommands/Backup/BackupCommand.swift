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
      let backups = try context.store().backups(host: host.map { HostID($0) })
      if options.json {
        try context.output.document(BackupsDocument(backups, faults: [:]))
        return ExitStatus.done
      }
      var table = TextTable(["BACKUP", "HOST", "MADE", "RUNNING THEN", "FILES", "VERIFIED"])
      for backup in backups {
        table.add([
          backup.id, backup.host.rawValue, backup.createdAt.rfc3339, backup.running.description,
          "\(backup.manifest.count { $0.type == "f" })", backup.verifiedAt?.rfc3339 ?? "never",
        ])
      }
      context.output.line(table.text)
      return ExitStatus.done
    }
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
    var files: [StoredBackup.File]
    var faults: [String]
  }

  var schema = "sevfleet.backups/1"
  var backups: [Row]

  init(_ backups: [StoredBackup], faults: [String: [String]]) {
    self.backups = backups.map {
      Row(
        id: $0.id, host: $0.host, createdAt: $0.createdAt, running: $0.running, rollout: $0.rollout,
        verifiedAt: $0.verifiedAt, files: $0.manifest, faults: faults[$0.id] ?? [])
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
      var faults: [String: [String]] = [:]
      for backup in try store.backups(host: host.map { HostID($0) }) {
        let found = try store.verify(backup: backup, at: SystemClock().now())
        if !found.isEmpty { faults[backup.id] = found.map(\.text) }
      }
      let backups = try store.backups(host: host.map { HostID($0) })
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
      _ = try context.host(host)
      let asked = PlanOptions(
        target: .backup, allowDowngrade: true, allowUnknownFloor: allowUnknownFloor, acceptSEVESLoss: acceptSEVESLoss)
      return try await ApplyFlow(context: context, consent: consent, command: "backup restore", backup: backup)
        .run([host], asked)
    }
  }
}
