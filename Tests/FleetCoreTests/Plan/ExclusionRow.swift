import FleetCore
import Testing

/// One way to be left alone: what is wrong, and which kind and rule must say so.
///
/// A fault sets every field it depends on, so that it still is one when a later fault was put on the bench before it.
struct ExclusionRow: Sendable, CustomTestStringConvertible {
  var name: String
  var kind: ExclusionKind
  var rule: String
  /// A word of the sentence that a person reads.
  var word: String
  var fault: @Sendable (inout Bench) -> Void

  init(
    _ kind: ExclusionKind, _ rule: String, _ name: String, word: String = "",
    _ fault: @escaping @Sendable (inout Bench) -> Void
  ) {
    self.name = name
    self.kind = kind
    self.rule = rule
    self.word = word
    self.fault = fault
  }

  var testDescription: String { "\(rule): \(kind.rawValue), \(name)" }

  /// In the order of the decision table: of two faults the earlier row speaks.
  static let all: [ExclusionRow] = probes + identity + target + way + impact + removal + compute + servers

  private static let probes: [ExclusionRow] =
    [
      (ProbeFailure.Kind.hostKeyMismatch, ExclusionKind.hostKeyMismatch), (.noAlgorithm, .noAlgorithm),
      (.sudoRefused, .sudoRefused), (.notReady, .notReady), (.unreachable, .unreachable),
      (.connectionLost, .unreachable),
    ].map { failure, kind in
      ExclusionRow(kind, "O1", "the probe failed: \(failure.rawValue)", word: "no luck") {
        $0.failure = ProbeFailure(kind: failure, text: "no luck", expected: "e", found: "f")
      }
    }

  private static let identity: [ExclusionRow] = [
    ExclusionRow(.quarantined, "U2", "a quarantine nobody lifted", word: "roll-9") {
      $0.quarantine = "roll-9: notApplied"
    },
    ExclusionRow(.otherMaintenance, "K", "an open rollout", word: "roll-8") { $0.openRollout = "roll-8" },
    ExclusionRow(.otherMaintenance, "K", "a lease of another controller", word: "rollout roll-7, controller bbbbbbbb") {
      $0.observation.lease = HostLease(line: LeaseHolderTests.line("b", "roll-7"))
    },
    ExclusionRow(.otherMaintenance, "K", "something in the place of a lease", word: "cannot be read") {
      $0.observation.lease = HostLease(line: "")
    },
    ExclusionRow(.unknownVersion, "V1", "no CPU was read", word: "CPU") { $0.observation.cpu = nil },
    ExclusionRow(.noImage, "C", "a CPU of no generation", word: "model 33") {
      $0.observation.cpu = CPUIdentity(family: 25, model: 33, stepping: 0)
    },
    ExclusionRow(.sudoRefused, "O1", "sudo refuses one command", word: "/usr/sbin/modprobe") {
      $0.observation.sudoRefused = ["/usr/sbin/modprobe"]
    },
    ExclusionRow(.contradictorySources, "V1", "log and sevctl differ", word: "sevctl 1.55.30") {
      $0.observation.firmware = FirmwareReadings(
        kernelLog: Bench.log(Bench.running), sevctl: FirmwareVersion(1, 55, 30))
    },
    ExclusionRow(.unknownVersion, "V1", "no source names the version", word: "neither") {
      $0.observation.firmware = FirmwareReadings()
    },
  ]

  private static func downgrade(_ bench: inout Bench, to version: FirmwareVersion = Bench.old, allowed: Bool = true) {
    bench.options = PlanOptions(target: .version(version), allowDowngrade: allowed)
    bench.catalog = Catalog(images: [Bench.image(version, spl: 20)])
    bench.observation.firmware = FirmwareReadings(kernelLog: Bench.log(Bench.running))
    bench.floor?.version = Bench.floor
  }

  private static func upgrade(_ bench: inout Bench, to version: FirmwareVersion = Bench.newer, spl: Int = 25) {
    bench.options = PlanOptions(target: .version(version))
    bench.catalog = Catalog(images: [Bench.image(version, spl: spl)])
    bench.observation.firmware = FirmwareReadings(kernelLog: Bench.log(Bench.running))
    bench.facts.prerequisites = []
    bench.host.policy.activation = Policy.Activation()
    bench.observation.nextBootKernel = bench.observation.kernel
  }

  /// The right version runs, and which file is there does not tell.
  private static func repair(_ bench: inout Bench) {
    bench.options = PlanOptions(target: .version(Bench.running))
    bench.catalog = Catalog(images: [Bench.image(Bench.running, spl: 24)])
    bench.observation.firmware = FirmwareReadings(kernelLog: Bench.log(Bench.running))
    bench.observation.parameters = SEVParameters(sev: true, sevES: true, sevSNP: true)
    bench.observation.nextBootKernel = bench.observation.kernel
  }

