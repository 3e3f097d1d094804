import FleetCore
import FleetEngine

/// The engine's port to the simulated Nova, for one life of the controller. A 202 promises nothing (FACTS 6.2).
struct SimComputeGateway: ComputeGateway {
  let world: SimWorld
  let life: SimLife

  private func reach() async throws(ComputeError) {
    if life.isOver { throw ComputeError(.unreachable, "the controller is gone") }
    await world.executor.sleep(.milliseconds(50 + world.random.number(0..<150)))
    if life.isOver { throw ComputeError(.unreachable, "the controller is gone") }
    world.advance()
    if world.faults.draws(.silentNova, &world.random) {
      world.fired(.silentNova)
      throw ComputeError(.unreachable, "Nova gave no answer")
    }
  }

  /// A change arrives, or not, and its answer comes back, or not.
  private func change(_ body: () throws(ComputeError) -> Void) async throws(ComputeError) {
    try await reach()
    if world.faults.draws(.lostRequest, &world.random) {
      world.fired(.lostRequest)
      throw ComputeError(.unreachable, "Nova gave no answer")
    }
    try body()
    if world.faults.draws(.lostReply, &world.random) {
      world.fired(.lostReply)
      throw ComputeError(.unreachable, "Nova gave no answer")
    }
  }

  // MARK: Looks

  private func state(_ name: String) throws(ComputeError) -> ComputeServiceState {
    guard let service = world.services[name], let id = world.host(named: name), let host = world.hosts[id] else {
      throw ComputeError(.notFound, "no compute service on \(name)")
    }
    let beat = max(host.heartbeat(world.now), service.switchedAt)
    return ComputeServiceState(
      id: "service-\(name)", host: name, isEnabled: service.isEnabled, disabledReason: service.reason,
      isUp: world.isUp(name), forcedDown: false, updatedAt: world.novaTime(beat))
  }

  func service(_ host: String) async throws(ComputeError) -> ComputeServiceState {
    try await reach()
    return try state(host)
  }

  func services() async throws(ComputeError) -> [ComputeServiceState] {
    try await reach()
    var states: [ComputeServiceState] = []
    for id in world.order {
      guard let name = world.hosts[id]?.name, world.services[name] != nil else { continue }
      states.append(try state(name))
    }
    return states
  }

  func serviceHosts() async throws(ComputeError) -> [ComputeServiceState] {
    try await services().filter { $0.isEnabled && $0.isUp }
  }

  /// Nobody keeps servers apart here.
  func peerGroups() async throws(ComputeError) -> [PeerGroup] { [] }

  func view(_ host: String, inventory: Bool) async throws(ComputeError) -> ComputeHostView {
    try await reach()
    let service = try state(host)
    return ComputeHostView(
      service: service, servers: world.servers(on: host).map(Self.seen),
      unfinishedMigrations: world.migrations.filter {
        $0.isUnfinished && ($0.source == host || $0.destination == host)
      }.map(\.record).reversed(),
      encryptionSlots: inventory ? [.sev: 100, .sevES: 100] : nil,
      traits: inventory ? ["HW_CPU_X86_AMD_SEV", "HW_CPU_X86_AMD_SEV_ES"] : nil)
  }

  private static func seen(_ server: SimServer) -> ComputeServer {
    var seen =
      server.seen
      ?? ComputeServer(
        id: server.id, name: "vm-\(server.id.suffix(4))", project: "p\(server.id.suffix(1))", status: .active,
        host: nil,
        model: server.model)
    seen.status = server.status
    seen.taskState = server.task
    seen.powerState = server.power
    seen.host = server.host
    seen.fault = server.fault
    seen.vcpus = seen.vcpus ?? 2
    seen.memoryMB = seen.memoryMB ?? 2048
    return seen
  }

  func server(_ id: String) async throws(ComputeError) -> ComputeServer? {
    try await reach()
    return world.servers[id].map(Self.seen)
  }

  func migrations(server: String) async throws(ComputeError) -> [MigrationRecord] {
    try await reach()
    return world.migrations.filter { $0.server == server }.map(\.record).reversed()
  }

  func migrations(host: String) async throws(ComputeError) -> [MigrationRecord] {
    try await reach()
    return world.migrations.filter { $0.source == host || $0.destination == host }.map(\.record).reversed()
  }

  func rooms() async throws(ComputeError) -> [ComputeRoom] {
    try await reach()
    return world.order.compactMap { id in
      guard let name = world.hosts[id]?.name, let service = world.services[name] else { return nil }
      let held = world.servers(on: name).count
      return ComputeRoom(
        host: name, takesServers: service.isEnabled && world.isUp(name), zone: "nova", freeVCPUs: 128 - 2 * held,
        freeMemoryMB: 262_144 - 2048 * held, freeSlots: [.sev: 100, .sevES: 100])
    }
  }

  // MARK: Changes

