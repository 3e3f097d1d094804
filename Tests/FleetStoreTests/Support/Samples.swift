import FleetCore
import FleetFormats
import FleetStore

/// Made-up but plausible values; the same arguments give the same values.
enum Samples {
  static let start = Instant(milliseconds: 1_795_000_000_000)

  static func time(_ seconds: Int) -> Instant { start + .seconds(seconds) }

  static func host(_ number: Int) -> HostID { HostID("sev-a\(number < 10 ? "0" : "")\(number)") }

  static func change(_ host: HostID, build: UInt8 = 36) -> HostChange {
    let image = FirmwareImage(
      familyModel: FamilyModel(family: 25, modelHigh: 0), version: FirmwareVersion(1, 55, build), spl: 25,
      sha256: String(repeating: "a", count: 64), size: 61_440, kernelName: "amd_sev_fam19h_model0xh.sbin",
      path: "firmware-catalog/fam19h_model0xh/1.55.\(build)/amd_sev_fam19h_model0xh.sbin")
    return HostChange(
      host: host, computeHost: .named(host.rawValue), expected: FirmwareVersion(1, 55, 31), desired: image.version,
      image: image, direction: .upgrade, activation: .reload, stagePath: "/lib/firmware/amd/\(image.kernelName)",
      drain: DrainPlan(
        needed: true,
        servers: [
          ServerMove(
            id: "11111111-2222-3333-4444-555555555555", name: "web", project: "p1", model: .none, move: .live,
            why: "it runs", rule: "E2", wasRunning: true)
        ]),
      sevES: SEVESImpact(verdict: .unused, text: "no such server may run here"), attestation: AttestationImpact(),
      reasons: [Reason("V1", "1.55.31 runs")])
  }

  static func plan(_ hosts: [HostID], build: UInt8 = 36) -> Plan {
    Plan(changes: hosts.map { change($0, build: build) }, upToDate: [], excluded: [])
  }

  static func planID(_ plan: Plan) throws -> String { try PlanID(of: plan).rawValue }

  static let failure = Failure(.unhealthy, "SEV does not start", expected: "usable", found: "failed")
  static let early = Failure(.drainDeadline, "the servers did not leave in time")

  // MARK: Runs, as events that can follow one another

  static func steps(_ change: HostChange, until last: Step? = nil) -> [HostRun.Event] {
    var events: [HostRun.Event] = []
    for step in change.steps {
      if step == last { break }
      events += [.stepStarted(step: step, attempt: 1), .stepSucceeded(step: step, completion: .performed)]
    }
    return events
  }

  static func converged(_ change: HostChange) -> [HostRun.Event] { steps(change) }

  static func quarantined(_ change: HostChange) -> [HostRun.Event] {
    steps(change, until: .activate) + [
      .stepStarted(step: .activate, attempt: 1), .effectIntended(effect: EffectID(.reload), token: "t1"),
      .stepFailed(step: .activate, failure: failure), .quarantined,
    ]
  }

  static func skipped(_ change: HostChange) -> [HostRun.Event] {
    steps(change, until: .drain) + [
      .stepStarted(step: .drain, attempt: 1), .stepFailed(step: .drain, failure: early), .returnStarted, .skipped,
    ]
  }

  /// Left in the middle, out of service.
  static func inDrain(_ change: HostChange) -> [HostRun.Event] {
    steps(change, until: .cordon) + [
      .stepStarted(step: .cordon, attempt: 1),
      .effectIntended(effect: EffectID(.disableService, change.host.rawValue), token: "sevfleet:r:h"),
      .effectObserved(effect: EffectID(.disableService, change.host.rawValue), result: .done("disabled")),
      .stepSucceeded(step: .cordon, completion: .performed), .stepStarted(step: .drain, attempt: 1),
    ]
  }
}

extension FleetStore {
  /// Stores the plan of `hosts` and begins a rollout of it.
  @discardableResult
  func begin(_ id: String, _ hosts: [HostID], build: UInt8 = 36, at: Instant = Samples.start) throws -> Plan {
    let plan = Samples.plan(hosts, build: build)
    let planID = try Samples.planID(plan)
    try save(plan: plan, id: planID, at: at)
    try createRollout(
      id: id, plan: planID, at: at, events: [.rolloutStarted(plan: planID, by: "ops", emergency: nil)])
    return plan
  }

  func append(run events: [HostRun.Event], _ rollout: String, _ host: HostID, at: Instant = Samples.start) throws {
    try append(events.map { (event: .run($0), host: host) }, rollout: rollout, at: at)
  }
}
