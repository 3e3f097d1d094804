import FleetCore
import FleetEngine

/// One host brought to its drain by its journal, drained in a `StubWorld`, and given back where the drain fails.
struct StubDrain {
  static let server = "s"

  var policy = Policy.Drain()
  var planned: ServerMove.Move = .cold
  var plannedRunning = true
  /// How long ago the drain was begun by a process that is gone.
  var age: Int64 = 0
  /// Shared with what else runs in the fleet.
  var moves = MoveSlots()
  /// What that process had begun.
  var open: [HostRun.Event] = []
  let world: StubWorld

  /// `others`: ids of more servers like the first.
  init(_ model: EncryptionModel = .sev, others: [String] = [], isModelPending: Bool? = nil) {
    let servers = ([Self.server] + others).map { id in
      var server = ComputeServer(
        id: id, name: "vm", project: "p", status: .active, host: StubWorld.name, model: model)
      server.isModelPending = isModelPending
      return server
    }
    world = StubWorld(servers, reason: StubRun.reason)
    policy.sev = .cold
    policy.maxMoves = 1
    policy.confirmAfter = .seconds(10)
  }

  /// Drives the run until the drain is over; a failed one is returned to its end.
  func run() async throws -> HostRun {
    var run = StubRun(world, IdleHost())
    run.change = StubRun.change(
      servers: world.seen.servers.map { server in
        ServerMove(
          id: server.id, name: "vm", project: "p", model: .sev, move: planned,
          destinations: planned == .cold ? [StubWorld.other] : [], why: "", rule: "D2", wasRunning: plannedRunning)
      })
    run.policy.drain = policy
    run.age = age
    run.moves = moves
    run.come(to: .drain, then: open)
    return try await run.drive().run
  }
}
