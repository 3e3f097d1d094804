package import FleetCore

/// Everything the engine does with a host: one of its two ports. Looks change nothing; acts are effects.
package protocol HostGateway: Sendable {
  /// One look at everything (one connection, one exec).
  func observe(_ host: Host) async -> Result<Observation, ProbeFailure>
  /// The quickest sign of life: which boot this is.
  func bootMark(_ host: Host) async throws(HostError) -> BootMark
  /// SHA-256 of the uploaded image in root's staging folder; `nil`: not there.
  func stagedHash(_ host: Host, sha256: String) async throws(HostError) -> String?
  /// SHA-256 of a firmware file or an initramfs, read as root; `nil`: no such file.
  func fileHash(_ host: Host, path: String) async throws(HostError) -> String?
  /// Whether dpkg diverts a path to another name.
  func isDiverted(_ host: Host, path: String) async throws(HostError) -> Bool
  /// Everything below the firmware folders, or below a backup of them.
  func manifest(_ host: Host, of tree: FirmwareTree) async throws(HostError) -> [BackupFile]
  /// Content of a file of `tree`, at most the bound of an image.
  func read(_ host: Host, path: String) async throws(HostError) -> [UInt8]
  /// Tries, without lasting effect, everything that the change will need (RULES O1); the first refusal of each kind.
  func trials(_ host: Host, _ needs: TrialNeeds) async throws(HostError) -> [HostError]
  func reloadState(_ host: Host, token: String) async throws(HostError) -> ReloadState
  /// Whether a reset with this token was issued in this boot.
  func resetIssued(_ host: Host, token: String) async throws(HostError) -> Bool
  /// What of ours lies on the host: the lease, staged images, backups.
  func remains(_ host: Host) async throws(HostError) -> HostRemains
  /// Whether nova-compute runs; `nil`: the host cannot tell.
  func computeRuns(_ host: Host, _ door: Door) async throws(HostError) -> Bool?
  /// Does one thing. Throws where the host says that it was not done; a lost connection proves nothing. `lease`: the
  /// host does it only while this line lies there as its lease, and says `notHeld` otherwise, so that a controller that
  /// slept while another one took its work over, and ended it, does not do it again; `nil`: whatever lies there.
  func perform(_ host: Host, _ act: HostAct, under lease: String?) async throws(HostError)
  /// Lets go of the connection.
  func close(_ host: Host) async
}

extension HostGateway {
  package func perform(_ host: Host, _ act: HostAct) async throws(HostError) {
    try await perform(host, act, under: nil)
  }
}

/// Which boot a host is in.
package struct BootMark: Hashable, Sendable {
  package var bootID: String
  package var uptimeSeconds: Double

  package init(bootID: String, uptimeSeconds: Double) {
    self.bootID = bootID
    self.uptimeSeconds = uptimeSeconds
  }
}

/// The live firmware folders, or the copy of them that a backup holds on the host.
package enum FirmwareTree: Hashable, Sendable {
  case live
  case backup(id: String)
}

/// One entry of a firmware folder, path relative to `/lib/firmware`, for example `amd/sev.fw`.
package struct BackupFile: Hashable, Sendable, Codable {
  package var path: String
  /// `f` file, `d` folder, `l` link.
  package var type: String
  package var sha256: String?
  package var size: Int
  /// Octal.
  package var mode: String
  package var owner: String
  package var group: String
  package var linkTarget: String?
  package var package: String?

  package init(
    path: String, type: String, sha256: String?, size: Int, mode: String, owner: String, group: String,
    linkTarget: String?, package: String? = nil
  ) {
    self.path = path
    self.type = type
    self.sha256 = sha256
    self.size = size
    self.mode = mode
    self.owner = owner
    self.group = group
    self.linkTarget = linkTarget
    self.package = package
  }
}

/// How the door is closed on one host (RULES E1), decided from policy and observation.
package enum Door: Hashable, Sendable, Codable {
  case unit(ComputeUnit)
  /// The operator's argv, which ends in `stop`.
  case command([String])
  /// Nothing to stop.
  case none
}

package enum ReloadState: Hashable, Sendable {
  case notStarted
  case running
  case ended(ReloadResult)
}

/// What the detached reload wrote down on the host.
package struct ReloadResult: Hashable, Sendable {
  package var succeeded: Bool
  /// Whether ccp and kvm_amd are loaded at the end.
  package var modulesPresent: Bool
  /// Step that failed, for example `modprobe -r kvm_amd`.
  package var failedStep: String?
  /// What that step printed, bounded.
  package var output: String
  /// The newest time in the kernel's log right before the modules were loaded; log lines up to it do not count.
  /// `nil`: the log could not be read.
  package var loadedAt: Double?

  package init(
    succeeded: Bool, modulesPresent: Bool, failedStep: String?, output: String, loadedAt: Double?
  ) {
    self.succeeded = succeeded
    self.modulesPresent = modulesPresent
    self.failedStep = failedStep
    self.output = output
    self.loadedAt = loadedAt
  }
}

