import FleetCore
import FleetEngine
import Synchronization

/// Hosts that do or tell something else than they should, where a test says so.
struct LyingHosts: HostGateway {
  let base: any HostGateway
  var observation: @Sendable (Observation) -> Observation = { $0 }
  /// Performs in the place of the host; `false`: the host does it.
  var act: @Sendable (Host, HostAct) async throws(HostError) -> Bool = { (_, _) throws(HostError) in false }
  var manifest: @Sendable (FirmwareTree) -> FirmwareTree = { $0 }
  var lease: @Sendable (HostLease?) -> HostLease? = { $0 }
  /// The host does what it is told to, whosever lease lies there.
  var ignoresLease = false
  var reload: (@Sendable () -> ReloadState)?

  func observe(_ host: Host) async -> Result<Observation, ProbeFailure> {
    await base.observe(host).map { seen in
      var seen = observation(seen)
      seen.lease = lease(seen.lease)
      return seen
    }
  }
  func bootMark(_ host: Host) async throws(HostError) -> BootMark { try await base.bootMark(host) }
  func stagedHash(_ host: Host, sha256: String) async throws(HostError) -> String? {
    try await base.stagedHash(host, sha256: sha256)
  }
  func fileHash(_ host: Host, path: String) async throws(HostError) -> String? {
    try await base.fileHash(host, path: path)
  }
  func isDiverted(_ host: Host, path: String) async throws(HostError) -> Bool {
    try await base.isDiverted(host, path: path)
  }
  func manifest(_ host: Host, of tree: FirmwareTree) async throws(HostError) -> [BackupFile] {
    try await base.manifest(host, of: manifest(tree))
  }
  func read(_ host: Host, path: String) async throws(HostError) -> [UInt8] { try await base.read(host, path: path) }
  func trials(_ host: Host, _ needs: TrialNeeds) async throws(HostError) -> [HostError] {
    try await base.trials(host, needs)
  }
  func reloadState(_ host: Host, token: String) async throws(HostError) -> ReloadState {
    if let reload { return reload() }
    return try await base.reloadState(host, token: token)
  }
  func resetIssued(_ host: Host, token: String) async throws(HostError) -> Bool {
    try await base.resetIssued(host, token: token)
  }
  func computeRuns(_ host: Host, _ door: Door) async throws(HostError) -> Bool? {
    try await base.computeRuns(host, door)
  }
  func close(_ host: Host) async { await base.close(host) }
  func remains(_ host: Host) async throws(HostError) -> HostRemains {
    var remains = try await base.remains(host)
    remains.lease = lease(remains.lease)
    return remains
  }
  func perform(_ host: Host, _ what: HostAct, under lease: String?) async throws(HostError) {
    if try await act(host, what) { return }
    try await base.perform(host, what, under: ignoresLease ? nil : lease)
  }
}

/// Services that are told as enabled and are not.
final class Swallowed: Sendable {
  private let ids = Mutex<Set<String>>([])

  func add(_ id: String) { ids.withLock { _ = $0.insert(id) } }
  func told(_ state: ComputeServiceState) -> ComputeServiceState {
    var state = state
    if ids.withLock({ $0.contains(state.id) }) { state.isEnabled = true }
    return state
  }
}

/// A Nova that does or tells something else than it should, where a test says so.
struct LyingCompute: ComputeGateway {
  let base: any ComputeGateway
  var state: @Sendable (ComputeServiceState) -> ComputeServiceState = { $0 }
  var seen: @Sendable (ComputeHostView) -> ComputeHostView = { $0 }
  /// Enablings that are only said to have happened; `nil`: they happen.
  var swallowed: Swallowed?
  /// Where a cold move really goes.
  var coldDestination: @Sendable (String?) -> String? = { $0 }
  /// Done after a cold move was confirmed.
  var afterConfirm: @Sendable (any ComputeGateway, String) async throws(ComputeError) -> Void = {
    (_, _) throws(ComputeError) in
  }

  private func told(_ service: ComputeServiceState) -> ComputeServiceState {
    swallowed?.told(state(service)) ?? state(service)
  }

  func service(_ host: String) async throws(ComputeError) -> ComputeServiceState { told(try await base.service(host)) }
  func view(_ host: String, inventory: Bool) async throws(ComputeError) -> ComputeHostView {
    var view = seen(try await base.view(host, inventory: inventory))
    view.service = told(view.service)
    return view
  }
  func server(_ id: String) async throws(ComputeError) -> ComputeServer? { try await base.server(id) }
  func migrations(server: String) async throws(ComputeError) -> [MigrationRecord] {
    try await base.migrations(server: server)
  }
  func migrations(host: String) async throws(ComputeError) -> [MigrationRecord] {
    try await base.migrations(host: host)
  }
  func services() async throws(ComputeError) -> [ComputeServiceState] { try await base.services().map(told) }
  func serviceHosts() async throws(ComputeError) -> [ComputeServiceState] { try await base.serviceHosts() }
  func rooms() async throws(ComputeError) -> [ComputeRoom] { try await base.rooms() }
  func peerGroups() async throws(ComputeError) -> [PeerGroup] { try await base.peerGroups() }
  func disable(service: String, reason: String) async throws(ComputeError) {
    try await base.disable(service: service, reason: reason)
  }
  func enable(service: String) async throws(ComputeError) {
    if let swallowed { swallowed.add(service) } else { try await base.enable(service: service) }
  }
  func moveLive(_ server: String, to host: String?) async throws(ComputeError) {
    try await base.moveLive(server, to: host)
  }
  func moveCold(_ server: String, to host: String?) async throws(ComputeError) {
    try await base.moveCold(server, to: coldDestination(host))
  }
  func confirm(_ server: String) async throws(ComputeError) {
    try await base.confirm(server)
    try await afterConfirm(base, server)
  }
  func revert(_ server: String) async throws(ComputeError) { try await base.revert(server) }
  func abort(_ server: String, migration: Int) async throws(ComputeError) {
    try await base.abort(server, migration: migration)
  }
  func stop(_ server: String) async throws(ComputeError) { try await base.stop(server) }
  func start(_ server: String) async throws(ComputeError) { try await base.start(server) }
}
