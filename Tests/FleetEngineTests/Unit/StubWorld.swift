import FleetCore
import FleetEngine
import Synchronization

/// A Nova with one server, and a clock that runs only while somebody sleeps: for what no real API does on demand, such
/// as lost answers, requests that vanish, and records that come late.
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

  struct State: Sendable {
    var time: Int64 = 1_000_000
    var server: ComputeServer?
    var records: [MigrationRecord] = []
    var service: ComputeServiceState
    /// What Nova was asked for, in order.
    var calls: [String] = []
    /// By request; the next one each time, and `accept` once there is none.
    var answers: [String: [Answer]] = [:]
    /// How long Nova shows no trace of a move that it accepted, in milliseconds.
    var lag: Int64 = 0
    /// Whether an accepted move is still on its way: another request is refused then.
    var isBusy = false
    fileprivate var later: [(at: Int64, change: @Sendable (inout State) -> Void)] = []

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

  init(_ server: ComputeServer?, reason: String) {
    let service = ComputeServiceState(
      id: "1", host: Self.name, isEnabled: false, disabledReason: reason, isUp: true, forcedDown: false,
      updatedAt: nil)
    state = Mutex(State(server: server, service: service))
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

  func view(_ host: String, inventory: Bool) async throws(ComputeError) -> ComputeHostView {
    let seen = seen
    return ComputeHostView(
      service: seen.service, servers: [seen.server].compactMap { $0 }.filter { $0.host == host },
      unfinishedMigrations: seen.records.filter { !$0.isEnded })
  }

  func server(_ id: String) async throws(ComputeError) -> ComputeServer? {
    seen.server.flatMap { $0.id == id ? $0 : nil }
  }

  func migrations(server: String) async throws(ComputeError) -> [MigrationRecord] {
    seen.records.filter { $0.server == server }.sorted { $0.id > $1.id }
  }

  func migrations(host: String) async throws(ComputeError) -> [MigrationRecord] { seen.records }

  // MARK: Requests

  func disable(service: String, reason: String) async throws(ComputeError) {}
  func enable(service: String) async throws(ComputeError) { change { $0.service.isEnabled = true } }

  func moveLive(_ server: String) async throws(ComputeError) {
    try request("live") { $0.begin(.live) { $0.arrive("completed", .active) } }
  }

  func moveCold(_ server: String, to host: String?) async throws(ComputeError) {
    try request("migrate") { $0.begin(.cold) { $0.arrive("finished", .verifyResize) } }
  }

  func confirm(_ server: String) async throws(ComputeError) { try request("confirm") { $0.settle("confirmed") } }
  func revert(_ server: String) async throws(ComputeError) { try request("revert") { $0.settle("reverted") } }

  func abort(_ server: String, migration: Int) async throws(ComputeError) {
    try request("abort") { $0.settle("cancelled") }
  }

  func stop(_ server: String) async throws(ComputeError) {
    try request("stop") { $0.turn(.shutoff, power: 4) }
  }

  func start(_ server: String) async throws(ComputeError) {
    try request("start") { $0.turn(.active, power: 1) }
  }

  private func request(_ word: String, _ effect: @Sendable (inout State) -> Void) throws(ComputeError) {
    let error: ComputeError? = state.withLock { state in
      state.calls.append(word)
      if state.isBusy { return ComputeError(.conflict, "it is in task_state migrating") }
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
    _ kind: MigrationRecord.Kind, _ end: @escaping @Sendable (inout StubWorld.State) -> Void
  ) {
    isBusy = true
    let record = MigrationRecord(
      id: records.count + 1, server: server?.id ?? "", kind: kind, status: "running", source: StubWorld.name,
      destination: StubWorld.other)
    after(lag) {
      $0.records.append(record)
      $0.server?.taskState = "migrating"
    }
    after(lag + Self.moveTime) {
      $0.isBusy = false
      end(&$0)
    }
  }

  fileprivate mutating func arrive(_ status: String, _ serverStatus: ServerStatus) {
    records[records.count - 1].status = status
    server?.host = StubWorld.other
    server?.taskState = nil
    server?.status = serverStatus
  }

  fileprivate mutating func turn(_ status: ServerStatus, power: Int) {
    server?.status = status
    server?.powerState = power
  }

  /// The newest move ends so; what did not end well is back on its old host.
  mutating func settle(_ status: String) {
    records[records.count - 1].status = status
    server?.status = .active
    server?.taskState = nil
    if status != "confirmed" { server?.host = StubWorld.name }
  }
}

/// A host on which nothing runs; it can only be looked at.
struct IdleHost: HostGateway {
  private static let unexpected = HostError(.refused, "a drain does not ask that")

  func observe(_ host: Host) async -> Result<Observation, ProbeFailure> {
    var seen = Observation(host: host.id, observedAt: Instant(milliseconds: 5))
    seen.virtualMachines = VirtualMachines(qemuProcesses: 0, kvmReferences: 0)
    return .success(seen)
  }

  func bootMark(_ host: Host) async throws(HostError) -> BootMark { throw Self.unexpected }
  func stagedHash(_ host: Host, sha256: String) async throws(HostError) -> String? { throw Self.unexpected }
  func fileHash(_ host: Host, path: String) async throws(HostError) -> String? { throw Self.unexpected }
  func isDiverted(_ host: Host, path: String) async throws(HostError) -> Bool { throw Self.unexpected }
  func manifest(_ host: Host, of tree: FirmwareTree) async throws(HostError) -> [BackupFile] { throw Self.unexpected }
  func read(_ host: Host, path: String) async throws(HostError) -> [UInt8] { throw Self.unexpected }
  func trials(_ host: Host, _ needs: TrialNeeds) async throws(HostError) -> [HostError] { throw Self.unexpected }
  func reloadState(_ host: Host, token: String) async throws(HostError) -> ReloadState { throw Self.unexpected }
  func resetIssued(_ host: Host, token: String) async throws(HostError) -> Bool { throw Self.unexpected }
  func computeRuns(_ host: Host, _ door: Door) async throws(HostError) -> Bool? { throw Self.unexpected }
  func perform(_ host: Host, _ act: HostAct) async throws(HostError) { throw Self.unexpected }
  func close(_ host: Host) async {}
}
