package import FleetCore
package import FleetStore

/// Everything a run needs from outside, handed in once.
package struct EngineServices: Sendable {
  package var store: FleetStore
  /// Who we are to the hosts: the holder of the leases that our runs take.
  package var controller: ControllerIdentity
  package var hosts: any HostGateway
  /// `nil`: no cloud is configured.
  package var compute: (any ComputeGateway)?
  package var clock: any EngineClock
  package var facts: Facts
  package var catalog: Catalog
  package var bounds: EngineBounds
  /// Shared by all rollouts of this process in the same cloud.
  package var moves: MoveSlots
  /// Whether this process drives another rollout, which can only be one that is just stopping.
  package var othersStop: @Sendable () -> Bool
  /// Told of everything a person may want to watch; never waits.
  package var progress: @Sendable (ProgressEvent) -> Void

  package init(
    store: FleetStore, controller: ControllerIdentity, hosts: any HostGateway, compute: (any ComputeGateway)?,
    clock: any EngineClock = SystemClock(), facts: Facts, catalog: Catalog, bounds: EngineBounds = EngineBounds(),
    moves: MoveSlots, othersStop: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
  ) {
    self.store = store
    self.controller = controller
    self.hosts = hosts
    self.compute = compute
    self.clock = clock
    self.facts = facts
    self.catalog = catalog
    self.bounds = bounds
    self.moves = moves
    self.othersStop = othersStop
    self.progress = progress
  }
}

extension EngineServices {
  /// Fills in where the images lie now: a plan names them by their content (RULES C).
  package func located(_ plan: Plan) -> Plan {
    var plan = plan
    for index in plan.changes.indices {
      guard let sha256 = plan.changes[index].image?.sha256 else { continue }
      let known = catalog.images.first { $0.sha256 == sha256 }
      plan.changes[index].image?.path = known?.path ?? store.blobPath(sha256)
    }
    return plan
  }
}

/// One thing to show while a rollout runs.
package struct ProgressEvent: Sendable, Hashable {
  package enum What: Sendable, Hashable {
    case journal(JournalEvent)
    /// What a step waits for, replaced by the next one.
    case waiting(Step, String)
    /// What the rollout as a whole waits for.
    case holding(String)
  }

  package var host: HostID?
  package var at: Instant
  package var what: What

  package init(host: HostID?, at: Instant, what: What) {
    self.host = host
    self.at = at
    self.what = what
  }
}
