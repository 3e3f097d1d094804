package import FleetCore

/// A real plan carried out on simulated hosts, in virtual time: the same engine, and nothing that goes wrong.
///
/// Hosts, servers and services are as they were seen last; how long things take is drawn, and the firmware on simulated
/// hosts is made up but for its versions. No host and no cloud is asked, and no hook is run.
package struct Rehearsal: Sendable {
  /// One line of the story.
  package struct Line: Hashable, Sendable {
    /// Since the beginning.
    package var after: Duration
    package var host: HostID?
    package var event: JournalEvent
  }

  package struct Story: Sendable {
    package var report: RolloutReport?
    package var lines: [Line]
    package var duration: Duration
    /// Most hosts that were out of service through the rollout at one time.
    package var mostOut: Int
    /// Why it has no end; `nil`: it has.
    package var stuck: String?
  }

  /// What is known of the fleet.
  package struct Known: Sendable {
    package var hosts: [Host]
    package var policy: Policy
    package var catalog: Catalog
    package var facts: Facts
    package var looks: [HostID: Observation]
    package var views: [HostID: ComputeHostView]
    package var floors: [HostID: FloorEvidence]

    package init(
      hosts: [Host], policy: Policy, catalog: Catalog, facts: Facts, looks: [HostID: Observation],
      views: [HostID: ComputeHostView], floors: [HostID: FloorEvidence]
    ) {
      self.hosts = hosts
      self.policy = policy
      self.catalog = catalog
      self.facts = facts
      self.looks = looks
      self.views = views
      self.floors = floors
    }
  }

  private let plan: Plan
  private let known: Known
  private let seed: UInt64

  package init(_ plan: Plan, _ known: Known, seed: UInt64 = 1) {
    self.plan = plan
    self.known = known
    self.seed = seed
  }

  /// Throws where the store in memory cannot be made.
  package func run() async throws -> Story {
    let told = StoryTeller()
    var run = SimRun(scenario())
    run.told = { event, host, at in told.add(event, host, at) }
    let outcome = try await run.run()
    return Story(
      report: outcome.report, lines: told.lines, duration: outcome.duration, mostOut: told.mostOut,
      stuck: outcome.stuck)
  }

  // MARK: The world

  private func scenario() -> SimScenario {
    var images = SimImages(planned: plan.changes.compactMap(\.image))
    let world = SimWorld(
      executor: SimExecutor(start: SimSetup.start), images: images, random: SimRandom(seed: seed), faults: .none)
    let changes = Dictionary(plan.changes.map { ($0.host, $0) }, uniquingKeysWith: { first, _ in first })
    for host in known.hosts {
      world.add(simulated(host, changes[host.id], &images), isInNova: host.computeHost.name != nil)
    }
    for name in Set(plan.changes.flatMap(\.drain.servers).flatMap(\.destinations)).sorted()
    where world.host(named: name) == nil {
      world.add(stranger(name, &images), isInNova: true)
    }
    world.images = images
    for host in known.hosts { fill(host, world) }
    return SimScenario(
      world: world, hosts: known.hosts.map(Self.withoutHooks), policy: Self.withoutHooks(inForce),
      catalog: known.catalog, facts: known.facts, plan: plan, resumes: 0)
  }

  private var inForce: Policy { known.policy.inForce(plan.options) }

  private static func withoutHooks(_ policy: Policy) -> Policy {
    var policy = policy
    policy.hooks = [:]
    return policy
  }

  private static func withoutHooks(_ host: Host) -> Host {
    var host = host
    host.policy = withoutHooks(host.policy)
    return host
  }

  private func simulated(_ host: Host, _ change: HostChange?, _ images: inout SimImages) -> SimHost {
    let look = known.looks[host.id]
    let cpu = look?.cpu ?? CPUIdentity(family: 25, model: 1, stepping: 1)
    // What was seen last, and not what the plan expects: a host that changed since is skipped, as it would be.
    let version = look.flatMap { RunningFirmware.judge($0.firmware).version } ?? change?.expected
    let image = images.made(cpu.familyModel, version ?? FirmwareVersion(1, 0, 0))
    let floor = change?.floor ?? known.floors[host.id]?.version ?? FirmwareVersion(0, 0, 1)
    var made = SimHost(
      id: host.id, name: host.computeHost.name ?? host.id.rawValue,
      template: look ?? SimObservation.template(host.id, cpu), cpu: cpu, floor: floor, image: image,
      path: change?.stagePath ?? change?.removePaths.first)
    guard let look else { return made }
    // All files that were seen: another than the staged one may win. One without a version loads nothing.
    made.files = [:]
    for file in look.files {
      made.files[file.path] = SimFile(images.made(cpu.familyModel, file.version ?? FirmwareVersion(0, 0, 0)))
    }
    let known = Set(known.views.values.flatMap(\.servers).map(\.id))
    made.strangers = look.virtualMachines.guests.filter { $0.uuid.map { !known.contains($0) } ?? true }
    return made
  }

  /// A host outside the inventory that takes servers.
  private func stranger(_ name: String, _ images: inout SimImages) -> SimHost {
    let cpu = CPUIdentity(family: 25, model: 1, stepping: 1)
    return SimHost(
      id: HostID("outside-\(name)"), name: name, template: SimObservation.template(HostID(name), cpu), cpu: cpu,
      floor: FirmwareVersion(0, 0, 1), image: images.made(cpu.familyModel, FirmwareVersion(1, 0, 0)))
  }

  /// The servers as Nova told of them last.
  private func fill(_ host: Host, _ world: SimWorld) {
    guard let view = known.views[host.id], let name = host.computeHost.name else { return }
    for server in view.servers.sorted(by: { $0.id < $1.id }) {
      var made = SimServer(id: server.id, model: server.model, host: name)
      made.status = server.status
      made.power = server.powerState
      made.runsOn = server.isRunning ? name : nil
      made.seen = server
      world.servers[server.id] = made
    }
    world.services[name]?.isEnabled = view.service.isEnabled
    world.services[name]?.reason = view.service.disabledReason
  }
}

/// Writes the story down. Confined to the simulation's executor.
private final class StoryTeller: @unchecked Sendable {
  private(set) var lines: [Rehearsal.Line] = []
  private(set) var mostOut = 0
  private var out: Set<HostID> = []

  func add(_ event: JournalEvent, _ host: HostID?, _ at: Instant) {
    lines.append(Rehearsal.Line(after: at - SimSetup.start, host: host, event: event))
    guard let host, case .run(.effectObserved(let effect, .done)) = event else { return }
    if effect.kind == .disableService { out.insert(host) }
    if effect.kind == .enableService { out.remove(host) }
    mostOut = max(mostOut, out.count)
  }
}
