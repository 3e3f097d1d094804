import FleetCore
import FleetEngine
import FleetStore
import Foundation

/// One host brought to its drain by its journal, drained in a `StubWorld`, and given back where the drain fails.
struct StubDrain {
  static let host = HostID("sev-1")
  static let rollout = "r1"
  static let server = "s"

  var policy = Policy.Drain()
  var planned: ServerMove.Move = .cold
  var plannedRunning = true
  /// How long ago the drain was begun by a process that is gone.
  var age: Int64 = 0
  /// What that process had begun.
  var open: [HostRun.Event] = []
  let world: StubWorld

  init(_ model: EncryptionModel = .sev, isModelPending: Bool? = nil) {
    var server = ComputeServer(
      id: Self.server, name: "vm", project: "p", status: .active, host: StubWorld.name, model: model)
    server.isModelPending = isModelPending
    world = StubWorld(server, reason: CordonReason.text(rollout: Self.rollout, host: Self.host))
    policy.sev = .cold
    policy.confirmAfter = .seconds(10)
  }

  private var change: HostChange {
    let move = ServerMove(
      id: Self.server, name: "vm", project: "p", model: .sev, move: planned,
      destinations: planned == .cold ? [StubWorld.other] : [], why: "", rule: "D2", wasRunning: plannedRunning)
    return HostChange(
      host: Self.host, computeHost: .named(StubWorld.name), expected: FirmwareVersion(1, 55, 29),
      desired: FirmwareVersion(1, 55, 31), image: nil, direction: .upgrade, activation: .reload,
      drain: DrainPlan(needed: true, servers: [move]), sevES: SEVESImpact(verdict: .kept, text: ""),
      attestation: AttestationImpact(), reasons: [])
  }

  /// Drives the run until the drain is over; a failed one is returned to its end.
  func run() async throws -> HostRun {
    let folder = NSTemporaryDirectory() + "sevfleet-drain-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = try FleetStore.open(folder: folder)
    let began = Instant(milliseconds: world.seen.time - age)
    for event in past {
      try store.append(.run(event), rollout: Self.rollout, host: Self.host, at: began)
    }
    var declared = Host(
      id: Self.host, address: "192.0.2.1", ssh: SSHSettings(), computeHost: .named(StubWorld.name),
      declaredAt: SourceLocation(file: "hosts.yaml", line: 1))
    declared.policy.drain = policy
    let services = EngineServices(
      store: store, hosts: IdleHost(), compute: world, clock: world, facts: Facts(), catalog: Catalog(),
      moves: MoveSlots(limit: 1))
    let runner = try HostRunner(
      host: declared, change: change, rollout: Self.rollout, services: services,
      entries: try store.entries(rollout: Self.rollout))
    _ = try await runner.drive(shouldStop: { true })
    try store.close()
    return runner.run
  }

  private var past: [HostRun.Event] {
    let cordon = EffectID(.disableService, StubWorld.name)
    let before = change.steps.prefix { $0 != .drain }.flatMap { step -> [HostRun.Event] in
      let effects: [HostRun.Event] =
        step == .cordon
        ? [.effectIntended(effect: cordon, token: "t"), .effectObserved(effect: cordon, result: .done(""))] : []
      return [.stepStarted(step: step, attempt: 1)] + effects + [.stepSucceeded(step: step, completion: .performed)]
    }
    return before + [.stepStarted(step: .drain, attempt: 1)] + open
  }
}
