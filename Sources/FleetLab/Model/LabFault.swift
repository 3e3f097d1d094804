/// Something that goes wrong on a simulated host.
package enum LabFault: Sendable, Codable, Equatable, CaseIterable {
  /// A reset ends with the host down for good.
  case doesNotComeBack
  /// `reboot` starts the next kernel by kexec: new boot id, firmware as before. Announced: a kexec kernel is loaded, and
  /// `kexec_loaded` says so until it is unloaded or started. Not announced: nothing is loaded, and it happens all the same.
  case comesBackByKexec(announced: Bool)
  /// Removing `ccp` fails because of a user that nobody saw before.
  case rmmodRefused(holder: String)
  /// `ccp` has another user, visible from the beginning.
  case ccpHeldBy(module: String)
  case ccpBuiltin
  /// The security processor takes no file, and says nothing.
  case silentRefusal
  /// SEV INIT fails with every version above this one; with all of them where none is given.
  case initFails(above: LabVersion?)
  /// `ccp` is in the initramfs, which holds an image of this version, or none.
  case staleInitramfs(LabVersion?)
  case initramfsToolFails
  /// A forgotten image under the name that the kernel tries first.
  case exactModelFile(LabVersion)
  /// An image under `/lib/firmware/updates/amd`.
  case updatesFile(LabVersion)
  /// The package writes its own image over the usual file.
  case packageOverwrites(LabVersion, when: LabMoment)
  case packageManagerAtWork
  case toolMissing(String)
  case toolShape(tool: String, shape: LabToolShape)
  /// The ring has lost the boot lines; the journal has them unless it is gone too.
  case bootLinesGone(journalToo: Bool)
  /// Every connection and every command starts this much later.
  case slow(milliseconds: Int)
  case dropConnection(LabDrop)
  /// A virtual machine starts at this moment, and one more each time it comes again; Nova's API is told of known ones.
  case vmAppears(LabMoment, LabGuestModel, known: Bool, times: Int)
  /// A virtual machine runs that Nova does not know.
  case unknownVM
  /// A newer kernel is installed and boots next.
  case kernelChangePending(String)
  /// The folder has this many bytes left.
  case diskFull(folder: String, left: Int)
  case readOnlyFirmware
  /// sudo refuses every command, or this one: a path, or the name of a program of the host.
  case sudoRefused(command: String?)
  case hostKeyChanged
  case rsaOnly
  case aeadOnly
  /// Commands of the security processor time out.
  case pspTimeouts
  /// Logins are refused for a while after each boot.
  case nologin(seconds: Int)

  /// One of each, with plausible values.
  package static let allCases: [LabFault] = [
    .doesNotComeBack, .comesBackByKexec(announced: false), .rmmodRefused(holder: "ccp_crypto"),
    .ccpHeldBy(module: "ptdma"), .ccpBuiltin, .silentRefusal, .initFails(above: nil),
    .staleInitramfs(LabVersion(1, 55, 24)), .initramfsToolFails, .exactModelFile(LabVersion(1, 55, 33)),
    .updatesFile(LabVersion(1, 55, 32)),
    .packageOverwrites(LabVersion(1, 55, 21), when: .boot), .packageManagerAtWork, .toolMissing("sha256sum"),
    .toolShape(tool: "snphost", shape: .labelled), .bootLinesGone(journalToo: false), .slow(milliseconds: 400),
    .dropConnection(.atExec(2)), .vmAppears(.computeStopped, .none, known: false, times: 1), .unknownVM,
    .kernelChangePending("6.12.12+bpo-amd64"), .diskFull(folder: "/lib/firmware", left: 4096), .readOnlyFirmware,
    .sudoRefused(command: nil), .hostKeyChanged, .rsaOnly, .aeadOnly, .pspTimeouts, .nologin(seconds: 600),
  ]

  /// The name of the fault without its values: a host has at most one of each kind.
  package enum Kind: String, Sendable, Codable, CaseIterable {
    case doesNotComeBack, comesBackByKexec, rmmodRefused, ccpHeldBy, ccpBuiltin, silentRefusal, initFails
    case staleInitramfs, initramfsToolFails, exactModelFile, updatesFile, packageOverwrites, packageManagerAtWork
    case toolMissing, toolShape, bootLinesGone, slow, dropConnection, vmAppears, unknownVM, kernelChangePending
    case diskFull, readOnlyFirmware, sudoRefused, hostKeyChanged, rsaOnly, aeadOnly, pspTimeouts, nologin
  }

  /// Whether it is there when a host boots for the first time, or happens to a host that runs.
  var precedesFirstBoot: Bool {
    switch self {
    case .ccpHeldBy, .ccpBuiltin, .staleInitramfs, .exactModelFile, .updatesFile, .packageManagerAtWork, .toolMissing,
      .toolShape, .bootLinesGone, .slow, .diskFull, .readOnlyFirmware, .sudoRefused, .hostKeyChanged, .rsaOnly,
      .aeadOnly, .initramfsToolFails, .rmmodRefused:
      true
    case .doesNotComeBack, .comesBackByKexec, .silentRefusal, .initFails, .packageOverwrites, .dropConnection,
      .vmAppears, .unknownVM, .kernelChangePending, .pspTimeouts, .nologin:
      false
    }
  }

  package var kind: Kind {
    switch self {
    case .doesNotComeBack: .doesNotComeBack
    case .comesBackByKexec: .comesBackByKexec
    case .rmmodRefused: .rmmodRefused
    case .ccpHeldBy: .ccpHeldBy
    case .ccpBuiltin: .ccpBuiltin
    case .silentRefusal: .silentRefusal
    case .initFails: .initFails
    case .staleInitramfs: .staleInitramfs
    case .initramfsToolFails: .initramfsToolFails
    case .exactModelFile: .exactModelFile
    case .updatesFile: .updatesFile
    case .packageOverwrites: .packageOverwrites
    case .packageManagerAtWork: .packageManagerAtWork
    case .toolMissing: .toolMissing
    case .toolShape: .toolShape
    case .bootLinesGone: .bootLinesGone
    case .slow: .slow
    case .dropConnection: .dropConnection
    case .vmAppears: .vmAppears
    case .unknownVM: .unknownVM
    case .kernelChangePending: .kernelChangePending
    case .diskFull: .diskFull
    case .readOnlyFirmware: .readOnlyFirmware
    case .sudoRefused: .sudoRefused
    case .hostKeyChanged: .hostKeyChanged
    case .rsaOnly: .rsaOnly
    case .aeadOnly: .aeadOnly
    case .pspTimeouts: .pspTimeouts
    case .nologin: .nologin
    }
  }
}

