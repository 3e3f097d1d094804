import FleetCore
import FleetEngine
import Synchronization

/// A host in the time of a `StubWorld`, on which nothing runs: it does what it is asked for, and more where a test says.
final class StubHost: HostGateway {
  struct State: Sendable {
    var observation: Observation
    /// What is seen of hosts of which it is something else.
    var looks: [HostID: Result<Observation, ProbeFailure>] = [:]
    /// Whether nova-compute runs; `nil`: it cannot be told.
    var computeRuns: Bool? = true
    /// Boots by the time they are seen, in milliseconds; the newest that has come counts.
    var boots: [(at: Int64, id: String)] = [(0, "boot-1")]
    var resetToken: String?
    /// Hash of the image in root's staging folder.
    var staged: String?
    /// Why the host does not tell what of ours lies there.
    var remainsError: HostError?
    /// Hashes by path.
    var files: [String: String] = [:]
    /// Paths at which something lies that is no file.
    var oddities: Set<String> = []
    var acts: [(at: Int64, act: HostAct)] = []
    /// What an act also does, with the time.
    var onAct: (@Sendable (inout State, HostAct, Int64) -> Void)?
  }

  private static let unexpected = HostError(.refused, "no test asks that")
  private let world: StubWorld
  private let state: Mutex<State>

  init(_ world: StubWorld) {
    self.world = world
    var seen = Observation(host: StubRun.host, observedAt: Instant(milliseconds: 5))
    seen.cpu = CPUIdentity(family: 25, model: 1, stepping: 1)
    seen.lease = StubRun.lease
    seen.kernel = "6.8.0"
    seen.nextBootKernel = "6.8.0"
    seen.virtualMachines = VirtualMachines(qemuProcesses: 0, kvmReferences: 0)
    state = Mutex(State(observation: seen))
  }

  var seen: State { state.withLock { $0 } }
  func change(_ body: @Sendable (inout State) -> Void) { state.withLock { body(&$0) } }

  func observe(_ host: Host) async -> Result<Observation, ProbeFailure> {
    let seen = seen
    return seen.looks[host.id] ?? .success(seen.observation)
  }

  func bootMark(_ host: Host) async throws(HostError) -> BootMark {
    let now = world.seen.time
    return BootMark(bootID: seen.boots.last { $0.at <= now }?.id ?? "", uptimeSeconds: 0)
  }

  func fileHash(_ host: Host, path: String) async throws(HostError) -> String? {
    if seen.oddities.contains(path) { throw HostError(.unreadable, "\(path) lies there and cannot be hashed") }
    return seen.files[path]
  }

  func manifest(_ host: Host, of tree: FirmwareTree) async throws(HostError) -> [BackupFile] { [] }
  func trials(_ host: Host, _ needs: TrialNeeds) async throws(HostError) -> [HostError] { [] }
  func resetIssued(_ host: Host, token: String) async throws(HostError) -> Bool { seen.resetToken == token }
  func computeRuns(_ host: Host, _ door: Door) async throws(HostError) -> Bool? { seen.computeRuns }

  func perform(_ host: Host, _ act: HostAct, under lease: String?) async throws(HostError) {
    if let lease, seen.observation.lease?.line != lease { throw HostError(.notHeld, "it bears another lease") }
    let now = world.seen.time
    change { state in
      state.acts.append((now, act))
      switch act {
      case .takeLease(let holder):
        // As the host does: what lies there is not replaced.
        if state.observation.lease == nil { state.observation.lease = HostLease(line: holder) }
      case .replaceLease(let holder): state.observation.lease = HostLease(line: holder)
      case .giveLease: state.observation.lease = nil
      case .openDoor: state.computeRuns = true
      case .closeDoor: state.computeRuns = false
      case .reset(let token): state.resetToken = token
      case .remove(let path): state.files[path] = nil
      case .upload(_, let sha256): state.staged = sha256
      case .copyFirmware, .place, .restore, .restoreLink, .rebuildInitramfs, .unloadKexec, .reload, .hold,
        .unhold, .divert, .undivert:
        break
      }
      state.onAct?(&state, act, now)
    }
  }

  func remains(_ host: Host) async throws(HostError) -> HostRemains {
    if let error = seen.remainsError { throw error }
    return HostRemains(lease: seen.observation.lease)
  }

  func stagedHash(_ host: Host, sha256: String) async throws(HostError) -> String? { seen.staged }
  func isDiverted(_ host: Host, path: String) async throws(HostError) -> Bool { throw Self.unexpected }
  func read(_ host: Host, path: String) async throws(HostError) -> [UInt8] { throw Self.unexpected }
  func reloadState(_ host: Host, token: String) async throws(HostError) -> ReloadState { throw Self.unexpected }
  func close(_ host: Host) async {}
}