  func disable(service: String, reason: String) async throws(ComputeError) {
    try await change { () throws(ComputeError) in
      let name = String(service.dropFirst("service-".count))
      world.auditor.judgeDisable(name, reason, world)
      world.services[name] = SimService(isEnabled: false, reason: reason, switchedAt: world.now)
    }
  }

  func enable(service: String) async throws(ComputeError) {
    try await change { () throws(ComputeError) in
      let name = String(service.dropFirst("service-".count))
      world.auditor.judgeEnable(name, world)
      world.services[name] = SimService(isEnabled: true, reason: nil, switchedAt: world.now)
    }
  }

  private func idle(_ id: String, _ allowed: [ServerStatus]) throws(ComputeError) -> SimServer {
    guard let server = world.servers[id] else { throw ComputeError(.notFound, "no server \(id)") }
    guard server.task == nil, allowed.contains(server.status) else {
      throw ComputeError(.conflict, "server \(id) is \(server.status.text), task \(server.task ?? "none")")
    }
    return server
  }

  func moveLive(_ id: String, to host: String?) async throws(ComputeError) {
    try await change { () throws(ComputeError) in
      // Before it looks at the state (FACTS 6.1).
      if let model = world.servers[id]?.model, model != .none {
        throw ComputeError(.badRequest, "live migration of an encrypted guest")
      }
      var server = try idle(id, [.active, .paused])
      if loses() { return }
      let destination = world.destination(but: server.host, model: server.model, only: host)
      let migration = world.addMigration(server, .live, to: destination, destination == nil ? "error" : "queued")
      guard destination != nil else { return }
      server.wasOff = false
      server.status = .migrating
      server.task = "migrating"
      world.servers[id] = server
      world.schedule(.liveRuns(migration), in: world.random.seconds(1..<4))
      let fails = fails()
      world.schedule(fails ? .liveFails(migration) : .liveEnds(migration), in: world.random.seconds(8..<40))
    }
  }

  func moveCold(_ id: String, to host: String?) async throws(ComputeError) {
    try await change { () throws(ComputeError) in
      var server = try idle(id, [.active, .shutoff])
      if loses() { return }
      let destination = host ?? world.destination(but: server.host, model: server.model)
      guard let destination else {
        _ = world.addMigration(server, .cold, to: nil, "error")
        return
      }
      world.auditor.judgeCold(server, to: destination, world)
      server.wasOff = server.status == .shutoff
      let migration = world.addMigration(server, .cold, to: destination, "migrating")
      server.status = .resize
      server.task = "resize_migrating"
      server.power = 4
      server.runsOn = nil
      world.servers[id] = server
      let fails = fails()
      world.schedule(fails ? .coldFails(migration) : .coldEnds(migration), in: world.random.seconds(15..<60))
    }
  }

  private func loses() -> Bool {
    guard world.faults.draws(.lostMove, &world.random) else { return false }
    world.fired(.lostMove)
    return true
  }

  private func fails() -> Bool {
    guard world.faults.draws(.failingMove, &world.random) else { return false }
    world.fired(.failingMove)
    return true
  }

  func confirm(_ id: String) async throws(ComputeError) { try await settle(id, "confirming") { .confirmed($0) } }
  func revert(_ id: String) async throws(ComputeError) { try await settle(id, "reverting") { .reverted($0) } }

  private func settle(_ id: String, _ word: String, _ event: (Int) -> SimEvent) async throws(ComputeError) {
    try await change { () throws(ComputeError) in
      var server = try idle(id, [.verifyResize])
      guard let index = world.migrations.lastIndex(where: { $0.server == id && $0.status == "finished" }) else {
        throw ComputeError(.badRequest, "no cold move waits")
      }
      world.migrations[index].status = word
      server.task = word
      world.servers[id] = server
      world.schedule(event(world.migrations[index].id), in: world.random.seconds(1..<6))
    }
  }

  func abort(_ server: String, migration: Int) async throws(ComputeError) {
    try await change { () throws(ComputeError) in
      guard let found = world.migrations.first(where: { $0.id == migration }), found.status == "running",
        world.servers[found.server]?.task == "migrating"
      else {
        throw ComputeError(.conflict, "the move is not running")
      }
      world.happen(.liveFails(migration), at: world.now)
    }
  }

  func stop(_ id: String) async throws(ComputeError) {
    try await change { () throws(ComputeError) in
      var server = try idle(id, [.active])
      world.auditor.judgeStop(server, world)
      server.task = "powering-off"
      world.servers[id] = server
      world.schedule(.stopped(id), in: world.random.seconds(2..<12))
    }
  }

  func start(_ id: String) async throws(ComputeError) {
    try await change { () throws(ComputeError) in
      var server = try idle(id, [.shutoff])
      server.task = "powering-on"
      world.servers[id] = server
      world.schedule(.started(id), in: world.random.seconds(2..<8))
    }
  }
}