/// What prepare tries.
package struct TrialNeeds: Hashable, Sendable {
  package var stageFolder: String
  /// Bytes that will be written below `/lib/firmware` and root's folder.
  package var bytes: Int
  package var initramfsKernel: String?
  /// `update-initramfs` or `dracut`, as found.
  package var initramfsTool: String?
  /// The image that will be written anew, where it is known.
  package var initramfsImage: String?
  /// The name that the kernel asks for, `amd/….sbin`; `nil` where no image is staged.
  package var firmwareName: String?
  package var package: PackageTreatment?
  /// Paths that a package owns and that will be diverted.
  package var diverted: [String]
  /// Whether a kernel for kexec may have to be unloaded.
  package var unloadsKexec: Bool
  package var door: Door
  package var activation: HostChange.Activation

  package init(
    stageFolder: String, bytes: Int, initramfsKernel: String?, initramfsTool: String?, initramfsImage: String? = nil,
    firmwareName: String? = nil, package: PackageTreatment? = nil, diverted: [String] = [],
    unloadsKexec: Bool = false, door: Door, activation: HostChange.Activation
  ) {
    self.stageFolder = stageFolder
    self.bytes = bytes
    self.initramfsKernel = initramfsKernel
    self.initramfsTool = initramfsTool
    self.initramfsImage = initramfsImage
    self.firmwareName = firmwareName
    self.package = package
    self.diverted = diverted
    self.unloadsKexec = unloadsKexec
    self.door = door
    self.activation = activation
  }
}

/// Everything the engine ever changes on a host.
package enum HostAct: Hashable, Sendable {
  /// Fails where a lease lies already. `holder` is the line of a `LeaseHolder`.
  case takeLease(holder: String)
  /// In place of the lease that lies there.
  case replaceLease(holder: String)
  case giveLease
  case copyFirmware(backup: String)
  case upload(bytes: [UInt8], sha256: String)
  /// Staged image to `path`: temporary name, fsync, rename, fsync of the folder.
  case place(sha256: String, path: String)
  case remove(path: String)
  /// A file of a backup back to where it lay.
  case restore(backup: String, path: String, sha256: String)
  /// A symbolic link of a backup back to where it lay.
  case restoreLink(backup: String, path: String)
  /// `image`: where the tool writes, if known, so that it can be synced.
  case rebuildInitramfs(kernel: String, tool: String, image: String?)
  case closeDoor(Door)
  case openDoor(Door)
  case unloadKexec
  case reload(token: String, parameters: [String])
  case reset(token: String)
  case hold(package: String)
  case unhold(package: String)
  case divert(path: String)
  case undivert(path: String)
}

/// Why a host did not do something, or could not be asked.
package struct HostError: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case unreachable, hostKeyMismatch, noAlgorithm, notReady
    /// The connection broke, or an answer had no end: what was asked may or may not have happened.
    case connectionLost
    case timedOut
    case sudoRefused, diskFull, readOnly, packageManagerBusy, toolMissing
    /// The command ran and said no.
    case refused
    /// The lease of whoever asks does not lie on the host any more; nothing was done.
    case notHeld
    case unreadable
  }

  package var kind: Kind
  package var text: String
  package var expected: String?
  package var found: String?

  package init(_ kind: Kind, _ text: String, expected: String? = nil, found: String? = nil) {
    self.kind = kind
    self.text = text
    self.expected = expected
    self.found = found
  }

  /// Whether the host may have done what was asked although we were not told.
  package var isUncertain: Bool {
    switch kind {
    case .connectionLost, .timedOut, .unreachable, .notReady: true
    case .hostKeyMismatch, .noAlgorithm, .sudoRefused, .diskFull, .readOnly, .packageManagerBusy, .toolMissing,
      .refused, .notHeld, .unreadable:
      false
    }
  }

  /// The failure of a step, `fallback` where the kind has none of its own.
  package func failure(_ fallback: FailureKind) -> Failure {
    let kind: FailureKind =
      switch self.kind {
      case .unreachable: .unreachable
      case .hostKeyMismatch: .hostKeyMismatch
      case .noAlgorithm: .unreachable
      case .notReady: .notReady
      case .connectionLost, .timedOut: .connectionLost
      case .sudoRefused: .sudoRefused
      case .diskFull: .diskFull
      case .readOnly: .readOnly
      case .packageManagerBusy: .packageManagerBusy
      case .notHeld: .otherMaintenance
      case .toolMissing, .refused, .unreadable: fallback
      }
    return Failure(kind, text, expected: expected, found: found, isTransient: isUncertain)
  }
}
