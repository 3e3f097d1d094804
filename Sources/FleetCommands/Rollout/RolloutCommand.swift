import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// `sevfleet rollout …`
struct RolloutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollout", abstract: "Lists, shows and takes up rollouts.",
    subcommands: [RolloutList.self, RolloutShow.self, RolloutResume.self, RolloutReportCommand.self])
}

struct RolloutList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists every rollout, newest first.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let records = try context.store().rollouts()
      if options.json {
        try context.output.document(RolloutListDocument(records))
        return ExitStatus.done
      }
      var table = TextTable(["ROLLOUT", "STATE", "BEGUN", "PLAN"])
      for record in records {
        table.add([record.id, record.state.rawValue, record.createdAt.rfc3339, String(record.plan.prefix(17))])
      }
      context.output.line(table.text)
      return ExitStatus.done
    }
  }
}

/// `sevfleet.rollouts/1`.
struct RolloutListDocument: Encodable {
  struct Row: Encodable {
    var id: String
    var plan: String
    var state: RolloutReport.State
    var createdAt: Instant
  }

  var schema = "sevfleet.rollouts/1"
  var rollouts: [Row]

  init(_ records: [RolloutRecord]) {
    rollouts = records.map { Row(id: $0.id, plan: $0.plan, state: $0.state, createdAt: $0.createdAt) }
  }
}

enum StoredRollout {
  static func report(_ store: FleetStore, _ id: String) throws -> RolloutReport {
    let record = try store.rollout(id: id)
    let plan = try store.plan(id: record.plan).plan
    return try RolloutReport.fold(
      id: record.id, planID: record.plan, plan: plan, entries: try store.entries(rollout: record.id),
      now: SystemClock().now())
  }
}

struct RolloutShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Shows one rollout, host by host.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The rollout's id, or the beginning of it.") var id: String

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let report = try StoredRollout.report(try context.store(), id)
      if options.json {
        try context.output.document(RolloutDocument(report))
      } else {
        context.output.line(RolloutText.text(report))
      }
      return ExitStatus.done
    }
  }
}

struct RolloutResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Takes up a rollout that was paused, halted or cut off.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The rollout's id, or the beginning of it; none: the newest that is not finished.") var id: String?

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options)
      let lock = try context.lock("rollout resume")
      defer { lock.release() }
      let store = try context.store()
      let record = try id.map { try store.rollout(id: $0) } ?? store.unfinishedRollouts().first
      guard let record else {
        throw CommandError(ExitStatus.usage, "noRollout", "no rollout is unfinished")
      }
      guard record.isUnfinished else {
        throw CommandError(
          ExitStatus.usage, "finished", "rollout \(record.id) is finished", found: record.state.rawValue)
      }
      return try await ResumeFlow(context: context).run(record, store)
    }
  }
}

struct RolloutReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Tells everything a rollout did, step by step.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The rollout's id, or the beginning of it.") var id: String

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let store = try context.store()
      let report = try StoredRollout.report(store, id)
      if options.json {
        try context.output.document(RolloutDocument(report))
        return ExitStatus.done
      }
      context.output.line(RolloutText.text(report))
      for entry in try store.entries(rollout: report.id) {
        context.output.line("\(entry.at.rfc3339) \(entry.host.map { "\($0): " } ?? "")\(entry.event.sentence)")
      }
      return ExitStatus.done
    }
  }
}
