import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// `sevfleet rollout …`
struct RolloutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollout", abstract: "Lists, shows, stops and takes up rollouts.",
    subcommands: [
      RolloutList.self, RolloutShow.self, RolloutApprove.self, RolloutPause.self, RolloutResume.self, RolloutHalt.self,
      RolloutReportCommand.self,
    ])
}

struct RolloutList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists every rollout, newest first.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let store = try context.store()
      var records = try store.rollouts()
      let presence = try await context.presence(records.map(\.state))
      var forecasts: [String: RolloutForecast] = [:]
      let now = SystemClock().now()
      for index in records.indices {
        let id = records[index].id
        records[index].state = presence.presented(id, records[index].state, nil).0
        if records[index].state == .running { forecasts[id] = try context.forecast(id, store, at: now) }
      }
      if options.json {
        try context.output.document(RolloutListDocument(records, etas: forecasts.mapValues { now + $0.left }))
        return ExitStatus.done
      }
      var table = TextTable(["ROLLOUT", "STATE", "BEGUN", "PLAN", "LEFT"])
      for record in records {
        table.add([
          record.id, record.state.rawValue, record.createdAt.rfc3339, String(record.plan.prefix(17)),
          forecasts[record.id]?.sentence ?? "-",
        ])
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
    /// `nil`: it does not run.
    var eta: Instant?
  }

  var schema = "sevfleet.rollouts/1"
  var rollouts: [Row]

  init(_ records: [RolloutRecord], etas: [String: Instant]) {
    rollouts = records.map {
      Row(id: $0.id, plan: $0.plan, state: $0.state, createdAt: $0.createdAt, eta: etas[$0.id])
    }
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
      let store = try context.store()
      let stored = try StoredRollout.report(store, id)
      let report = try await context.presence([stored.state]).presented(stored)
      let now = SystemClock().now()
      let forecast = report.state == .running ? try context.forecast(report.id, store, at: now) : nil
      if options.json {
        try context.output.document(RolloutDocument(report, eta: forecast.map { now + $0.left }))
      } else {
        context.output.line(RolloutText.text(report, forecast))
      }
      return ExitStatus.done
    }
  }
}

struct RolloutResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Takes up a rollout that was paused, halted or cut off.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The rollout's id, or the beginning of it; none: the newest that was paused or cut off.")
  var id: String?
  @Flag(help: "As apply has it, for scripts: what was agreed to is not asked again anyway.") var yes = false
  @Flag(help: "Take the lock from a controller that does not answer any more.") var takeover = false

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options)
      let driver = try await context.driver("rollout resume", takesOver: takeover)
      defer { driver.release() }
      let record = try id.map { try driver.store.rollout(id: $0) } ?? Self.newest(driver.store)
      guard record.isUnfinished else {
        throw CommandError(
          ExitStatus.usage, "finished", "rollout \(record.id) is finished", found: record.state.rawValue)
      }
      return try await ResumeFlow(context: context, driver: driver).run(record)
    }
  }

  /// A halted one was stopped for good: it is taken up only by its name.
  private static func newest(_ store: FleetStore) throws -> RolloutRecord {
    let unfinished = try store.unfinishedRollouts().filter { !$0.isWaiting }
    if let record = unfinished.first(where: { $0.state != .halted }) { return record }
    guard let halted = unfinished.first else {
      throw CommandError(ExitStatus.usage, "noRollout", "no rollout is unfinished")
    }
    throw CommandError(
      ExitStatus.usage, "halted", "rollout \(halted.id) is halted; name it to take it up all the same",
      expected: "rollout resume \(halted.id)", found: halted.state.rawValue)
  }
}

struct RolloutPause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Stops a rollout at the next step boundary; `resume` goes on.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var stopping: StopOptions

  func run() async throws { try await stopping.run(.pause, options) }
}

struct RolloutHalt: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "halt", abstract: "Stops a rollout for good: only `resume` with its name goes on.")

  @OptionGroup var options: GlobalOptions
  @OptionGroup var stopping: StopOptions

  func run() async throws { try await stopping.run(.halt, options) }
}

/// What `pause` and `halt` share.
struct StopOptions: ParsableArguments {
  @Argument(help: "The rollout's id, or the beginning of it.") var id: String
  @Option(help: "Why, for the record.") var reason: String?
  @Flag(help: "Ask, and do not wait until it has happened.") var noWait = false

  func run(_ kind: StopWish.Kind, _ options: GlobalOptions) async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let wish = StopWish(kind, by: Operator.name, reason: reason.flatMap { $0.isEmpty ? nil : $0 })
      return try await StopFlow(context: context, wish: wish, follows: !noWait).run(id)
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
      let stored = try StoredRollout.report(store, id)
      let report = try await context.presence([stored.state]).presented(stored)
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
