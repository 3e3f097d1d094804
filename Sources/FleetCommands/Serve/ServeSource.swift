import FleetCore
import FleetEngine
import FleetFormats
import FleetServer
import FleetStore

/// What the server is told by the process that it runs in: the documents of the commands, with the files as they are now.
struct ServeSource: ServerSource {
  let files: ServeFiles
  let store: FleetStore
  let desk: ServeDesk
  private let fleet: FleetReportCache

  init(files: ServeFiles, store: FleetStore, desk: ServeDesk) {
    self.files = files
    self.store = store
    self.desk = desk
    fleet = FleetReportCache(store)
  }

  /// The operator's files as they were read last.
  var context: CommandContext { files.current }
  var inventoryHosts: [Host] { context.inventory.hosts }
  var clock: any EngineClock { SystemClock() }
  var holder: LockHolder { desk.control.holder }
  var hasGoodFiles: Bool { files.isGood }

  func ask(_ request: ControlRequest) async -> ControlAnswer { await desk.answer(request) }

  func newRollout() -> String { RolloutName.fresh() }

  // MARK: Hosts

  func inventory() throws -> ServedDocument {
    try ServedDocument(InventoryDocument(context.inventory, now: clock.now()))
  }

  func host(_ id: HostID) throws -> ServedDocument {
    let context = context
    let host = try declared(id, context)
    let look = try store.latestObservation(host: id)
    let rows = InventoryDocument(context.inventory, now: clock.now()).hosts
    guard let row = rows.first(where: { $0.name == host.id }) else { throw Self.unknown(id) }
    let floor = try store.floors()[id]
    return try ServedDocument(
      HostDocument(host: row, observation: look.map { Self.row($0, floor: floor, context.facts) }))
  }

  func history(_ id: HostID) throws -> ServedDocument {
    let entries = try store.history(host: id)
    if entries.isEmpty { _ = try declared(id, context) }
    return try ServedDocument(HistoryDocument(host: id, entries: entries))
  }

  func why(_ id: HostID) async throws -> ServedDocument {
    let context = context
    let host = try declared(id, context)
    let presence = await presence()
    let surroundings = surroundings(presence, context)
    return try ServedDocument(try Why.answer(declared: host, store, context.inventory.compliance, surroundings))
  }

  func observations() throws -> ServedDocument {
    let context = context
    let looks = try store.latestObservations()
    let floors = try store.floors()
    let rows = context.inventory.hosts.compactMap { host in
      looks[host.id].map { Self.row($0, floor: floors[host.id], context.facts) }
    }
    return try ServedDocument(ObservationDocument(hosts: rows))
  }

  private static func row(_ look: StoredObservation, floor: FloorEvidence?, _ facts: Facts) -> ObservationDocument.Host
  {
    ObservationDocument.Host(host: look.host, look: look.result, at: look.at, floor: floor, facts: facts)
  }

  private func declared(_ id: HostID, _ context: CommandContext) throws -> Host {
    guard let host = context.inventory.host(id) else { throw Self.unknown(id) }
    return host
  }

  private static func unknown(_ id: HostID) -> APIProblem {
    APIProblem(404, "noHost", "the inventory has no host of this name", found: id.rawValue)
  }

  // MARK: Rollouts

  func makePlan(_ wish: PlanWish, by person: String) async throws -> ServedDocument {
    let context = context
    return try await Self.telling {
      let options = PlanOptions(
        target: try wish.target.map { try PlanOptionsGroup.target($0, context) }, allowDowngrade: wish.allowDowngrade,
        allowUnknownFloor: wish.allowUnknownFloor, acceptSEVESLoss: wish.acceptSEVESLoss,
        backupRollout: try wish.rollout.map { try store.rollout(id: $0).id })
      guard wish.rollout == nil || options.target == .backup else {
        throw APIProblem(400, "usage", "rollout says which backups are meant", expected: "the target backup")
      }
      let chosen = try context.hosts(wish.hosts, options)
      let made = try await context.withServices(store, asksNova: !wish.offline) {
        try await PlanMaker(services: $0).plan(
          chosen, options: options, waves: context.inventory.policy.inForce(options).waves, offline: wish.offline)
      }
      try PlanFindings.check(made.findings)
      try context.auditPlan(made.id.rawValue, made.plan, store, by: person)
      return try ServedDocument(
        PlanDocument(
          made.plan, id: made.id.rawValue, createdAt: clock.now(),
          observedAt: made.observations.mapValues(\.observedAt)))
    }
  }