  private static func needs(_ bench: inout Bench, microcode: Int?, bootloader: Int?) {
    upgrade(&bench)
    bench.observation.tcb.platform = TCBVersion(bootloader: 3, tee: 0, snp: 24, microcode: 219)
    bench.facts.prerequisites = [
      Facts.Prerequisite(
        generation: "Milan", fromVersion: Bench.newer, microcode: microcode, bootloader: bootloader,
        text: "first the BIOS", fact: SampleFacts.a)
    ]
  }

  private static func needs(_ bench: inout Bench, vendor: String, bios minimum: String, found: String?) {
    needs(&bench, microcode: nil, bootloader: nil)
    bench.facts.prerequisites[0].bios = BIOSNeed(vendor: vendor, minimum: minimum)
    bench.observation.bios = found
  }

  private static let way: [ExclusionRow] = [
    ExclusionRow(.downgradeNotAllowed, "A2", "older, and not allowed", word: "newer than 1.55.7") {
      downgrade(&$0, allowed: false)
    },
    ExclusionRow(.downgradeNotAllowed, "A2", "factory, and not allowed", word: "1.51.3") {
      downgrade(&$0, allowed: false)
      $0.options.target = .factory
    },
    ExclusionRow(.unknownFloor, "A4", "the BIOS copy is unknown", word: "--allow-unknown-floor") {
      downgrade(&$0)
      $0.floor = nil
    },
    ExclusionRow(.kernelChange, "O2", "a repair, and nobody can tell what a reset would boot", word: "boots next") {
      repair(&$0)
      $0.observation.nextBootKernel = nil
    },
    ExclusionRow(.cannotActivate, "O2", "a repair that could not be seen to have worked", word: "could not be listed") {
      repair(&$0)
      $0.observation.initramfs = Initramfs(kernel: Bench.kernel, path: "/boot/i")
    },
    ExclusionRow(.needsBIOS, "A4", "below the BIOS copy", word: "older BIOS") {
      downgrade(&$0)
      $0.floor = FloorEvidence(
        version: FirmwareVersion(1, 55, 8), bios: $0.observation.bios, evidence: "",
        observedAt: Instant(milliseconds: 1))
    },
    ExclusionRow(.prerequisite, "A5", "the PSP boot loader is too old", word: "first the BIOS") {
      needs(&$0, microcode: nil, bootloader: 4)
    },
    ExclusionRow(.prerequisite, "A5", "the microcode is too old", word: "first the BIOS") {
      needs(&$0, microcode: 0xA0011DB, bootloader: nil)
    },
    ExclusionRow(.prerequisite, "A5", "the PSP boot loader could not be read", word: "could not be read") {
      needs(&$0, microcode: nil, bootloader: 4)
      $0.observation.tcb.platform = nil
    },
    ExclusionRow(.prerequisite, "A5", "the microcode could not be read", word: "could not be read") {
      needs(&$0, microcode: 0xA0011DB, bootloader: nil)
      $0.observation.microcode = nil
    },
    ExclusionRow(.prerequisite, "A5", "the BIOS is too old", word: "first the BIOS") {
      needs(&$0, vendor: "Vendor Inc.", bios: "2.14", found: "Vendor Inc. 2.9.3 01/05/2024")
    },
    ExclusionRow(.prerequisite, "A5", "the BIOS could not be read", word: "could not be read") {
      needs(&$0, vendor: "Vendor Inc.", bios: "2.14", found: nil)
    },
    ExclusionRow(.prerequisite, "A5", "the BIOS numbers otherwise", word: "cannot be compared with 2.14") {
      needs(&$0, vendor: "Vendor Inc.", bios: "2.14", found: "Vendor Inc. A43 01/05/2024")
    },
    ExclusionRow(.cannotActivate, "A2", "no reload possible, and policy forbids a reboot", word: "built into") {
      upgrade(&$0)
      $0.observation.modules.ccp = .builtin
      $0.host.policy.activation.reboot = false
    },
    ExclusionRow(.cannotActivate, "A2", "PSP commands timed out (FACTS 7.8)", word: "full power cycle is advised") {
      upgrade(&$0)
      $0.observation.firmware.kernelLog?.timeouts = ["ccp: SEV command 0x20 timed out"]
    },
    ExclusionRow(.kernelChange, "A3", "a reset would boot another kernel", word: "6.12.1") {
      upgrade(&$0)
      $0.host.policy.activation.reload = false
      $0.observation.nextBootKernel = "6.12.1"
    },
    ExclusionRow(.kernelChange, "A3", "nobody can tell what a reset would boot", word: "cannot be told") {
      upgrade(&$0)
      $0.host.policy.activation.reload = false
      $0.observation.nextBootKernel = nil
    },
  ]

