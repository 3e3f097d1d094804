/// Something that changed a host, noted once per change.
package struct LabEffect: Sendable, Codable, Equatable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    case moduleLoaded, moduleRemoved, firmwareUpdated, initramfsRebuilt, reset, kexec, serviceStarted, serviceStopped
    case packageHeld, diversionChanged, commandDetached, kexecLoaded, fileOverwritten, guestStarted, guestEnded
  }

  /// Counts from 1 on each host.
  package var sequence: Int
  package var kind: Kind
  /// What was changed: a module, a version, a unit, a kernel, a package.
  package var subject: String
  /// The command that did it; empty for what happened by itself.
  package var command: [String]
  /// The boot in which it happened, counted from 1.
  package var boot: Int
}

/// The TCB of a simulated host.
package struct LabTCB: Sendable, Codable, Equatable {
  package var fmc: UInt8?
  package var bootloader: UInt8
  package var tee: UInt8
  package var snp: UInt8
  package var microcode: UInt8

  package init(fmc: UInt8?, bootloader: UInt8, tee: UInt8, snp: UInt8, microcode: UInt8) {
    self.fmc = fmc
    self.bootloader = bootloader
    self.tee = tee
    self.snp = snp
    self.microcode = microcode
  }
}

/// A virtual machine on a simulated host.
package struct LabVirtualMachine: Sendable, Codable, Equatable {
  package var uuid: String
  package var name: String
  package var instanceName: String
  package var model: LabGuestModel
  /// Whether Nova's API is told of it.
  package var known: Bool

  package init(uuid: String, name: String, instanceName: String, model: LabGuestModel, known: Bool) {
    self.uuid = uuid
    self.name = name
    self.instanceName = instanceName
    self.model = model
    self.known = known
  }
}

/// What is true about a host now: for assertions, never for the product.
package struct LabTruth: Sendable, Codable, Equatable {
  package var name: String
  package var up: Bool
  /// Why a host that should have come back is down, where that was not a fault's doing.
  package var problem: String?
  package var bootID: String
  /// Boots since the lab started, the first one included.
  package var bootCount: Int
  package var kernel: String
  package var nextBootKernel: String?
  package var running: LabVersion
  package var spl: UInt8
  package var floor: LabVersion
  package var platformTCB: LabTCB?
  package var reportedTCB: LabTCB?
  package var initialized: Bool
  package var sevESUsable: Bool
  package var modules: [String]
  package var guests: [LabVirtualMachine]
  package var computeActive: Bool
  package var effects: [LabEffect]
  /// Every command that sudo let run as root, as sudo wrote it.
  package var rootCommands: [String]
  /// Images below `/lib/firmware` by path.
  package var firmwareFiles: [String: LabVersion]
  package var faults: [LabFault]

  /// How often something of this kind happened, and to this subject if one is given.
  package func count(_ kind: LabEffect.Kind, _ subject: String? = nil) -> Int {
    effects.filter { $0.kind == kind && (subject == nil || $0.subject == subject) }.count
  }
}