  /// Errors of the commands, as the server knows them.
  private static func telling<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch let error as APIProblem {
      throw error
    } catch {
      let said = CommandError(error)
      throw ServeRefusal(said.kind, said.text, expected: said.expected, found: said.found)
    }
  }

  func plan(_ id: String) throws -> ServedDocument {
    let stored = try store.plan(id: id)
    return try ServedDocument(PlanDocument(stored.plan, id: stored.id, createdAt: stored.createdAt))
  }

  func rollouts() async throws -> ServedDocument {
    let context = context
    let presence = await presence()
    var records = try store.rollouts()
    var etas: [String: Instant] = [:]
    let now = clock.now()
    for index in records.indices {
      let id = records[index].id
      records[index].state = presence.presented(id, records[index].state, nil).0
      guard records[index].state == .running, let forecast = try context.forecast(id, store, at: now) else { continue }
      etas[id] = now + forecast.left
    }
    return try ServedDocument(RolloutListDocument(records, etas: etas))
  }

  func rollout(_ id: String) async throws -> ServedDocument {
    let report = await presence().presented(try StoredRollout.report(store, id))
    let now = clock.now()
    let forecast = report.state == .running ? try context.forecast(report.id, store, at: now) : nil
    return try ServedDocument(RolloutDocument(report, eta: forecast.map { now + $0.left }))
  }

  /// What an answer to "why" has to know besides the store.
  func surroundings(_ presence: RolloutPresence, _ context: CommandContext) -> WhySurroundings {
    WhySurroundings(
      now: clock.now(), presence: presence, budgets: { context.budgets(of: $0) },
      standing: { $0.standing(in: context.inventory.schedules) },
      commandLine: { context.options.commandLine($0) }, facts: context.facts)
  }

  /// What this process works on, or will.
  func presence() async -> RolloutPresence {
    let answer = await desk.answer(ControlRequest(.status, by: ServeCommand.name))
    return .worksOn(Set(answer.rollouts), holder: holder.text)
  }

  // MARK: The fleet

  func compliance(at moment: Instant?) throws -> ServedDocument {
    try ServedDocument(ComplianceDocument(try complianceReport(at: moment, days: ReportCompliance.usualDays)))
  }

  /// Every declared host held against its target and the bulletins. `days`: of the past, to be told as well.
  func complianceReport(at moment: Instant?, days: Int) throws -> ComplianceReport {
    let context = context
    return try complianceDesk(context).report(
      context.inventory.hosts, at: moment, now: clock.now(), days: days)
  }

  /// The same of now, without the past: nearly always what was judged a moment ago.
  func fleetReport() throws -> ComplianceReport {
    let context = context
    return try fleet.report(
      context.inventory.hosts, facts: context.facts, rules: context.inventory.compliance, now: clock.now())
  }

  /// Some hosts, as they are now.
  func complianceReport(of hosts: [Host]) throws -> ComplianceReport {
    try complianceDesk(context).report(hosts, now: clock.now())
  }

  private func complianceDesk(_ context: CommandContext) -> ComplianceDesk {
    ComplianceDesk(store: store, facts: context.facts, rules: context.inventory.compliance)
  }

  func catalog() throws -> ServedDocument { try ServedDocument(CatalogDocument(context.catalog.records)) }

  func standing() throws -> FleetStanding {
    let context = context
    let looks = try store.latestObservations().filter { context.inventory.host($0.key) != nil }
    var hosts = Dictionary(uniqueKeysWithValues: ComplianceRow.State.allCases.map { ($0, 0) })
    var open = Dictionary(context.facts.bulletins.map { ($0.id, 0) }, uniquingKeysWith: { first, _ in first })
    for row in try fleetReport().rows {
      hosts[row.state, default: 0] += 1
      for verdict in row.bulletins where verdict.state == .behind { open[verdict.bulletin, default: 0] += 1 }
    }
    var errors: [String: Int] = [:]
    for case .failure(let failure) in looks.values.map(\.result) { errors[failure.kind.rawValue, default: 0] += 1 }
    return FleetStanding(
      hosts: hosts, noncompliant: open, probeErrors: errors, lastLook: looks.values.map(\.at).max())
  }
}

/// `sevfleet.host/1`: a declared host and the last look at it.
struct HostDocument: Encodable {
  var schema = "sevfleet.host/1"
  var host: InventoryDocument.HostRow
  /// `nil`: it was never looked at.
  var observation: ObservationDocument.Host?
}