  private static let impact: [ExclusionRow] = [
    ExclusionRow(.computeUnknown, "E", "Nova cannot be asked", word: "Nova is down") {
      upgrade(&$0)
      $0.unknownCompute = "Nova is down"
    },
    ExclusionRow(.sevESLoss, "S", "the target takes SEV-ES away", word: "will not come back") {
      upgrade(&$0, to: Bench.losing, spl: 28)
      $0.view.servers = [Bench.server("e1", .sevES)]
    },
    ExclusionRow(.sevESLoss, "S", "nobody can tell: header level 0", word: "nobody can tell") {
      upgrade(&$0, to: FirmwareVersion(1, 55, 33), spl: 0)
    },
    ExclusionRow(.sevESLoss, "S", "lost, and Placement does not tell what is offered") {
      upgrade(&$0, to: Bench.losing, spl: 28)
      $0.view.encryptionSlots = nil
    },
    ExclusionRow(.prerequisite, "P", "factory, and a package would bring its file back", word: "amd64-microcode") {
      downgrade(&$0)
      $0.options.target = .factory
      $0.host.policy.activation = Policy.Activation()
      $0.observation.nextBootKernel = $0.observation.kernel
      $0.observation.files = [
        FirmwareFile(path: Bench.path, version: Bench.running, spl: 24, package: "amd64-microcode")
      ]
      $0.observation.firmware.kernelLog?.initErrors = []
    },
  ]

  private static let removal: [ExclusionRow] = [
    ExclusionRow(.cannotActivate, "U1", "factory would take away a file that no backup holds", word: "no backup") {
      upgrade(&$0)
      $0.options = PlanOptions(target: .factory, allowDowngrade: true)
      $0.observation.files = [
        FirmwareFile(path: Bench.path, version: Bench.running, spl: 24),
        FirmwareFile(path: "/lib/firmware/\(Bench.kernel)/amd/sev.fw", version: Bench.running),
      ]
      $0.floor?.version = Bench.floor
    }
  ]

  private static let compute: [ExclusionRow] = [
    ExclusionRow(.otherMaintenance, "D9", "the service is forced down", word: "forced down") {
      upgrade(&$0)
      $0.view.service.forcedDown = true
    },
    ExclusionRow(.computeUnknown, "E", "no heartbeat", word: "is down") {
      upgrade(&$0)
      $0.view.service.isUp = false
    },
    ExclusionRow(.otherMaintenance, "D9", "our mark of a rollout nobody knows", word: "sevfleet:roll-1:sev-1") {
      upgrade(&$0)
      $0.view.service.isEnabled = false
      $0.view.service.disabledReason = CordonReason.text(rollout: "roll-1", host: HostID("sev-1"))
    },
    ExclusionRow(.unknownVMs, "E", "the host's own witnesses are incomplete", word: "unknown is not empty") {
      upgrade(&$0)
      $0.observation.virtualMachines = VirtualMachines(qemuProcesses: nil, kvmReferences: 0)
    },
    ExclusionRow(.unknownVMs, "E", "a list of processes is the only witness", word: "unknown is not empty") {
      upgrade(&$0)
      $0.observation.virtualMachines = VirtualMachines(qemuProcesses: 0, kvmReferences: nil)
    },
    ExclusionRow(.unknownVMs, "E4", "a VM that Nova does not know", word: "stranger") {
      upgrade(&$0)
      $0.observation.virtualMachines = VirtualMachines(
        guests: [GuestProcess(pid: 7, uuid: "stranger", name: nil, model: .none)], qemuProcesses: 1, kvmReferences: 1)
    },
    ExclusionRow(.unknownVMs, "E4", "a VM that only the kernel tells of", word: "references on kvm_amd 1") {
      upgrade(&$0)
      $0.view.servers = [Bench.server("s1", status: .shutoff)]
      $0.observation.virtualMachines = VirtualMachines(qemuProcesses: 0, kvmReferences: 1)
    },
  ]

  private static func blocked(_ rule: String, _ name: String, word: String, _ server: ComputeServer) -> ExclusionRow {
    ExclusionRow(.serversBlocked, rule, name, word: word) {
      upgrade(&$0)
      $0.put(server)
    }
  }

  private static let servers: [ExclusionRow] = [
    blocked("D2", "a SEV server, and policy waits", word: "policy waits", Bench.server("s1", .sev)),
    blocked("D1", "a server of unknown model", word: "unknown", Bench.server("s1", .unknown)),
    blocked("D8", "its owner forbids a move", word: "forbid", Bench.server("s1", word: .forbid)),
    blocked("E2", "a server in RESCUE", word: "RESCUE", Bench.server("s1", status: .rescue)),
    blocked("E2", "VERIFY_RESIZE is its owner's", word: "VERIFY_RESIZE", Bench.server("s1", status: .verifyResize)),
  ]
}
