import FleetCore

extension Observation {
  /// A Milan host that is healthy in every way, and runs what its next reset brings.
  static func milan(_ host: HostID, _ version: FirmwareVersion, at time: Instant = Instant(milliseconds: 5))
    -> Observation
  {
    let kernel = "6.1.0-40-amd64"
    var seen = Observation(host: host, observedAt: time)
    seen.bootID = "boot-1"
    (seen.kernel, seen.nextBootKernel) = (kernel, kernel)
    seen.bios = FloorEvidence.milan.bios
    seen.cpu = CPUIdentity(family: 25, model: 1, stepping: 1)
    seen.firmware.kernelLog = KernelLogFacts(
      apis: [.init(seconds: 4, version: version, isSNP: false, line: "SEV API")], snpEnabled: true, reachesBoot: true)
    seen.modules = ModuleState(
      ccp: .module, kvmAMD: .module, ccpHolders: ["kvm_amd"], ccpReferences: 1, kvmReferences: 0)
    seen.parameters = SEVParameters(sev: true, sevES: true, sevSNP: true)
    seen.virtualMachines = VirtualMachines(qemuProcesses: 0, kvmReferences: 0)
    seen.files = [
      FirmwareFile(path: "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin", sha256: "f", version: version, spl: 24)
    ]
    seen.search = FirmwareSearch(loadsXZ: true, loadsZstd: false)
    seen.kexecLoaded = false
    return seen
  }
}

extension FloorEvidence {
  /// Of the hosts above.
  static let milan = FloorEvidence(
    version: FirmwareVersion(1, 51, 3), bios: "B 1.2", evidence: "a boot", observedAt: Instant(milliseconds: 1))
}
