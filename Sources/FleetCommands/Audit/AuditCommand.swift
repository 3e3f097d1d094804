import ArgumentParser
import FleetCore
import FleetFormats
import FleetStore

/// `sevfleet audit …`
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Checks the journal, and tells who did what and why.",
    subcommands: [AuditVerify.self, AuditList.self])
}

struct AuditVerify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks that no entry of the journal was changed, taken away or moved.")

  @OptionGroup var options: GlobalOptions
  @Option(help: "What an earlier check printed as head: nothing up to there may be missing.") var head: String?

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let store = try context.journal()
      let heads = try [head.map(Self.head), store.keptHead()].compactMap { $0 }
      let audit = try store.auditJournal(heads: heads)
      let document = AuditDocument(entries: audit.entries, head: audit.head, fault: audit.fault)
      if options.json { try context.output.document(document) }
      if let fault = audit.fault {
        if !options.json { context.output.line(Self.text(fault)) }
        return ExitStatus.failed
      }
      if !options.json {
        context.output.line("the journal is as it was written: \(audit.entries) entries, head \(audit.head)")
      }
      do throws(StoreError) {
        try store.keepHead(audit)
      } catch {
        Output.note("the head is not kept for the next check: \(error.text)")
      }
      return ExitStatus.done
    }
  }

  private static func head(_ text: String) throws -> JournalHead {
    guard ContentHash.isSHA256(text) else {
      throw CommandError(
        ExitStatus.usage, "usage", "--head \(text) is no head of a journal", expected: "64 hex digits", found: text)
    }
    return JournalHead(chain: text)
  }

  private static func text(_ fault: JournalFault) -> String {
    "journal entry \(fault.seq)\(fault.host.map { " of \($0)" } ?? ""): \(fault.kind.rawValue): \(fault.text)"
  }
}

struct AuditList: AsyncParsableCommand {
  /// Actions told at most, the newest: some hundred rollouts, and more than a person reads.
  private static let maxRows = 10_000

  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Tells every action: who, what, to what, why and when.")

  @OptionGroup var options: GlobalOptions
  @Option(help: "Only from this time on (RFC 3339, UTC).") var since: String?
  @Option(help: "Only what this person, or token, did.") var by: String?
  @Option(help: "Only what was done to this host.") var host: String?
  @Option(help: "Only what belongs to this rollout: its id, or the beginning of it.") var rollout: String?

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let store = try context.journal()
      let filter = AuditFilter(
        since: try since.map { try Instant(option: "--since", $0) }, by: by, host: host.map { HostID($0) },
        rollout: try rollout.map { try store.rollout(id: $0).id })
      let (rows, leftOut) = try Self.rows(store, filter)
      if options.json {
        try context.output.document(ActionsDocument(rows, leftOut: leftOut))
        return ExitStatus.done
      }
      for row in rows {
        let place = row.rollout.map { row.subject.contains($0) ? "" : " (rollout \($0))" } ?? ""
        context.output.line("\(row.at.rfc3339) \(row.sentence)\(place)")
      }
      if leftOut > 0 { Output.note("\(leftOut) older actions are not shown; --since narrows them") }
      return ExitStatus.done
    }
  }

  /// The whole journal is read, page by page: what was done to a host is done for whoever began its rollout.
  private static func rows(_ store: FleetStore, _ filter: AuditFilter) throws -> (rows: [AuditRow], leftOut: Int) {
    var log = AuditLog()
    var rows: [AuditRow] = []
    var leftOut = 0
    var last: Int64 = 0
    while true {
      let page = try store.entries(after: last)
      guard let end = page.last?.seq else { return (rows, leftOut) }
      last = end
      rows += page.compactMap { log.row(of: $0) }.filter { filter.holds($0) }
      if rows.count > maxRows {
        leftOut += rows.count - maxRows
        rows.removeFirst(rows.count - maxRows)
      }
    }
  }
}

extension CommandContext {
  /// The store as it is: whoever checks it changes nothing, and a folder without one is not taken for an empty journal.
  func journal() throws -> FleetStore {
    do {
      return try FleetStore.open(folder: stateFolder, readOnly: true)
    } catch StoreError.schemaOlder {
      return try store()
    }
  }
}
