/// What one look at one host found, and when. Every field may be unknown (`nil`); unknown is never a guess.
package struct Observation: Hashable, Sendable, Codable {
  package var host: HostID
  package var observedAt: Instant
  package var bootID: String?
  package var uptimeSeconds: Int?
  /// `uname -r`.
  package var kernel: String?
  /// Release of the kernel that boots next; `nil` where the boot loader's configuration does not tell.
  package var nextBootKernel: String?
  /// BIOS vendor, version and date in one line; a floor is kept until this changes (RULES A4).
  package var bios: String?
  /// Microcode revision as the kernel prints it, for example `0xa0011d5`.
  package var microcode: String?
  package var cpu: CPUIdentity?
  package var firmware: FirmwareReadings
  package var tcb: TCBReading
  /// `nil`: the kernel does not show it, or the look is older than this field is.
  package var mitigations: MitigationVector?
  package var modules: ModuleState
  package var parameters: SEVParameters
  /// Lines of `snphost ok`.
  package var checks: [ToolCheck]
  package var virtualMachines: VirtualMachines
  package var files: [FirmwareFile]
  package var search: FirmwareSearch
  /// How the kernel that boots next searches; `nil`: as the running one does.
  package var nextSearch: FirmwareSearch?
  package var initramfs: Initramfs?
  /// Whether a kernel for kexec is loaded, so that `reboot` might not reset the firmware (FACTS 2.7).
  package var kexecLoaded: Bool?
  /// Whether the running kernel was started by another kernel, which resets no firmware; `nil`: it does not tell who
  /// started it (RULES A2, A4).
  package var startedByKexec: Bool?
  /// The firmware's own boot times (ACPI FPDT), raw: they change with a reset and survive a kexec (RULES A2).
  package var firmwareBootRecord: String?
  /// The unit or container that runs nova-compute here; `nil` where none was found.
  package var computeUnit: ComputeUnit?
  /// Names of the tools found on the host (`snphost`, `sevctl`, `virsh`, `update-initramfs`, …) and their paths.
  package var tools: [String: String]
  /// Holder of the package manager's lock, for example `apt-get (pid 812)`; `nil`: nobody.
  package var packageManager: String?
  /// Packages on hold.
  package var heldPackages: [String]
  /// Packages that own firmware files, with what would be installed next; `nil`: the package manager was not asked.
  package var pendingPackages: [PendingPackage]?
  /// Which controller has work on the host; `nil`: none, or the look is older than leases are.
  package var lease: HostLease?
  /// Commands that sudo refused; empty with `become: none`.
  package var sudoRefused: [String]
  /// Parts of the answer that could not be understood, raw text kept (bounded).
  package var notes: [ObservationNote]

  package init(host: HostID, observedAt: Instant) {
    self.host = host
    self.observedAt = observedAt
    firmware = FirmwareReadings()
    tcb = TCBReading()
    modules = ModuleState()
    parameters = SEVParameters()
    checks = []
    virtualMachines = VirtualMachines()
    files = []
    search = FirmwareSearch()
    tools = [:]
    heldPackages = []
    sudoRefused = []
    notes = []
  }
}

extension Observation {
  /// How firmware files are searched at the next boot.
  package var searchAfterReset: FirmwareSearch { nextSearch ?? search }
}

/// Something in a host's answer that was not understood, with the raw text it stood in.
package struct ObservationNote: Hashable, Sendable, Codable {
  package var source: String
  package var text: String
  package var raw: String

  package init(source: String, text: String, raw: String) {
    self.source = source
    self.text = text
    self.raw = raw
  }
}

/// A package as the package manager's lists tell of it; `nil` is unknown or none.
package struct PendingPackage: Hashable, Sendable, Codable {
  package var name: String
  package var installed: String?
  /// What an upgrade would install.
  package var candidate: String?

  package init(name: String, installed: String?, candidate: String?) {
    self.name = name
    self.installed = installed
    self.candidate = candidate
  }

  /// The version that an upgrade would bring; `nil`: none, or unknown.
  package var pending: String? { candidate == installed ? nil : candidate }
}

/// What the sources say about the SEV firmware that runs. `RunningFirmware.judge` weighs them.
package struct FirmwareReadings: Hashable, Sendable, Codable {
  package var kernelLog: KernelLogFacts?
  /// `sevctl show version`: the whole version.
  package var sevctl: FirmwareVersion?
  /// `snphost show version`: `major.minor`, no build (FACTS 5).
  package var snphost: String?

  package init(kernelLog: KernelLogFacts? = nil, sevctl: FirmwareVersion? = nil, snphost: String? = nil) {
    self.kernelLog = kernelLog
    self.sevctl = sevctl
    self.snphost = snphost
  }
}

/// What `snphost show tcb` said; an implausible vector is kept as text, never as a value.
package struct TCBReading: Hashable, Sendable, Codable {
  package enum Source: String, Hashable, Sendable, Codable, CaseIterable { case snphost, derived }

  package var reported: TCBVersion?
  /// The platform TCB: what runs.
  package var platform: TCBVersion?
  /// The floor of a live update; `nil`: no tool printed it.
  package var committed: TCBVersion?
  package var source: Source?
  /// Raw text of a vector that could not be believed, with the reason.
  package var rejected: ObservationNote?

  package init(
    reported: TCBVersion? = nil, platform: TCBVersion? = nil, committed: TCBVersion? = nil, source: Source? = nil,
    rejected: ObservationNote? = nil
  ) {
    self.reported = reported
    self.platform = platform
    self.committed = committed
    self.source = source
    self.rejected = rejected
  }
}

/// The effective values of `/sys/module/kvm_amd/parameters`; a Y proves nothing by itself (FACTS 1.4).
package struct SEVParameters: Hashable, Sendable, Codable {
  package var sev: Bool?
  package var sevES: Bool?
  package var sevSNP: Bool?

  package init(sev: Bool? = nil, sevES: Bool? = nil, sevSNP: Bool? = nil) {
    self.sev = sev
    self.sevES = sevES
    self.sevSNP = sevSNP
  }
}

/// One line of `snphost ok` or `sevctl ok`.
package struct ToolCheck: Hashable, Sendable, Codable {
  package enum Verdict: String, Hashable, Sendable, Codable, CaseIterable { case pass, fail, skip }

  package var text: String
  package var verdict: Verdict
  /// Indentation level, 0 at the top.
  package var depth: Int

  package init(text: String, verdict: Verdict, depth: Int) {
    self.text = text
    self.verdict = verdict
    self.depth = depth
  }
}

/// What runs nova-compute on the host, as the door (RULES E1) needs it.
package enum ComputeUnit: Hashable, Sendable, Codable {
  case systemd(unit: String)
  case docker(container: String)
  case podman(container: String)
}
