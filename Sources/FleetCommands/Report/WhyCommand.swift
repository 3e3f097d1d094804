import ArgumentParser
import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// `sevfleet why HOST`
struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why", abstract: "Says the first reason why nothing happens to a host, with its rule.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The host's name.") var host: String

  func run() async throws {
    try await Execution.run(options) {
      let context = try CommandContext(options, needsCatalog: false)
      let host = try context.host(host)
      let answer = try Self.answer(host.id, try context.store())
      if options.json {
        try context.output.document(answer)
      } else {
        context.output.line("\(host.id): \(answer.text)\(answer.rule.map { " (\($0))" } ?? "")")
      }
      return ExitStatus.done
    }
  }

  /// Quarantine first, then work that is open, then what the last plan that named the host decided.
  static func answer(_ host: HostID, _ store: FleetStore) throws -> WhyDocument {
    if let quarantine = try store.quarantines()[host] {
      return WhyDocument(
        host: host, kind: "quarantined", rule: "U2", text: "it is quarantined: \(quarantine.sentence)",
        since: quarantine.since, plan: nil)
    }
    if let rollout = try store.hostsInOpenRollouts()[host] {
      return WhyDocument(
        host: host, kind: "otherMaintenance", rule: "K", text: "rollout \(rollout) has work on it; resume that",
        since: nil, plan: nil)
    }
    guard let stored = try store.latestPlan(naming: host) else {
      return WhyDocument(host: host, kind: "noPlan", rule: nil, text: "no plan has named it yet", since: nil, plan: nil)
    }
    if let excluded = stored.plan.excluded.first(where: { $0.host == host }) {
      return WhyDocument(
        host: host, kind: excluded.exclusion.kind.rawValue, rule: excluded.exclusion.rule,
        text: excluded.exclusion.text, since: stored.createdAt, plan: stored.id)
    }
    if let change = stored.plan.changes.first(where: { $0.host == host }) {
      let reason = change.reasons.first
      return WhyDocument(
        host: host, kind: "planned", rule: reason?.rule, text: "a change is planned: \(reason?.text ?? "")",
        since: stored.createdAt, plan: stored.id)
    }
    return WhyDocument(
      host: host, kind: "upToDate", rule: "C", text: "it is up to date", since: stored.createdAt, plan: stored.id)
  }
}

/// `sevfleet.why/1`.
struct WhyDocument: Encodable {
  var schema = "sevfleet.why/1"
  var host: HostID
  var kind: String
  var rule: String?
  var text: String
  var since: Instant?
  var plan: String?

  init(host: HostID, kind: String, rule: String?, text: String, since: Instant?, plan: String?) {
    self.host = host
    self.kind = kind
    self.rule = rule
    self.text = text
    self.since = since
    self.plan = plan
  }
}
