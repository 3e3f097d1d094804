import FleetCore

/// One host on the bench: a Milan host in Nova that runs 1.55.29, healthy in every way, whose target 1.55.31 can be
/// loaded by a reload. Each test changes what it is about.
struct Bench: Sendable {
  static let old = FirmwareVersion(1, 55, 7)
  static let running = FirmwareVersion(1, 55, 29)
  static let newer = FirmwareVersion(1, 55, 31)
  static let losing = FirmwareVersion(1, 55, 36)
  static let floor = FirmwareVersion(1, 51, 3)
  static let folder = FamilyModel(family: 25, modelHigh: 0)
  static let path = "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin"
  static let kernel = "6.1.0-40-amd64"
  static let name = "cmp-1"
  /// Id of the controller that plans.
  static let controller = String(repeating: "a", count: 32)

  var host: Host
  var observation: Observation
  var failure: ProbeFailure?
  var view: ComputeHostView
  var unknownCompute: String?
  var floor: FloorEvidence?
  var quarantine: String?
  var openRollout: String?
  var backup: BackupSummary?
  var options = PlanOptions()
  var catalog: Catalog
  var facts = SampleFacts.all
  var sevESDestinations: [String] = []
  var coldDestinations: [String] = []

  init() {
    host = Host(
      id: HostID("sev-1"), address: "10.0.0.1", ssh: SSHSettings(), computeHost: .named(Self.name),
      target: .version(Self.newer), declaredAt: SourceLocation(file: "hosts.yaml", line: 3))
    observation = Self.observation()
    view = ComputeHostView(service: Self.service(), servers: [])
    floor = FloorEvidence(
      version: Self.floor, bios: "B 1.2", evidence: "a boot", observedAt: Instant(milliseconds: 1))
    catalog = Catalog(images: [
      Self.image(Self.old, spl: 20), Self.image(Self.running, spl: 24), Self.image(Self.newer, spl: 25),
      Self.image(Self.losing, spl: 28),
    ])
  }

  static func observation() -> Observation {
    var seen = Observation(host: HostID("sev-1"), observedAt: Instant(milliseconds: 5))
    seen.bootID = "boot-1"
    seen.kernel = kernel
    seen.nextBootKernel = kernel
    seen.bios = "B 1.2"
    seen.microcode = "0xa0011d5"
    seen.cpu = CPUIdentity(family: 25, model: 1, stepping: 1)
    seen.firmware.kernelLog = log(running)
    seen.modules = ModuleState(
      ccp: .module, kvmAMD: .module, ccpHolders: ["kvm_amd"], ccpReferences: 1, kvmReferences: 0)
    seen.parameters = SEVParameters(sev: true, sevES: true, sevSNP: true)
    seen.virtualMachines = VirtualMachines(qemuProcesses: 0, kvmReferences: 0)
    seen.files = [FirmwareFile(path: path, sha256: "f", version: running, spl: 24)]
    seen.search = FirmwareSearch(loadsXZ: true, loadsZstd: false)
    seen.kexecLoaded = false
    return seen
  }

  static func log(_ version: FirmwareVersion) -> KernelLogFacts {
    KernelLogFacts(
      apis: [.init(seconds: 4, version: version, isSNP: false, line: "SEV API")], snpEnabled: true, reachesBoot: true)
  }

  static func service() -> ComputeServiceState {
    ComputeServiceState(
      id: "s", host: name, isEnabled: true, disabledReason: nil, isUp: true, forcedDown: false,
      updatedAt: Instant(milliseconds: 4))
  }

  static func image(_ version: FirmwareVersion, spl: Int, folder: FamilyModel = folder) -> FirmwareImage {
    FirmwareImage(
      familyModel: folder, version: version, spl: spl, sha256: String(repeating: "a", count: 64), size: 64_000,
      kernelName: folder.kernelName, path: "catalog/\(folder)/\(version)")
  }

  static func server(
    _ id: String, _ model: EncryptionModel = .none, status: ServerStatus = .active, word: OwnerWord? = nil,
    task: String? = nil
  ) -> ComputeServer {
    ComputeServer(
      id: id, name: "vm-\(id)", project: "p-\(id)", status: status, taskState: task,
      powerState: status == .active ? 1 : status == .paused ? 3 : 4, host: name, model: model, ownerWord: word)
  }

  /// Puts servers on the host, with their processes where they run.
  mutating func put(_ servers: ComputeServer...) { put(servers) }

  mutating func put(_ servers: [ComputeServer]) {
    view.servers = servers
    let guests = servers.filter { $0.status == .active || $0.status == .paused }.enumerated().map { index, server in
      GuestProcess(pid: 100 + index, uuid: server.id, name: server.name, model: server.model)
    }
    observation.virtualMachines = VirtualMachines(
      guests: guests, qemuProcesses: guests.count, kvmReferences: guests.count)
  }

  var situation: HostSituation {
    HostSituation(
      host: host, look: failure.map { .failed($0) } ?? .seen(observation), compute: compute, floor: floor,
      quarantine: quarantine, openRollout: openRollout, controller: Self.controller, backup: backup)
  }

  private var compute: ComputeView {
    if host.computeHost.name == nil { return .notInNova }
    return unknownCompute.map { .unknown(text: $0) } ?? .known(view)
  }

  func decide() -> Decision.Outcome {
    Decision(
      catalog: catalog, facts: facts, options: options, sevESDestinations: sevESDestinations,
      coldDestinations: coldDestinations
    ).decide(situation)
  }

  var exclusion: Exclusion? {
    guard case .excluded(let exclusion) = decide() else { return nil }
    return exclusion
  }

  var change: HostChange? {
    guard case .change(let change) = decide() else { return nil }
    return change
  }
}
