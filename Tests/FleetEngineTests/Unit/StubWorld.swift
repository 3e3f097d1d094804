import FleetCore
import FleetEngine
import Synchronization

/// A Nova with one host's servers, and a clock that runs only while somebody sleeps: for what no real API does on
/// demand, such as lost answers, requests that vanish, and records that come late.
final class StubWorld: EngineClock, ComputeGateway {
  /// What becomes of a request.
  enum Answer: Sendable {
    case accept
    /// Accepted, and the answer is lost.
    case acceptUnheard
    /// Never arrives, and no answer comes.
    case lose
    /// 202, and nothing ever happens.
    case vanish
    case refuse(ComputeError.Kind)
  }

  /// One request, and when it was made.
  struct Call: Sendable {
    var word: String
    var server: String
    /// The host that was named for it.
    var host: String?
    var at: Int64
  }

  struct State: Sendable {
    var time: Int64 = 1_000_000
    var servers: [ComputeServer]
    var records: [MigrationRecord] = []
    var service: ComputeServiceState
    /// What Nova was asked for, in order.
    var requests: [Call] = []
    var calls: [String] { requests.map(\.word) }
    /// By request; the next one each time, and `accept` once there is none.
    var answers: [String: [Answer]] = [:]
    /// How long Nova shows no trace of a move that it accepted, in milliseconds.
    var lag: Int64 = 0
    /// How long a server takes to stop, in milliseconds.
    var stopTime: Int64 = 0
    /// Servers with an accepted move still on its way: another request is refused then.
    fileprivate var busy: Set<String> = []
    /// What happens the next time somebody asks what the host offers.
    var onInventory: (@Sendable (inout State) -> Void)?
    /// What Nova tells of groups of servers that keep apart.
    var groups: Result<[PeerGroup], ComputeError> = .success([])
    /// How often it was asked for them.
    var groupsAsked = 0
    fileprivate var later: [(at: Int64, change: @Sendable (inout State) -> Void)] = []

    /// The first server, in most worlds the only one.
    var server: ComputeServer? {
      get { servers.first }
      set { servers = (newValue.map { [$0] } ?? []) + servers.dropFirst() }
    }

    mutating func after(_ wait: Int64, _ change: @escaping @Sendable (inout State) -> Void) {
      later.append((time + wait, change))
    }

    fileprivate mutating func advance(_ milliseconds: Int64) {
      time += milliseconds
      let due = later.filter { $0.at <= time }.sorted { $0.at < $1.at }
      later.removeAll { $0.at <= time }
      for one in due { one.change(&self) }
    }
  }

  static let name = "cmp-1"
  static let other = "cmp-2"
  private let state: Mutex<State>

  init(_ servers: [ComputeServer], reason: String) {
    let service = ComputeServiceState(
      id: "1", host: Self.name, isEnabled: false, disabledReason: reason, isUp: true, forcedDown: false,
      updatedAt: nil)
    state = Mutex(State(servers: servers, service: service))
  }

  var seen: State { state.withLock { $0 } }
  func change(_ body: @Sendable (inout State) -> Void) { state.withLock { body(&$0) } }

  // MARK: Time

  func now() -> Instant { Instant(milliseconds: seen.time) }
  func monotonic() -> Int64 { seen.time }

  func sleep(_ duration: Duration) async throws(CancellationError) {
    state.withLock { $0.advance(duration.wholeMilliseconds) }
  }

  // MARK: Looks

  func service(_ host: String) async throws(ComputeError) -> ComputeServiceState { seen.service }
  func services() async throws(ComputeError) -> [ComputeServiceState] { [seen.service] }
  func serviceHosts() async throws(ComputeError) -> [ComputeServiceState] { [seen.service] }

  func rooms() async throws(ComputeError) -> [ComputeRoom] { [] }

  func peerGroups() async throws(ComputeError) -> [PeerGroup] {
    change { $0.groupsAsked += 1 }
    return try seen.groups.get()
  }

  func view(_ host: String, inventory: Bool) async throws(ComputeError) -> ComputeHostView {
    if inventory {
      change {
        let happens = $0.onInventory
        $0.onInventory = nil
        happens?(&$0)
      }
    }
    let seen = seen
    return ComputeHostView(
      service: seen.service, servers: seen.servers.filter { $0.host == host },
      unfinishedMigrations: seen.records.filter { !$0.isEnded })
  }

  func server(_ id: String) async throws(ComputeError) -> ComputeServer? {
    seen.servers.first { $0.id == id }
  }

  func migrations(server: String) async throws(ComputeError) -> [MigrationRecord] {
    seen.records.filter { $0.server == server }.sorted { $0.id > $1.id }
  }

  func migrations(host: String) async throws(ComputeError) -> [MigrationRecord] { seen.records }

  // MARK: Requests

  func disable(service: String, reason: String) async throws(ComputeError) {}
  func enable(service: String) async throws(ComputeError) { change { $0.service.isEnabled = true } }

  func moveLive(_ server: String, to host: String?) async throws(ComputeError) {
    try request("live", server, host) { state in
      state.begin(.live, server, to: host) { $0.arrive(server, "completed", .active, on: host) }
    }
  }

  func moveCold(_ server: String, to host: String?) async throws(ComputeError) {
    try request("migrate", server, host) { state in
      state.begin(.cold, server, to: nil) { $0.arrive(server, "finished", .verifyResize, on: nil) }
    }
  }

