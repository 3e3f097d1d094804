import FleetCore
import FleetFormats
import FleetStore
import Foundation
import Synchronization

/// A store in a folder of its own, with a plan that names one host, and what a rollout of it left in the journal.
///
/// The folder goes with the process and not with this value, which an optimizer may give up right after its last use,
/// while somebody still reads the store.
struct StubRollout: Sendable {
  static let planned = Instant(milliseconds: 1_795_000_000_000)
  static func time(_ seconds: Int) -> Instant { planned + .seconds(seconds) }

  private static let folders = Mutex<[String]>([])
  private static let removal: Int32 = atexit {
    for folder in StubRollout.folders.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: folder) }
  }

  let store: FleetStore

  init() throws {
    let folder = NSTemporaryDirectory() + "sevfleet-rollout-\(UUID().uuidString)"
    guard Self.removal == 0 else { throw CocoaError(.fileWriteUnknown) }
    Self.folders.withLock { $0.append(folder) }
    store = try FleetStore.open(folder: folder)
  }

  private func save(_ plan: Plan) throws -> String {
    let id = try PlanID(of: plan).rawValue
    try store.save(plan: plan, id: id, at: Self.planned)
    return id
  }

  func exclude(_ exclusion: Exclusion) throws {
    _ = try save(Plan(changes: [], upToDate: [], excluded: [.init(host: StubRun.host, exclusion: exclusion)]))
  }

  /// A newer look than the plan's.
  func look(_ result: Result<Observation, ProbeFailure>) throws {
    try store.save(observations: [(host: StubRun.host, result: result, at: Self.time(60))])
  }

  /// Begins a rollout of these changes; `events`: how, by default by hand.
  func begin(_ changes: [HostChange], id: String = StubRun.rollout, events: [JournalEvent]? = nil) throws {
    let plan = try save(Plan(changes: changes, upToDate: [], excluded: []))
    try store.createRollout(
      id: id, plan: plan, at: Self.time(1),
      events: events ?? [.rolloutStarted(plan: plan, by: "ops", emergency: nil)])
  }

  func write(
    _ event: JournalEvent, _ host: HostID? = nil, rollout: String = StubRun.rollout, at seconds: Int
  ) throws {
    try store.append(event, rollout: rollout, host: host, at: Self.time(seconds))
  }

  /// A rollout that quarantined the host when it was activated, after what `effects` says of the steps before.
  func quarantine(_ effects: [Step: [EffectID]] = [:]) throws -> Quarantine {
    let world = StubWorld([], reason: StubRun.reason)
    var run = StubRun(world, IdleHost())
    run.come(
      to: .activate, effects,
      then: [
        .effectIntended(effect: EffectID(.reload), token: "t"),
        .stepFailed(step: .activate, failure: Failure(.reloadFailed, "modprobe was refused")), .quarantined,
      ])
    let plan = try save(Plan(changes: [run.change], upToDate: [], excluded: []))
    try store.createRollout(
      id: StubRun.rollout, plan: plan, at: Self.time(1),
      events: [.rolloutStarted(plan: plan, by: "ops", emergency: nil)])
    for event in run.past {
      try store.append(.run(event), rollout: StubRun.rollout, host: StubRun.host, at: Self.time(2))
    }
    try store.append(.rolloutFinished, rollout: StubRun.rollout, host: nil, at: Self.time(3))
    guard let quarantine = try store.quarantines()[StubRun.host] else {
      throw StoreError.notFound(.rollout, given: StubRun.rollout)
    }
    return quarantine
  }
}