extension LabFault {
  /// Whether it happens at a command of the login or of a program.
  var waitsForCommand: Bool {
    if case .vmAppears(.command, _, _, _) = self { return true }
    return false
  }
}

/// When something happens by itself.
package enum LabMoment: Sendable, Codable, Equatable {
  /// During the next boot, before `ccp` loads.
  case boot
  /// This long after the fault was set.
  case after(seconds: Int)
  /// When nova-compute stops on the host.
  case computeStopped
  /// When a command of the login, or a program that the lab answers, contains this text.
  case command(containing: String)
}

/// When a connection breaks.
package enum LabDrop: Sendable, Codable, Equatable {
  /// After so many bytes from the host, for connections made from now on.
  case afterBytes(Int)
  /// When the login's n-th command from now on starts; it does not run.
  case atExec(Int)
  /// When a command that contains this text is about to run; it does not.
  case beforeCommand(containing: String)
  /// When a command that contains this text has run: its effect is there, its answer is lost.
  case afterCommand(containing: String)
}

/// How a tool prints.
package enum LabToolShape: String, Sendable, Codable, CaseIterable {
  /// snphost up to 0.5: label and values on their own lines, four fields.
  case labelled
  /// snphost 0.6 and newer: five fields, FMC `None` before Turin.
  case fiveFields
  /// snphost 0.6.0 on Milan: zeros, FMC 219.
  case broken
  case garbage
}
