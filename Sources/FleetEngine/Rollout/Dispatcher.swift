import FleetCore
import FleetStore

/// Decides which host of a rollout starts next, and why none does. Confined to the task that runs the rollout.
struct Dispatcher {
  enum Answer {
    case start(HostChange)
    /// Nothing more starts now; a host that ends may change that. The text says what is in the way; `mayPass`: it may
    /// go away by itself.
    case wait(String, mayPass: Bool)
    /// `max_failures` is used up.
    case halt
    /// The queue is empty.
    case empty
  }

  /// Writes events in one transaction.
  typealias Journal = (_ events: [JournalEvent], _ host: HostID?) throws -> Void

  private let services: EngineServices
  private let hosts: [HostID: Host]
  private let rollout: String
  private let plan: Plan
  private let maxFailures: Int
  /// Hosts that were cut off first, then the others in the plan's order; ended ones not at all.
  private var queue: [HostChange]
  /// Hosts that this rollout has begun: they hold their slot already.
  private var begun: Set<HostID>
  private var running: Set<HostID> = []
  private var toldUnknown = false

  init(services: EngineServices, hosts: [HostID: Host], policy: Policy, report: RolloutReport, plan: Plan) {
    self.services = services
    self.hosts = hosts
    self.plan = plan
    rollout = report.id
    maxFailures = policy.maxFailures.of(plan.changes.count)
    let open = report.hosts.filter { $0.outcome == .pending }
    queue = open.filter { $0.startedAt != nil }.map(\.change) + open.filter { $0.startedAt == nil }.map(\.change)
    begun = Set(report.hosts.filter { $0.startedAt != nil }.map(\.change.host))
  }

  mutating func ended(_ host: HostID) { running.remove(host) }

  /// The budget is looked at before a host starts, not only after one ended: a controller may be lost in between.
  mutating func next(_ journal: Journal) async throws -> Answer {
    let budget = FailureBudget(try services.store.entries(rollout: rollout))
    if budget.counted.count > maxFailures { return .halt }
    try skipClaimed(journal)
    guard !queue.isEmpty else { return .empty }
    var out = try await OutOfService(services, hosts: hosts.values)
    if let text = out.unknown, !toldUnknown {
      toldUnknown = true
      let sentence = "Nova does not tell which hosts are out of service: \(text)"
      try journal([.finding(kind: "computeUnknown", text: sentence)], nil)
    }
    out.add(running, "being worked on")
    guard let index = queue.firstIndex(where: { hasRoom($0.host, out) }) else {
      return .wait(Self.text(out, limit(queue[0].host), queue[0].host), mayPass: mayPass(out))
    }
    let change = queue.remove(at: index)
    running.insert(change.host)
    begun.insert(change.host)
    return .start(change)
  }

  /// Whether what is in the way may go away by itself: a service that this rollout gave back and that Nova does not
  /// show as up yet.
  private func mayPass(_ out: OutOfService) -> Bool {
    out.reasons.contains { begun.contains($0.key) && $0.value == "its compute service is down" }
  }

  // MARK: Claims of others

  /// A host that is quarantined, or that another rollout has work on, is not begun (RULES K); it is reported as skipped.
  private mutating func skipClaimed(_ journal: Journal) throws {
    let waiting = queue.filter { !begun.contains($0.host) }
    guard !waiting.isEmpty else { return }
    let quarantines = try services.store.quarantines()
    let others = try services.store.openRollouts().filter { $0.record.id != rollout }
    for change in waiting {
      let failure: Failure
      if let quarantine = quarantines[change.host] {
        failure = Failure(.quarantined, "it is quarantined: \(quarantine.sentence)", expected: "released")
      } else if let other = others.first(where: { $0.openHosts.contains(change.host) }) {
        failure = Failure(
          .otherMaintenance, "rollout \(other.record.id) has work on it; resume that", expected: rollout,
          found: other.record.id)
      } else {
        continue
      }
      queue.removeAll { $0.host == change.host }
      let first = change.steps.first ?? .observe
      let events: [HostRun.Event] = [
        .stepStarted(step: first, attempt: 1), .stepFailed(step: first, failure: failure), .returnStarted, .skipped,
      ]
      try journal(events.map { .run($0) }, change.host)
    }
  }

  // MARK: Slots

  /// What a host may cost the fleet is its own policy's word, after its groups and the file.
  private func limit(_ host: HostID) -> Int {
    let names = running.union([host])
    let limits = names.compactMap { hosts[$0]?.policy.maxUnavailable.of(max(1, hosts.count)) }
    return max(1, limits.min() ?? 1)
  }

  private func hasRoom(_ host: HostID, _ out: OutOfService) -> Bool {
    // A host that was cut off is out of service already, and nobody is served by leaving it there.
    if begun.contains(host), running.isEmpty { return true }
    return out.others(than: host).count < limit(host)
  }

  private static func text(_ out: OutOfService, _ limit: Int, _ host: HostID) -> String {
    let others = out.others(than: host).sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
    return "max_unavailable is \(limit), and these hosts are out of service: \(others.joined(separator: ", "))"
  }
}
