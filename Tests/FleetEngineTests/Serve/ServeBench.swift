import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Foundation
import Synchronization

/// A desk of `serve` on a store of its own, with a clock that a test sets, and nobody who drives.
///
/// The folder goes with the process, as `StubRollout` has it.
struct ServeBench: Sendable {
  /// Times that a test sets.
  final class Clock: EngineClock, Sendable {
    private let time = Mutex(Instant(milliseconds: 0))

    func set(_ now: Instant) { time.withLock { $0 = now } }
    func now() -> Instant { time.withLock { $0 } }
    func monotonic() -> Int64 { now().milliseconds }
    func sleep(_ duration: Duration) async throws(CancellationError) {}
  }

  static let opens = Instant(milliseconds: 1_795_000_000_000)
  static let closes = opens + .seconds(4 * 3600)

  let store: FleetStore
  let desk: ServeDesk
  let clock = Clock()

  init(
    release: @escaping HostActs.Release = { _, _, _ in "released" },
    adopt: @escaping HostActs.Adopt = { _, _, _ in HostLease(line: "theirs") }
  ) async throws {
    store = try StubRollout().store
    let holder = LockHolder(pid: 7, startedAt: Self.opens, command: "serve", hostName: "ctl1")
    let control = ControlDesk(store: store, holder: holder, clock: clock)
    desk = ServeDesk(
      store: store, control: control, clock: clock, ring: {}, acts: HostActs(release: release, adopt: adopt))
    clock.set(Self.opens + .seconds(-3600))
  }

  static func change(_ host: String, restarts: Int = 0) -> HostChange {
    var change = HostChange(
      host: HostID(host), computeHost: .notInNova, expected: FirmwareVersion(1, 55, 31),
      desired: FirmwareVersion(1, 55, 34), image: nil, direction: .upgrade, activation: .reload,
      sevES: SEVESImpact(verdict: .kept, text: ""), attestation: AttestationImpact(), reasons: [])
    change.drain.servers = (0..<restarts).map { number in
      ServerMove(
        id: "\(host)-\(number)", name: "vm\(number)", project: "p", model: .sev, move: .cold, why: "policy", rule: "D2",
        wasRunning: true)
    }
    return change
  }

  /// A stored plan of these hosts.
  func plan(_ hosts: [String], restarts: Int = 0, emergency: String? = nil) throws -> (plan: Plan, id: String) {
    var plan = Plan(changes: hosts.map { Self.change($0, restarts: restarts) }, upToDate: [], excluded: [])
    plan.options.emergency = emergency
    let id = try PlanID(of: plan).rawValue
    try store.save(plan: plan, id: id, at: clock.now())
    return (plan, id)
  }

  /// Asks `serve` to run a rollout of these hosts.
  func left(_ rollout: String, _ hosts: [String], emergency: String? = nil) async throws -> ControlAnswer {
    await ask(.run, rollout, plan: try plan(hosts, emergency: emergency).id)
  }

  func write(_ event: JournalEvent, _ rollout: String, _ host: String? = nil) throws {
    try store.append(event, rollout: rollout, host: host.map { HostID($0) }, at: clock.now())
  }

  /// The first step of a host is begun.
  func begin(_ rollout: String, _ host: String) throws {
    try write(.run(.stepStarted(step: .observe, attempt: 1)), rollout, host)
  }

  func ask(
    _ verb: ControlRequest.Verb, _ rollout: String, by: String = "ada", plan: String? = nil, restarts: Int? = nil,
    breakGlass: String? = nil
  ) async -> ControlAnswer {
    await desk.answer(
      ControlRequest(verb, rollout: rollout, by: by, plan: plan, restarts: restarts, breakGlass: breakGlass))
  }

  func state(_ rollout: String) throws -> RolloutReport.State { try store.rollout(id: rollout).state }
}
