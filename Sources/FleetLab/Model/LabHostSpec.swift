/// Everything that makes one simulated host what it is when it starts for the first time.
package struct LabHostSpec: Sendable, Codable, Equatable {
  /// A file that is there from the beginning.
  package struct File: Sendable, Codable, Equatable {
    package var path: String
    package var image: LabImage

    package init(path: String, image: LabImage) {
      self.path = path
      self.image = image
    }
  }

  package enum CCP: String, Sendable, Codable { case module, builtin }
  package enum InitramfsTool: String, Sendable, Codable { case initramfsTools, dracut, none }

  /// Also the host name.
  package var name: String
  /// A loopback address of its own (127.0.0.0/8). Nil: the lab chooses.
  package var address: String?
  package var processor: LabProcessor
  package var biosVersion: String
  /// The firmware in the BIOS: what runs after every reset until `ccp` loads something newer.
  package var biosFirmware: LabVersion
  package var biosSPL: UInt8
  package var snpEnabled = true
  package var ccp = CCP.module
  /// Whether `ccp` is loaded by the initramfs, and so reads the firmware in there.
  package var ccpInInitramfs = false
  package var initramfsTool = InitramfsTool.initramfsTools
  /// The first one boots.
  package var kernels: [LabKernel]
  package var files: [File] = []
  /// A folder in front of all others where the kernel looks for firmware.
  package var firmwareClassPath: String?
  /// The package that owns the usual file, if it was installed by one.
  package var firmwarePackage: String? = "amd64-microcode"
  /// The version of it that an upgrade would install; `nil`: the one that is there is the newest.
  package var pendingPackage: String?
  /// The reported TCB's `snp` as pinned by SNP_CONFIG.
  package var reportedSNPPin: UInt8?
  package var bootloaderSVN: UInt8 = 4
  package var hasSnphost = true
  package var hasSevctl = true
  package var hasLibvirt = true
  /// Whether nova-compute runs here as a systemd unit.
  package var hasCompute = true
  /// Seconds since boot when the lab starts, so that a fleet does not look freshly booted.
  package var uptime: Int = 400_000
  /// Functions of the security processor that appear as devices; only the first one prints the version.
  package var ccpFunctions = 1
  /// Faults from the beginning. What lies in files or access is there at the first boot; what happens to a running
  /// host (INIT failures, refusals, reboots, guests, pending kernels) begins after it.
  package var faults: [LabFault] = []

  package init(
    name: String, processor: LabProcessor, biosVersion: String, biosFirmware: LabVersion, biosSPL: UInt8,
    kernels: [LabKernel]
  ) {
    self.name = name
    self.processor = processor
    self.biosVersion = biosVersion
    self.biosFirmware = biosFirmware
    self.biosSPL = biosSPL
    self.kernels = kernels
  }

  /// The same host with an image under its usual name in `/lib/firmware/amd`.
  package func running(_ version: LabVersion, spl: UInt8) -> LabHostSpec {
    var spec = self
    let image = LabImage(version: version, spl: spl, family: processor.familyKey)
    let path = "/lib/firmware/amd/" + processor.firmwareFile
    spec.files.removeAll { $0.path == path }
    spec.files.append(File(path: path, image: image))
    return spec
  }

  /// The same host after `change`.
  package func with(_ change: (inout LabHostSpec) -> Void) -> LabHostSpec {
    var spec = self
    change(&spec)
    return spec
  }
}

extension LabHostSpec {
  /// Milan: BIOS copy 1.51.3, runs 1.55.31 (SPL 25), SEV-ES still works with SNP on.
  package static func milan(_ name: String) -> LabHostSpec {
    LabHostSpec(
      name: name, processor: .milan, biosVersion: "2.14.1", biosFirmware: LabVersion(1, 51, 3), biosSPL: 8,
      kernels: [.backport]
    ).running(LabVersion(1, 55, 31), spl: 25)
  }

  /// Genoa: BIOS copy 1.55.24, runs 1.55.40 (SPL 24).
  package static func genoa(_ name: String) -> LabHostSpec {
    LabHostSpec(
      name: name, processor: .genoa, biosVersion: "1.9.2", biosFirmware: LabVersion(1, 55, 24), biosSPL: 20,
      kernels: [.backport]
    ).running(LabVersion(1, 55, 40), spl: 24).with { $0.bootloaderSVN = 9 }
  }

  /// Naples: no SNP; runs 0.17.11 from its BIOS, loads nothing.
  package static func naples(_ name: String) -> LabHostSpec {
    LabHostSpec(
      name: name, processor: .naples, biosVersion: "1.4.0", biosFirmware: LabVersion(0, 17, 11), biosSPL: 0,
      kernels: [.bookworm]
    ).with {
      $0.snpEnabled = false
      $0.hasSnphost = false
      $0.ccpFunctions = 4
    }
  }

  /// Rome: no SNP; BIOS copy 0.22.9, runs 0.24.15.
  package static func rome(_ name: String) -> LabHostSpec {
    LabHostSpec(
      name: name, processor: .rome, biosVersion: "2.8.4", biosFirmware: LabVersion(0, 22, 9), biosSPL: 0,
      kernels: [.bookworm]
    ).running(LabVersion(0, 24, 15), spl: 0).with {
      $0.snpEnabled = false
      $0.hasSnphost = false
    }
  }

  /// Turin: FMC in the TCB; BIOS copy 1.55.54, runs 1.55.60 (SPL 3).
  package static func turin(_ name: String) -> LabHostSpec {
    LabHostSpec(
      name: name, processor: .turin, biosVersion: "1.2.6", biosFirmware: LabVersion(1, 55, 54), biosSPL: 1,
      kernels: [.backport]
    ).running(LabVersion(1, 55, 60), spl: 3).with { $0.bootloaderSVN = 1 }
  }
}