  func confirm(_ server: String) async throws(ComputeError) {
    try request("confirm", server) { $0.settle("confirmed") }
  }

  func revert(_ server: String) async throws(ComputeError) { try request("revert", server) { $0.settle("reverted") } }

  func abort(_ server: String, migration: Int) async throws(ComputeError) {
    try request("abort", server) { $0.settle("cancelled") }
  }

  func stop(_ server: String) async throws(ComputeError) {
    try request("stop", server) { state in
      guard state.stopTime > 0 else { return state.turn(server, .shutoff, power: 4) }
      state.edit(server) { $0.taskState = "powering-off" }
      state.after(state.stopTime) { $0.turn(server, .shutoff, power: 4) }
    }
  }

  func start(_ server: String) async throws(ComputeError) {
    try request("start", server) { $0.turn(server, .active, power: 1) }
  }

  private func request(
    _ word: String, _ server: String, _ host: String? = nil, _ effect: @Sendable (inout State) -> Void
  ) throws(ComputeError) {
    let error: ComputeError? = state.withLock { state in
      state.requests.append(Call(word: word, server: server, host: host, at: state.time))
      if state.busy.contains(server) { return ComputeError(.conflict, "it is in task_state migrating") }
      let isScripted = !(state.answers[word] ?? []).isEmpty
      switch isScripted ? state.answers[word]?.removeFirst() ?? .accept : .accept {
      case .accept: effect(&state)
      case .acceptUnheard:
        effect(&state)
        return ComputeError(.unreachable, "no answer")
      case .lose: return ComputeError(.unreachable, "no answer")
      case .vanish: break
      case .refuse(let kind): return ComputeError(kind, "refused")
      }
      return nil
    }
    if let error { throw error }
  }
}

extension StubWorld.State {
  /// How long a move takes once it shows.
  private static let moveTime: Int64 = 10_000

  fileprivate mutating func begin(
    _ kind: MigrationRecord.Kind, _ server: String, to host: String?,
    _ end: @escaping @Sendable (inout StubWorld.State) -> Void
  ) {
    busy.insert(server)
    let record = MigrationRecord(
      id: records.count + 1, server: server, kind: kind, status: "running",
      source: servers.first { $0.id == server }?.host, destination: host ?? StubWorld.other)
    after(lag) {
      $0.records.append(record)
      $0.edit(server) { $0.taskState = "migrating" }
    }
    after(lag + Self.moveTime) {
      $0.busy.remove(server)
      end(&$0)
    }
  }

  fileprivate mutating func arrive(
    _ server: String, _ status: String, _ serverStatus: ServerStatus, on host: String?
  ) {
    for index in records.indices where records[index].server == server && !records[index].isEnded {
      records[index].status = status
    }
    edit(server) {
      $0.host = host ?? StubWorld.other
      $0.taskState = nil
      $0.status = serverStatus
    }
  }

  mutating func turn(_ server: String, _ status: ServerStatus, power: Int) {
    edit(server) {
      $0.taskState = nil
      $0.status = status
      $0.powerState = power
    }
  }

  mutating func edit(_ server: String, _ body: (inout ComputeServer) -> Void) {
    for index in servers.indices where servers[index].id == server { body(&servers[index]) }
  }

  /// The newest move ends so; what did not end well is back on its old host.
  mutating func settle(_ status: String) {
    let last = records.count - 1
    records[last].status = status
    edit(records[last].server) {
      $0.status = .active
      $0.taskState = nil
      if status != "confirmed" { $0.host = StubWorld.name }
    }
  }
}

/// A host on which nothing runs; it can only be looked at.
struct IdleHost: HostGateway {
  private static let unexpected = HostError(.refused, "a drain does not ask that")

  func observe(_ host: Host) async -> Result<Observation, ProbeFailure> {
    var seen = Observation(host: host.id, observedAt: Instant(milliseconds: 5))
    seen.lease = StubRun.lease
    seen.virtualMachines = VirtualMachines(qemuProcesses: 0, kvmReferences: 0)
    return .success(seen)
  }

  func bootMark(_ host: Host) async throws(HostError) -> BootMark { throw Self.unexpected }
  /// Nothing to give back.
  func remains(_ host: Host) async throws(HostError) -> HostRemains { HostRemains() }
  func stagedHash(_ host: Host, sha256: String) async throws(HostError) -> String? { throw Self.unexpected }
  func fileHash(_ host: Host, path: String) async throws(HostError) -> String? { throw Self.unexpected }
  func isDiverted(_ host: Host, path: String) async throws(HostError) -> Bool { throw Self.unexpected }
  func manifest(_ host: Host, of tree: FirmwareTree) async throws(HostError) -> [BackupFile] { throw Self.unexpected }
  func read(_ host: Host, path: String) async throws(HostError) -> [UInt8] { throw Self.unexpected }
  func trials(_ host: Host, _ needs: TrialNeeds) async throws(HostError) -> [HostError] { throw Self.unexpected }
  func reloadState(_ host: Host, token: String) async throws(HostError) -> ReloadState { throw Self.unexpected }
  func resetIssued(_ host: Host, token: String) async throws(HostError) -> Bool { throw Self.unexpected }
  func computeRuns(_ host: Host, _ door: Door) async throws(HostError) -> Bool? { throw Self.unexpected }
  func perform(_ host: Host, _ act: HostAct, under lease: String?) async throws(HostError) { throw Self.unexpected }
  func close(_ host: Host) async {}
}
