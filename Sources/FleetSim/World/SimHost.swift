package import FleetCore

/// A file below `/lib/firmware`, as the simulated kernel and the simulated package manager see it.
package struct SimFile: Hashable, Sendable {
  package var sha256: String
  package var version: FirmwareVersion
  package var spl: Int
  package var size: Int

  func seen(at path: String) -> FirmwareFile {
    FirmwareFile(path: path, sha256: sha256, version: version, spl: spl, size: size)
  }

  init(_ image: SimImage) {
    sha256 = image.image.sha256
    version = image.image.version
    spl = image.image.spl
    size = image.image.size
  }
}

/// One simulated host. Its rules are those of FACTS 1, 2 and 7, written down here a second time: nothing of the core
/// decides here what the core is to find out.
package struct SimHost: Sendable {
  /// What the host does now.
  enum Power: Hashable, Sendable {
    case up
    /// Still answers, and goes down then.
    case shuttingDown(at: Int64)
    /// Comes back then; `nil`: never.
    case down(until: Int64?)
  }

  struct Reload: Hashable, Sendable {
    var token: String
    var endsAt: Int64
    /// Seconds since boot when the modules were loaded.
    var loadedAt: Double
    var isRefused: Bool
    var hasEnded = false
  }

  package let id: HostID
  /// Nova's name of it.
  let name: String
  let cpu: CPUIdentity
  /// What looks show besides what the simulation keeps itself: made up, or a real look.
  let template: Observation
  /// The file that decides what the next boot or reload loads.
  let path: String
  /// What the initramfs of the next kernel holds, where the driver starts from it.
  var initramfs: Initramfs?
  package let floor: FirmwareVersion
  package var running: FirmwareVersion
  var bootNumber = 1
  /// Virtual milliseconds.
  var bootedAt: Int64 = -86_400_000
  var log = KernelLogFacts(snpEnabled: true, reachesBoot: true)
  package var files: [String: SimFile] = [:]
  /// When a package wrote a file last; `nil`: never.
  var packageWroteAt: Int64?
  var lease: HostLease?
  var held: Set<String> = []
  /// Files of packages that were diverted, by the path they had.
  var diverted: [String: SimFile?] = [:]
  /// Processes of guests that Nova does not know.
  var strangers: [GuestProcess] = []
  var staged: Set<String> = []
  /// Contents that the controller has read, and so has.
  var read: Set<String> = []
  var backups: [String: [String: SimFile]] = [:]
  var power = Power.up
  var resetToken: String?
  var reload: Reload?
  var computeRuns = true
  /// When nova-compute was started last.
  var computeSince: Int64 = -86_400_000
  /// The heartbeat that was the last one when nova-compute stopped.
  var lastHeartbeat: Int64 = 0

  /// `path`: where the file lies that decides; `nil`: the usual place.
  init(
    id: HostID, name: String, template: Observation, cpu: CPUIdentity, floor: FirmwareVersion, image: SimImage,
    path: String? = nil
  ) {
    self.id = id
    self.name = name
    self.template = template
    self.cpu = cpu
    self.path = path ?? "/lib/firmware/amd/\(cpu.familyModel.kernelName)"
    self.floor = floor
    initramfs = template.initramfs
    held = Set(template.heldPackages)
    running = image.image.version
    files[self.path] = SimFile(image)
    tellBoot(at: 4)
  }

  var bootID: String { "\(id)-boot-\(bootNumber)" }

  var answers: Bool {
    if case .down = power { return false }
    return true
  }

  func uptime(_ now: Int64) -> Double { Double(now - bootedAt) / 1000 }

  // MARK: Firmware

  /// A reset starts the BIOS copy; then the driver loads the file, if it is newer (FACTS 1.5, 2.5).
  mutating func boot(at time: Int64) {
    bootNumber += 1
    bootedAt = time
    power = .up
    resetToken = nil
    reload = nil
    log = KernelLogFacts(snpEnabled: true, reachesBoot: true)
    running = floor
    if let version = bootVersion, version > floor { running = version }
    tellBoot(at: 4)
    computeRuns = true
    computeSince = time + 20_000
  }

  /// A driver that starts from the initramfs sees only what lies in there, also once the files outside are others.
  private var bootVersion: FirmwareVersion? {
    let search = template.searchAfterReset
    guard let initramfs, initramfs.containsCCP == true else { return winner(search).flatMap { files[$0]?.version } }
    let inside = Dictionary(initramfs.files.map { ($0.path, $0.version) }, uniquingKeysWith: { first, _ in first })
    return order(search).first { inside.keys.contains($0) }.flatMap { inside[$0] ?? nil }
  }

  /// What a reload would load.
  var loadable: SimFile? { winner(template.search).flatMap { files[$0] } }

  private func winner(_ search: FirmwareSearch) -> String? { order(search).first { files.keys.contains($0) } }

  /// Each name in every place before the next suffix, and with every suffix before the next name (FACTS 2.1, 2.2).
  private func order(_ search: FirmwareSearch) -> [String] {
    func hex(_ number: Int) -> String { (number < 16 ? "0" : "") + String(number, radix: 16) }
    let family = "amd/amd_sev_fam\(hex(cpu.family))h_model"
    let names = [
      "\(family)\(hex(cpu.model))h.sbin", "\(family)\(String(cpu.model / 16, radix: 16))xh.sbin", "amd/sev.fw",
    ]
    let kernel = (bootNumber > 1 ? template.nextBootKernel : nil) ?? template.kernel ?? ""
    let root = "/lib/firmware"
    let places = ["\(root)/updates/\(kernel)", "\(root)/updates", "\(root)/\(kernel)", root]
    let all = (search.classPath.map { $0.isEmpty ? [] : [$0] } ?? []) + places
    let suffixes = [""] + (search.loadsZstd == true ? [".zst"] : []) + (search.loadsXZ == true ? [".xz"] : [])
    return names.flatMap { name in suffixes.flatMap { suffix in all.map { "\($0)/\(name)\(suffix)" } } }
  }

  mutating func rebuildInitramfs() {
    initramfs?.files = files.sorted { $0.key < $1.key }.map { path, file in file.seen(at: path) }
  }

  private mutating func tellBoot(at seconds: Double) {
    if running != floor { tellUpdate(from: floor, at: seconds) }
    tellVersion(at: seconds + 0.1)
  }

  private mutating func tellUpdate(from old: FirmwareVersion, at seconds: Double) {
    log.updates.append(
      .init(seconds: seconds, from: old, to: running, line: "SEV firmware updated from \(old) to \(running)"))
  }

  private mutating func tellVersion(at seconds: Double) {
    log.apis.append(
      .init(seconds: seconds, version: running, isSNP: false, line: "SEV API:\(running.major).\(running.minor)"))
  }

  /// The modules come back: a newer file is loaded, an older one is refused without a word (FACTS 2.5).
  mutating func finishReload() {
    guard var reload, !reload.hasEnded else { return }
    reload.hasEnded = true
    self.reload = reload
    guard !reload.isRefused else { return }
    if let file = loadable, file.version > running {
      let old = running
      running = file.version
      tellUpdate(from: old, at: reload.loadedAt + 0.5)
    }
    tellVersion(at: reload.loadedAt + 1)
  }

  // MARK: nova-compute

  /// The newest heartbeat: one each 10 s from the start on (FACTS 6).
  func heartbeat(_ now: Int64) -> Int64 {
    guard computeRuns, answers, now >= computeSince else { return lastHeartbeat }
    return max(lastHeartbeat, computeSince + (now - computeSince) / 10_000 * 10_000)
  }

  mutating func stopCompute(_ now: Int64) {
    lastHeartbeat = heartbeat(now)
    computeRuns = false
  }

  mutating func startCompute(_ now: Int64) {
    guard !computeRuns else { return }
    computeRuns = true
    computeSince = now + 3000
  }
}
