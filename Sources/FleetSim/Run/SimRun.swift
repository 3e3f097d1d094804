package import FleetCore
package import FleetEngine
import FleetFormats
import FleetStore

/// One history: a fleet, a rollout of what is wished of it, and everything that goes wrong on the way.
package struct SimRun: Sendable {
  /// What became of it.
  package struct Outcome: Sendable {
    package var report: RolloutReport?
    package var breaches: [SimBreach]
    package var fired: [SimFault: Int]
    /// Everything that the journal says, line by line.
    package var journal: [JournalEntry]
    /// Virtual time from the first look to the end.
    package var duration: Duration
    /// Lives of the controller.
    package var lives: Int
    /// Why the history has no end; `nil`: it has.
    package var stuck: String?
  }

  private static let rollout = "r-sim"
  /// Its id, by which leases are its own.
  package static let controllerID = String(repeating: "0", count: 32)
  static let controller = ControllerIdentity(id: controllerID, hostName: "sim")
  /// Points between the start of a controller and its sudden end are drawn up to this.
  private static let farthestPoint = 900
  /// Lives of the controller in one history; more would tell nothing new.
  private static let maxLives = 8

  private let scenario: SimScenario
  /// Puts something between the engine and the world: what a test breaks on purpose.
  package var wrapHosts: @Sendable (any HostGateway, SimWorld) -> any HostGateway = { gateway, _ in gateway }
  package var wrapCompute: @Sendable (any ComputeGateway, SimWorld) -> any ComputeGateway = { gateway, _ in gateway }
  /// Changes a plan before it is run: a rule value that a test breaks on purpose.
  package var changePlan: @Sendable (Plan) -> Plan = { $0 }
  /// Changes the budgets that the engine is given; the auditor keeps to the true ones.
  package var changePolicy: @Sendable (Policy) -> Policy = { $0 }

  /// Changes what the rollout says of itself in the end.
  package var changeReport: @Sendable (RolloutReport) -> RolloutReport = { $0 }

  /// Asked before each step, as a person or an emergency would stop the rollout.
  package var stop: @Sendable () -> StopWish? = { nil }

  /// Told of each entry of the journal, in virtual time.
  package var told: @Sendable (JournalEvent, HostID?, Instant) -> Void = { _, _, _ in }

  package init(_ scenario: SimScenario) { self.scenario = scenario }

  private var world: SimWorld { scenario.world }

  /// Runs it to its end. Throws where the store in memory cannot be made.
  package func run() async throws -> Outcome {
    let store = try FleetStore.inMemory()
    let history = SimHistory(run: self, world: world, store: store)
    let lives = await world.executor.run { await history.live() }
    return Outcome(
      report: lives?.report, breaches: world.auditor.breaches, fired: world.faults.fired,
      journal: try store.entries(after: 0), duration: .milliseconds(world.executor.monotonic), lives: lives?.count ?? 0,
      stuck: lives == nil ? "everything waits for something that never comes" : lives?.error)
  }

  /// The lives of the controller, one after the other. Confined to the simulation's executor.
  private struct SimHistory: Sendable {
    struct End: Sendable {
      var report: RolloutReport?
      var count: Int
      var error: String?
    }

    let run: SimRun
    let world: SimWorld
    let store: FleetStore

    func live() async -> End {
      var resumes = 0
      var end = End(report: nil, count: 0, error: nil)
      while end.count < SimRun.maxLives {
        end.count += 1
        let isLast = end.count == SimRun.maxLives || resumes == run.scenario.resumes
        let life = begin(isLast: isLast)
        do {
          let watcher = Failpoint.Watcher { _ in life.life.reach() }
          let report = try await Failpoint.$watcher.withValue(watcher) {
            try await run.drive(life.services)
          }
          guard let report = report.map(run.changeReport) else { return end }
          end.report = report
          world.auditor.judgeEnd(report, world)
          guard report.state != .finished, resumes < run.scenario.resumes else { return end }
          resumes += 1
        } catch {
          guard life.life.isOver else {
            end.error = "\(error)"
            return end
          }
        }
      }
      return end
    }

    /// A controller on the same journal; the one before may write no more.
    private func begin(isLast: Bool) -> (services: EngineServices, life: SimLife) {
      let store = store.sibling()
      let world = world
      var lastPoint: Int?
      if !isLast, world.faults.draws(.crash, &world.random) {
        lastPoint = 1 + world.random.number(0..<SimRun.farthestPoint)
      }
      let fence = self.store.sibling()
      let life = SimLife(lastPoint: lastPoint) {
        world.fired(.crash)
        // Whatever the lost one still does is refused, as its death would keep it from doing.
        _ = try? fence.takeFence(holder: "nobody", at: world.executor.now)
      }
      _ = try? store.takeFence(holder: "controller", at: world.executor.now)
      world.auditor.refold((try? store.entries(after: 0)) ?? [])
      return (run.services(store, life), life)
    }
  }

  private func services(_ store: FleetStore, _ life: SimLife) -> EngineServices {
    let (world, told) = (world, told)
    var bounds = EngineBounds()
    // Fewer looks at what takes minutes: a history is told by what happens and not by how often somebody looked.
    bounds.poll = .seconds(15)
    bounds.knock = .seconds(15)
    return EngineServices(
      store: store, controller: Self.controller, hosts: wrapHosts(SimHostGateway(world: world, life: life), world),
      compute: wrapCompute(SimComputeGateway(world: world, life: life), world),
      clock: SimClock(world: world, life: life), facts: scenario.facts,
      catalog: scenario.catalog, bounds: bounds, moves: MoveSlots(),
      progress: { event in
        guard case .journal(let entry) = event.what else { return }
        world.auditor.note(entry, of: event.host)
        told(entry, event.host, event.at)
      })
  }

  /// Plans where nothing was planned yet, and runs. Returns the report; `nil`: there is nothing to do.
  private func drive(_ services: EngineServices) async throws -> RolloutReport? {
    world.auditor.rollout = Self.rollout
    world.auditor.limit = scenario.policy.maxUnavailable.of(scenario.hosts.count)
    guard let (plan, planID) = try await planned(services) else { return nil }
    world.auditor.planned = Set(plan.changes.map(\.host))
    let policy = changePolicy(scenario.policy)
    let hosts = scenario.hosts.map { host in
      var host = host
      host.policy = changePolicy(host.policy)
      return host
    }
    let engine = RolloutEngine(services: services, hosts: hosts, policy: policy)
    return try await engine.run(rollout: Self.rollout, plan: plan, planID: planID, by: "sim", stop: stop)
  }

  private func planned(_ services: EngineServices) async throws -> (Plan, String)? {
    let store = services.store
    if let record = try store.rollouts().first { return (try store.plan(id: record.plan).plan, record.plan) }
    let plan: Plan
    if let given = scenario.plan {
      plan = given
    } else {
      let made = try await PlanMaker(services: services).plan(
        scenario.hosts, options: PlanOptions(), waves: scenario.policy.waves)
      plan = changePlan(made.plan)
    }
    if plan.changes.isEmpty { return nil }
    let planID = try PlanID(of: plan).rawValue
    try store.save(plan: plan, id: planID, at: services.clock.now())
    try store.createRollout(id: Self.rollout, plan: planID, at: services.clock.now())
    return (plan, planID)
  }
}
