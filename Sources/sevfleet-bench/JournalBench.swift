import FleetCore
import FleetFormats
import FleetStore
import Foundation

/// What a controller does before its first word, on the journal of years: many finished rollouts, some open ones and
/// some quarantines. Writing it is not timed.
struct JournalBench {
  var entries: Int
  private static let aim = Duration.seconds(2)
  private static let hostsEach = 40
  /// Rollouts that were cut off or paused, with half of their hosts left.
  private static let open = 4
  /// Every so manyth finished rollout left a quarantine that nobody has lifted.
  private static let quarantineEvery = 50

  func run() throws {
    let folder = NSTemporaryDirectory() + "sevfleet-bench-journal-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let rollouts = try write(folder)
    var rows: [(String, Duration)] = []
    func timed<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
      let start = ContinuousClock.now
      let value = try body()
      rows.append((name, ContinuousClock.now - start))
      return value
    }
    let store = try timed("open") { try FleetStore.open(folder: folder) }
    let records = try timed("rollouts") { try store.rollouts() }
    let open = try timed("open rollouts") { try store.openRollouts() }
    let quarantines = try timed("quarantines") { try store.quarantines() }
    let seq = try timed("last entry") { try store.lastSeq() }
    let sum = rows.reduce(Duration.zero) { $0 + $1.1 }
    guard records.count == rollouts, open.count == Self.open, seq >= Int64(entries), !quarantines.isEmpty else {
      throw Tool.Failed(
        "\(records.count) rollouts, \(open.count) open, \(quarantines.count) quarantines, \(seq) entries")
    }
    print(
      "a journal of \(seq) entries: \(records.count) rollouts, \(open.count) open, \(quarantines.count) quarantines")
    for (name, took) in rows { print("  \(name): \(took.wholeMilliseconds) ms") }
    print(Aim.text("opened and folded", sum, under: Self.aim))
    let durations = try timed("estimates") { try store.hostDurations() }
    print("not counted: durations of \(durations.count) hosts in \(rows.last?.1.wholeMilliseconds ?? 0) ms")
  }

  // MARK: Writing

  /// Returns the number of rollouts.
  private func write(_ folder: String) throws -> Int {
    let store = try FleetStore.open(folder: folder)
    let plan = Plan(changes: (0..<Self.hostsEach).map { Self.change(HostID("h\($0)")) }, upToDate: [], excluded: [])
    let planID = try PlanID(of: plan).rawValue
    let start = Instant(milliseconds: 1_700_000_000_000)
    try store.save(plan: plan, id: planID, at: start)
    var written = 0
    var number = 0
    while written < entries || number <= Self.open {
      number += 1
      let isOpen = number <= Self.open
      let events =
        isOpen
        ? Self.cutOff(plan)
        : Self.finished(plan, quarantined: number.isMultiple(of: Self.quarantineEvery) ? number : nil)
      let id = "r\(number)"
      let at = start + .seconds(3600 * number)
      try store.createRollout(
        id: id, plan: planID, at: at, events: [.rolloutStarted(plan: planID, by: "ops", emergency: nil)])
      try store.append(events, rollout: id, at: at)
      written += events.count + 1
    }
    try store.close()
    return number
  }

  private typealias Entry = (event: JournalEvent, host: HostID?)

  private static func change(_ host: HostID) -> HostChange {
    HostChange(
      host: host, computeHost: .named(host.rawValue), expected: FirmwareVersion(1, 55, 31),
      desired: FirmwareVersion(1, 55, 34), image: nil, direction: .upgrade, activation: .reload,
      sevES: SEVESImpact(verdict: .unused, text: "no such server may run here"), attestation: AttestationImpact(),
      reasons: [Reason("V1", "1.55.31 runs")])
  }

  /// The effects that a host without servers has.
  private static func effects(_ step: Step, _ host: HostID) -> [EffectID] {
    switch step {
    case .backup: [EffectID(.backup)]
    case .prepare: [EffectID(.upload)]
    case .cordon: [EffectID(.disableService, host.rawValue)]
    case .stage: [EffectID(.stageFile, "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin")]
    case .proveEmpty: [EffectID(.stopCompute, "nova-compute.service")]
    case .activate: [EffectID(.reload)]
    case .verify: [EffectID(.startCompute, "nova-compute.service")]
    case .uncordon: [EffectID(.enableService, host.rawValue)]
    case .observe, .drain: []
    }
  }

  private static func events(_ step: Step, _ host: HostID) -> [HostRun.Event] {
    [.stepStarted(step: step, attempt: 1)]
      + effects(step, host).flatMap { effect -> [HostRun.Event] in
        [
          .effectIntended(effect: effect, token: "token-\(host)"),
          .effectObserved(effect: effect, result: .done("seen")),
        ]
      } + [.stepSucceeded(step: step, completion: .performed)]
  }

  /// `quarantined`: decides which host is; `nil`: none.
  private static func finished(_ plan: Plan, quarantined: Int?) -> [Entry] {
    let bad = quarantined.map { $0 / quarantineEvery % plan.changes.count }
    var entries: [Entry] = [(.waveStarted(wave: 1, hosts: plan.changes.map(\.host), note: nil), nil)]
    for (index, change) in plan.changes.enumerated() {
      let host = change.host
      guard index == bad else {
        entries += change.steps.flatMap { events($0, host) }.map { (.run($0), host) }
        continue
      }
      let before = change.steps.prefix { $0 != .verify }.flatMap { events($0, host) }
      let failure = Failure(.unhealthy, "SEV does not start")
      let end: [HostRun.Event] = [
        .stepStarted(step: .verify, attempt: 1), .stepFailed(step: .verify, failure: failure), .quarantined,
      ]
      entries += (before + end).map { (.run($0), host) }
    }
    return entries + [(.rolloutFinished, nil)]
  }

  private static func cutOff(_ plan: Plan) -> [Entry] {
    var entries: [Entry] = [(.waveStarted(wave: 1, hosts: plan.changes.map(\.host), note: nil), nil)]
    for change in plan.changes.prefix(plan.changes.count / 2) {
      entries += change.steps.flatMap { events($0, change.host) }.map { (.run($0), change.host) }
    }
    return entries
  }
}
