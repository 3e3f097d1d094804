import FleetCore
import FleetFormats

/// A plan for many hosts from observations in memory: what the pure core costs.
struct PlanBench {
  var hosts: Int

  func run() throws {
    let situations = (0..<hosts).map(situation)
    let image = FirmwareImage(
      familyModel: FamilyModel(family: 25, modelHigh: 0), version: FirmwareVersion(1, 55, 34), spl: 26,
      sha256: String(repeating: "a", count: 64), size: 4096, kernelName: "amd_sev_fam19h_model0xh.sbin", path: "/x")
    let planner = Planner(catalog: Catalog(images: [image]), facts: FactsFile.builtIn, options: PlanOptions())
    let start = ContinuousClock.now
    let plan = planner.plan(situations)
    let planned = ContinuousClock.now
    let id = try PlanID(of: plan)
    let named = ContinuousClock.now
    guard plan.changes.count == hosts else {
      throw Tool.Failed("\(plan.excluded.count) hosts were left alone: \(plan.excluded.first?.exclusion.text ?? "")")
    }
    print(
      "plan of \(hosts) hosts: \(plan.changes.count) changes in \((planned - start).wholeMilliseconds) ms; "
        + "its id \(id.short) in \((named - planned).wholeMilliseconds) ms")
  }

  private func situation(_ number: Int) -> HostSituation {
    let host = Host(
      id: HostID("h\(number)"), address: "192.0.2.1", ssh: SSHSettings(), computeHost: .named("h\(number)"),
      target: .version(FirmwareVersion(1, 55, 34)), declaredAt: SourceLocation(file: "bench"))
    var seen = Observation(host: host.id, observedAt: Instant(milliseconds: 0))
    seen.cpu = CPUIdentity(family: 25, model: 1, stepping: 1)
    seen.kernel = "6.12.9"
    seen.nextBootKernel = "6.12.9"
    seen.bootID = "boot-\(number)"
    seen.modules = ModuleState(
      ccp: .module, kvmAMD: .module, ccpHolders: ["kvm_amd"], ccpReferences: 1, kvmReferences: 0)
    seen.parameters = SEVParameters(sev: true, sevES: true, sevSNP: true)
    seen.virtualMachines = VirtualMachines(qemuProcesses: 0, kvmReferences: 0)
    let version = FirmwareVersion(1, 55, 31)
    let line = "SEV API:1.55 build:31"
    seen.firmware.kernelLog = KernelLogFacts(
      apis: [.init(seconds: 4, version: version, isSNP: false, line: line)], reachesBoot: true)
    seen.tcb = TCBReading(
      reported: nil, platform: TCBVersion(bootloader: 4, tee: 0, snp: 25, microcode: 219), source: .snphost)
    seen.files = [FirmwareFile(path: "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin", version: version, spl: 25)]
    return HostSituation(host: host, look: .seen(seen), compute: .known(view(number)))
  }

  /// A host as a busy one is: eight servers, one of them off.
  private func view(_ number: Int) -> ComputeHostView {
    let name = "h\(number)"
    let service = ComputeServiceState(
      id: name, host: name, isEnabled: true, disabledReason: nil, isUp: true, forcedDown: false, updatedAt: nil)
    let servers = (0..<8).map { index in
      ComputeServer(
        id: "\(name)-\(index)", name: "web-\(index)", project: "p\(index % 3)", status: index == 7 ? .shutoff : .active,
        host: name, model: .none)
    }
    return ComputeHostView(service: service, servers: servers, encryptionSlots: [.sev: 15, .sevES: 15, .sevSNP: 15])
  }
}
