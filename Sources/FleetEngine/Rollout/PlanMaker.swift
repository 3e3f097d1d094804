package import FleetCore
package import FleetFormats
import FleetStore

/// Looks at hosts and Nova and makes a plan; changes nothing anywhere but in the store.
package struct PlanMaker: Sendable {
  /// Hosts probed at once; a probe costs the controller 8 ms and the host 60 ms.
  package static let probesAtOnce = 64
  /// Nova views asked for at once; each is a handful of requests to a control plane others need too.
  package static let viewsAtOnce = 8

  private let services: EngineServices

  package init(services: EngineServices) { self.services = services }

  package struct Result: Sendable {
    package var plan: Plan
    package var id: PlanID
    package var observations: [HostID: Observation]
    package var findings: [PlanChecker.Finding]
  }

  /// Probes hosts, all at most `probesAtOnce` at a time, and stores what was seen.
  package func probe(_ hosts: [Host]) async throws -> [HostID: Swift.Result<Observation, ProbeFailure>] {
    try await look(hosts).looks
  }

  /// What was seen of hosts, and every floor that is known since.
  private struct Looked {
    var looks: [HostID: Swift.Result<Observation, ProbeFailure>]
    var floors: [HostID: FloorEvidence]
  }

  private func look(_ hosts: [Host]) async throws -> Looked {
    let seq = try services.store.lastSeq()
    let seen = await bounded(hosts, Self.probesAtOnce) { host in
      let look = await services.hosts.observe(host)
      await services.hosts.close(host)
      return (host.id, look)
    }
    // A look that broke off because the controller leaves says nothing of its host.
    try Task.checkCancellation()
    let at = services.clock.now()
    let drift = DriftJournal(services)
    let looks = try drift.current(seen, since: seq)
    try drift.record(looks, at: at)
    try services.store.save(observations: looks.map { ($0.0, $0.1, at) })
    try services.store.save(wanted: Self.wanted(hosts, looks), at: at)
    let stored = try services.store.floors()
    var learnt: [HostID: FloorEvidence] = [:]
    for (id, look) in looks {
      guard case .success(let observation) = look else { continue }
      if let floor = FloorEvidence.inForce(observation, stored: stored[id]), floor != stored[id] { learnt[id] = floor }
    }
    try services.store.save(floors: learnt)
    return Looked(
      looks: Dictionary(seen, uniquingKeysWith: { first, _ in first }),
      floors: stored.merging(learnt) { _, newer in newer })
  }

  /// What the inventory wants of hosts that were seen.
  private static func wanted(
    _ hosts: [Host], _ looks: [(HostID, Swift.Result<Observation, ProbeFailure>)]
  ) -> [HostID: String] {
    let targets = Dictionary(hosts.map { ($0.id, $0.target) }, uniquingKeysWith: { first, _ in first })
    var wanted: [HostID: String] = [:]
    for (host, look) in looks {
      guard case .success(let seen) = look, let cpu = seen.cpu, let target = targets[host] else { continue }
      wanted[host] = target?.wanted(of: cpu)
    }
    return wanted
  }

  /// What was seen last, without a look.
  private func storedLook(_ hosts: [Host]) throws -> Looked {
    let wanted = Set(hosts.map(\.id))
    let looks = try services.store.latestObservations().filter { wanted.contains($0.key) }.mapValues(\.result)
    return Looked(looks: looks, floors: try services.store.floors())
  }

  /// Makes and checks a plan, and keeps it unless the check found something. `offline` uses what was seen last of hosts
  /// and of Nova, and asks neither.
  /// `waves` are the fleet's sizes of waves.
  package func plan(
    _ hosts: [Host], options: PlanOptions, waves: [Amount], offline: Bool = false
  ) async throws -> Result {
    let looked = offline ? try storedLook(hosts) : try await look(hosts)
    let looks = looked.looks
    let views = offline ? try storedViews(hosts) : try await computeViews(hosts)
    let quarantines = try services.store.quarantines()
    let open = try services.store.hostsInOpenRollouts(begunOnly: options.emergency != nil)
    let backups = try backups(hosts, options)
    let situations = hosts.map { host in
      HostSituation(
        host: host, look: Self.look(looks[host.id]), compute: views[host.id] ?? .notInNova,
        floor: looked.floors[host.id],
        quarantine: quarantines[host.id]?.sentence, openRollout: open[host.id],
        controller: services.controller.id,
        backup: backups[host.id])
    }
    let planner = Planner(
      catalog: services.catalog, facts: services.facts, options: options,
      outsideHosts: offline ? [] : try await outsideHosts(hosts), waves: waves)
    let plan = planner.plan(situations)
    let id = try PlanID(of: plan)
    var observations: [HostID: Observation] = [:]
    for (host, look) in looks { if case .success(let observation) = look { observations[host] = observation } }
    let findings = PlanChecker(catalog: services.catalog, facts: services.facts).findings(
      plan, observations: observations)
    // A plan that does not pass its own check is shown to nobody, so nobody can apply it either.
    if findings.isEmpty { try services.store.save(plan: plan, id: id.rawValue, at: services.clock.now()) }
    return Result(plan: plan, id: id, observations: observations, findings: findings)
  }

  /// What `--to backup` means for each host.
  private func backups(_ hosts: [Host], _ options: PlanOptions) throws -> [HostID: BackupSummary] {
    guard options.target == .backup else { return [:] }
    let reader = BackupReader(services.store)
    if let rollout = options.backupRollout {
      return try reader.summaries(before: rollout, hosts.map(\.id))
    }
    var found: [HostID: BackupSummary] = [:]
    for host in hosts { found[host.id] = try reader.summary(host.id, id: options.backup) }
    return found
  }

  private static func look(_ look: Swift.Result<Observation, ProbeFailure>?) -> HostSituation.Look {
    switch look {
    case .success(let observation)?: .seen(observation)
    case .failure(let failure)?: .failed(failure)
    case nil: .failed(ProbeFailure(kind: .unreachable, text: "no observation of it is stored"))
    }
  }

  private func computeView(_ host: Host) async -> ComputeView {
    guard let compute = services.compute, let name = host.computeHost.name else {
      return .unknown(text: "no cloud is configured")
    }
    do throws(ComputeError) {
      return .known(try await compute.view(name, inventory: true))
    } catch {
      return .unknown(text: error.text)
    }
  }

  /// Asks Nova, and stores what it said for plans that are made offline.
  private func computeViews(_ hosts: [Host]) async throws -> [HostID: ComputeView] {
    let inNova = hosts.filter { $0.computeHost.name != nil }
    let views = await bounded(inNova, Self.viewsAtOnce) { host in
      // Not inside the tuple: what stands there before an `await` is lost in an optimised build (decision 0005).
      let view = await computeView(host)
      return (host.id, view)
    }
    let (groups, unread) = await peerGroups(views.map(\.1))
    let byServer = PeerGroup.byServer(groups)
    var all: [HostID: ComputeView] = [:]
    var known: [HostID: ComputeHostView] = [:]
    for (host, view) in views {
      guard case .known(let view) = view else {
        all[host] = view
        continue
      }
      var marked = view.marked(with: byServer)
      marked.peersUnread = unread
      (all[host], known[host]) = (.known(marked), marked)
    }
    try services.store.save(computeViews: known, at: services.clock.now())
    return all
  }

  /// Which servers keep apart. Where Nova does not tell, hosts are kept apart by their failure domains alone, and plans
  /// say why.
  private func peerGroups(_ views: [ComputeView]) async -> ([PeerGroup], unread: String?) {
    let hasServers = views.contains { view in
      if case .known(let view) = view { !view.servers.isEmpty } else { false }
    }
    guard hasServers, let compute = services.compute else { return ([], nil) }
    do throws(ComputeError) {
      // Not inside the tuple (decision 0005).
      let groups = try await compute.peerGroups()
      return (groups, nil)
    } catch {
      return ([], error.text)
    }
  }

  private func storedViews(_ hosts: [Host]) throws -> [HostID: ComputeView] {
    let stored = try services.store.computeViews()
    let inNova = hosts.filter { $0.computeHost.name != nil }
    return Dictionary(
      inNova.map { host in
        (host.id, stored[host.id].map { .known($0.view) } ?? .unknown(text: "nothing that Nova said of it is stored"))
      }, uniquingKeysWith: { first, _ in first })
  }

  private func outsideHosts(_ hosts: [Host]) async throws -> [String] {
    guard let compute = services.compute else { return [] }
    let inside = Set(hosts.compactMap(\.computeHost.name))
    guard let services = try? await compute.serviceHosts() else { return [] }
    return services.map(\.host).filter { !inside.contains($0) }.sorted()
  }
}
