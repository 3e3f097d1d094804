import ArgumentParser
import FleetCore
import FleetFormats
import FleetSim
import FleetStore

/// `sevfleet rehearse [PLAN]`
struct RehearseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rehearse",
    abstract: "Carries a plan out on simulated hosts, in virtual time: the story, and how long it takes.",
    discussion: """
      Hosts and servers are as they were seen last; no host, no cloud and no hook is asked. Nothing goes wrong there, so \
      the time is that of a good night, without waiting for windows. Ends with the exit code that the rollout would have.
      """)

  @OptionGroup var options: GlobalOptions
  @Argument(help: "plan- and at least 8 hex digits; none: the newest plan.") var plan: String?
  @Option(help: "Draws other durations.") var seed: UInt64 = 1

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options)
      let store = try context.store()
      let stored = try Self.stored(plan, store)
      try context.checkPresent(stored.plan.changes.map(\.host))
      let story = try await Rehearsal(stored.plan, try Self.known(context, store), seed: seed).run()
      if options.json {
        try context.output.document(RehearsalDocument(story, plan: stored.id))
      } else {
        context.output.line(RehearsalText.text(story, plan: stored.id, all: options.verbose))
      }
      if let stuck = story.stuck {
        throw CommandError(ExitStatus.failed, "stuck", "the rehearsal has no end: \(stuck)")
      }
      return story.report?.exitCode ?? ExitStatus.done
    }
  }

  private static func stored(_ given: String?, _ store: FleetStore) throws -> StoredPlan {
    if let given { return try store.plan(id: given) }
    guard let newest = try store.latestPlan() else {
      throw CommandError(ExitStatus.usage, "noPlan", "no plan was made yet", expected: "sevfleet plan")
    }
    return newest
  }

  private static func known(_ context: CommandContext, _ store: FleetStore) throws -> Rehearsal.Known {
    Rehearsal.Known(
      hosts: context.inventory.hosts, policy: context.inventory.policy, catalog: context.catalog.catalog,
      facts: context.facts, looks: try store.latestSeen().compactMapValues(\.observation),
      views: try store.computeViews().mapValues(\.view), floors: try store.floors())
  }
}

/// What a rehearsal came to, for people.
enum RehearsalText {
  static func text(_ story: Rehearsal.Story, plan: String, all: Bool) -> String {
    var lines = story.lines.filter { all || ProgressLine.isWorthALine($0.event) }.map { line in
      "+\(clock(line.after)) \(line.host.map { "\($0): " } ?? "")\(line.event.sentence)"
    }
    guard let report = story.report else { return "\(plan): nothing to do" }
    lines += ["", RolloutText.table(report), ""]
    lines.append(
      "\(plan) would be \(report.state.rawValue) after \(DurationText.people(story.duration)) of a good night; at most "
        + "\(story.mostOut) host\(story.mostOut == 1 ? "" : "s") out of service at one time")
    return lines.joined(separator: "\n")
  }

  private static func clock(_ duration: Duration) -> String {
    func digits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let seconds = duration.wholeSeconds
    return "\(seconds / 3600):\(digits(seconds / 60 % 60)):\(digits(seconds % 60))"
  }
}

/// `sevfleet.rehearsal/1`.
struct RehearsalDocument: Encodable {
  struct Line: Encodable {
    var seconds: Int64
    var host: HostID?
    var kind: String
    var text: String
  }

  var schema = "sevfleet.rehearsal/1"
  var plan: String
  /// Virtual time of a good night.
  var seconds: Int64
  var mostOutOfService: Int
  /// `nil`: there is nothing to do.
  var rollout: RolloutDocument?
  var story: [Line]

  init(_ story: Rehearsal.Story, plan: String) {
    self.plan = plan
    seconds = story.duration.wholeSeconds
    mostOutOfService = story.mostOut
    rollout = story.report.map { RolloutDocument($0) }
    self.story = story.lines.map {
      Line(seconds: $0.after.wholeSeconds, host: $0.host, kind: $0.event.kind, text: $0.event.sentence)
    }
  }
}
