import FleetCore
import FleetEngine
import FleetStore
import Foundation

/// One host brought to some step by its journal, and driven on in a `StubWorld` to the end of that step; a step that
/// fails is followed to the end of the run.
struct StubRun {
  static let host = HostID("sev-1")
  static let rollout = "r1"
  static let reason = CordonReason.text(rollout: rollout, host: host)
  static let controller = ControllerIdentity(id: String(repeating: "a", count: 32), hostName: "ctl1")
  static let lease = HostLease(line: controller.holder(rollout: rollout).line)
  static let cordon = EffectID(.disableService, StubWorld.name)

  var change = Self.change()
  var policy = Policy()
  /// How long ago the past was written.
  var age: Int64 = 0
  /// What an earlier process wrote.
  var past: [HostRun.Event] = []
  var backup: StoredBackup?
  /// Contents that the backup names.
  var blobs: [String] = []
  /// Shared with what else runs in the fleet.
  var moves = MoveSlots()
  let world: StubWorld
  let hosts: any HostGateway

  init(_ world: StubWorld, _ hosts: any HostGateway) {
    self.world = world
    self.hosts = hosts
  }

  struct Ended {
    var run: HostRun
    var findings: [String]
  }

  static func change(
    _ activation: HostChange.Activation = .reload, servers: [ServerMove] = [], image: FirmwareImage? = nil,
    rebuildInitramfs: String? = nil
  ) -> HostChange {
    HostChange(
      host: host, computeHost: .named(StubWorld.name), expected: FirmwareVersion(1, 55, 29),
      desired: FirmwareVersion(1, 55, 31), image: image, direction: .upgrade, activation: activation,
      stagePath: image.map { "/lib/firmware/amd/\($0.kernelName)" }, rebuildInitramfs: rebuildInitramfs,
      drain: DrainPlan(needed: true, servers: servers), sevES: SEVESImpact(verdict: .kept, text: ""),
      attestation: AttestationImpact(), reasons: [])
  }

  static func move(_ server: String, rollout: String = rollout) -> MoveSlots.Move {
    MoveSlots.Move(rollout: rollout, host: host, effect: EffectID(.moveCold, server))
  }

  /// A lease bears the line that lies on the stub host from the start.
  static func done(_ effect: EffectID, token: String? = nil) -> [HostRun.Event] {
    let token = token ?? (effect.kind == .takeLease ? lease.line : "t")
    return [.effectIntended(effect: effect, token: token), .effectObserved(effect: effect, result: .done(""))]
  }

  /// Brings the run to `step`, through the steps before it with their effects, and through what it did of its own.
  mutating func come(to step: Step, _ effects: [Step: [EffectID]] = [:], then own: [HostRun.Event] = []) {
    let all = effects.merging([.backup: [EffectID(.takeLease)], .cordon: [Self.cordon]]) { given, _ in given }
    past = change.steps.prefix { $0 != step }.flatMap { one in
      [.stepStarted(step: one, attempt: 1)] + (all[one] ?? []).flatMap { Self.done($0) }
        + [.stepSucceeded(step: one, completion: .performed)]
    }
    past += [.stepStarted(step: step, attempt: 1)] + own
  }

  func drive() async throws -> Ended {
    let folder = NSTemporaryDirectory() + "sevfleet-stub-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = try FleetStore.open(folder: folder)
    let began = Instant(milliseconds: world.seen.time - age)
    for event in past { try store.append(.run(event), rollout: Self.rollout, host: Self.host, at: began) }
    for blob in blobs { _ = try store.storeBlob(Array(blob.utf8)) }
    if let backup { try store.save(backup: backup) }
    var declared = Host(
      id: Self.host, address: "192.0.2.1", ssh: SSHSettings(), computeHost: .named(StubWorld.name),
      declaredAt: SourceLocation(file: "hosts.yaml", line: 1))
    declared.policy = policy
    let services = EngineServices(
      store: store, controller: Self.controller, hosts: hosts, compute: world, clock: world, facts: Facts(),
      catalog: Catalog(),
      moves: moves)
    let runner = try HostRunner(
      host: declared, change: change, rollout: Self.rollout, services: services,
      entries: try store.entries(rollout: Self.rollout))
    _ = try await runner.drive(stop: { .atBoundary })
    let findings = try store.entries(rollout: Self.rollout).compactMap { entry in
      if case .finding(let kind, let text) = entry.event { return "\(kind): \(text)" }
      return nil
    }
    try store.close()
    return Ended(run: runner.run, findings: findings)
  }
}
