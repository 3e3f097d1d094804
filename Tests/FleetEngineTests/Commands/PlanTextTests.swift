import FleetCommands
import FleetCore
import Testing

@Suite("A plan as people read it tells what each move carries, and how long it takes") struct PlanTextTests {
  private static var policy: Policy.Drain {
    var policy = Policy.Drain()
    policy.moveRate = 1024
    policy.confirmAfter = .seconds(30)
    return policy
  }

  private static func move(
    _ kind: ServerMove.Move, memory: Int? = nil, _ burden: MoveBurden? = nil, destinations: [String] = []
  ) -> ServerMove {
    var server = ComputeServer(
      id: "s", name: "vm", project: "p", status: .active, host: StubWorld.name, model: EncryptionModel.none)
    server.memoryMB = memory
    server.burden = burden
    return ServerMove(
      id: server.id, name: server.name, project: server.project, model: server.model, move: kind,
      destinations: destinations, why: "its owner agrees", rule: "D2", wasRunning: false, burden: burden,
      estimate: MoveEstimate(server, kind, policy))
  }

  private static func lines(_ servers: [ServerMove], reasons: [Reason] = []) -> [String] {
    var change = StubRun.change(servers: servers)
    change.reasons = reasons
    let plan = Plan(changes: [change], upToDate: [], excluded: [])
    return PlanText.text(plan, id: "plan-1").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static let heavy = MoveBurden(
    devices: [.init(.passthrough, "gpu:1"), .init(.virtualGPU, "2")], hasDedicatedCPUs: true, hugePages: "1GB",
    localDiskGB: 100)
  private static let unknown = "its size is not known, and so not how long it takes"

  /// Every way in which the line of one server can end.
  private static let rows: [(ServerMove, String)] = [
    (
      move(.live, memory: 2048, heavy),
      "live, its owner agrees; PCI passthrough gpu:1; virtual GPU (2); dedicated CPUs; huge pages (1GB); "
        + "about 1m 42s for 2 GiB of memory and up to 100 GiB of local disk at 1024 MiB/s"
    ),
    (
      move(.live, memory: 1536, MoveBurden(localDiskGB: 0)),
      "live, its owner agrees; about 2s for 1536 MiB of memory at 1024 MiB/s"
    ),
    (
      move(.cold, memory: 2048, MoveBurden(localDiskGB: 10), destinations: ["cmp-2", "cmp-3"]),
      "cold to cmp-2, its owner agrees; about 40s for up to 10 GiB of local disk at 1024 MiB/s"
    ),
    (move(.cold, MoveBurden(localDiskGB: 0)), "cold, its owner agrees; about 30s"),
    (move(.live, MoveBurden(localDiskGB: 1)), "live, its owner agrees; \(unknown)"),
    (move(.live, memory: 2048), "live, its owner agrees; \(unknown)"),
    (
      move(.cold, MoveBurden(hasDedicatedCPUs: true)), "cold, its owner agrees; dedicated CPUs; \(unknown)"
    ),
    (move(.stop, memory: 2048, MoveBurden(localDiskGB: 10)), "stop, its owner agrees"),
    (move(.leave, memory: 2048, MoveBurden(localDiskGB: 10)), "leave, its owner agrees"),
    (move(.blocked, memory: 2048, MoveBurden(hugePages: "2MB")), "blocked, its owner agrees; huge pages (2MB)"),
  ]

  @Test("one server: what makes it hard to move, its size and its time") func servers() {
    for (move, expected) in Self.rows {
      let found = Self.lines([move]).filter { $0.hasPrefix("  server ") }
      #expect(found == ["  server vm (none): \(expected)"])
    }
  }

  @Test("all moves of a host: their sum, where the time of each is known") func sums() {
    func told(_ moves: [ServerMove]) -> [String] { Self.lines(moves).filter { $0.hasPrefix("  moves:") } }
    let (live, cold) = (Self.rows[0].0, Self.rows[2].0)
    let idle = [Self.move(.stop), Self.move(.leave), Self.move(.blocked)]
    let sum = ["  moves: about 2m 22s one after the other (policy drain.move_rate)"]
    #expect(told([live, cold]) == sum)
    #expect(told([live, cold] + idle) == sum, "what does not move takes no time")
    #expect(told([live, cold, Self.move(.live)]).isEmpty)
    #expect(told(idle).isEmpty && told([]).isEmpty)
  }

  @Test("a change in full, in its order") func order() {
    let reason = Reason("D", "Nova tells no server groups: refused")
    #expect(
      Self.lines([Self.rows[1].0], reasons: [Reason("A1", "newer"), reason]) == [
        "sev-1: upgrade from 1.55.29 to \(FirmwareVersion(1, 55, 31).bothSpellings) by reload", "  A1: newer",
        "  D: \(reason.text)", "  server vm (none): \(Self.rows[1].1)",
        "  moves: about 2s one after the other (policy drain.move_rate)", "",
        "plan-1: 1 to change, 0 up to date, 0 left alone",
      ])
  }
}
