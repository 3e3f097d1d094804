import FleetCore
import FleetFormats

/// A plan for many hosts from observations in memory: what the pure core costs. The hosts differ at random, from a seed
/// that stays, so that figures can be compared.
struct PlanBench {
  var hosts: Int
  private static let aim = Duration.seconds(1)
  private static let seed: UInt64 = 20_261_126

  func run() throws {
    var numbers = SplitMix(state: Self.seed)
    let situations = (0..<hosts).map { situation($0, &numbers) }
    let image = FirmwareImage(
      familyModel: FamilyModel(family: 25, modelHigh: 0), version: FirmwareVersion(1, 55, 34), spl: 26,
      sha256: String(repeating: "a", count: 64), size: 4096, kernelName: "amd_sev_fam19h_model0xh.sbin", path: "/x")
    let planner = Planner(catalog: Catalog(images: [image]), facts: FactsFile.builtIn, options: PlanOptions())
    let start = ContinuousClock.now
    let plan = planner.plan(situations)
    let planned = ContinuousClock.now
    let id = try PlanID(of: plan)
    let named = ContinuousClock.now
    let told = plan.changes.count + plan.upToDate.count + plan.excluded.count
    guard told == hosts, plan.changes.count > hosts / 2 else {
      throw Tool.Failed("\(plan.excluded.count) hosts were left alone: \(plan.excluded.first?.exclusion.text ?? "")")
    }
    print(
      "\(hosts) hosts: \(plan.changes.count) changes, \(plan.upToDate.count) up to date, "
        + "\(plan.excluded.count) excluded")
    print(Aim.text("their plan", planned - start, under: Self.aim))
    print("its id \(id.short): \((named - planned).wholeMilliseconds) ms")
  }

  private func situation(_ number: Int, _ numbers: inout SplitMix) -> HostSituation {
    let host = Host(
      id: HostID("h\(number)"), address: "192.0.2.1", ssh: SSHSettings(), computeHost: .named("h\(number)"),
      failureDomain: "rack\(number / 40)", target: .version(FirmwareVersion(1, 55, 34)),
      declaredAt: SourceLocation(file: "bench"))
    if Int.random(in: 0..<50, using: &numbers) == 0 {
      let failure = ProbeFailure(kind: .unreachable, text: "no answer in 10 s")
      return HostSituation(host: host, look: .failed(failure), compute: .known(view(number, servers: 8)))
    }
    var seen = Observation(host: host.id, observedAt: Instant(milliseconds: 0))
    seen.cpu = CPUIdentity(family: 25, model: 1, stepping: Int.random(in: 0...2, using: &numbers))
    let kernel = "6.12.\(Int.random(in: 1...9, using: &numbers))"
    seen.kernel = kernel
    seen.nextBootKernel = kernel
    seen.bootID = "boot-\(number)"
    seen.modules = ModuleState(
      ccp: .module, kvmAMD: .module, ccpHolders: ["kvm_amd"], ccpReferences: 1, kvmReferences: 0)
    seen.parameters = SEVParameters(sev: true, sevES: true, sevSNP: true)
    seen.virtualMachines = VirtualMachines(qemuProcesses: 0, kvmReferences: 0)
    let version = FirmwareVersion(1, 55, [29, 31, 31, 34].randomElement(using: &numbers) ?? 31)
    let line = "SEV API:1.55 build:31"
    seen.firmware.kernelLog = KernelLogFacts(
      apis: [.init(seconds: 4, version: version, isSNP: false, line: line)], reachesBoot: true)
    seen.tcb = TCBReading(
      reported: nil, platform: TCBVersion(bootloader: 4, tee: 0, snp: 25, microcode: 219), source: .snphost)
    seen.files = [FirmwareFile(path: "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin", version: version, spl: 25)]
    let servers = Int.random(in: 0...16, using: &numbers)
    return HostSituation(host: host, look: .seen(seen), compute: .known(view(number, servers: servers)))
  }

  /// A host as a busy one is: every eighth server is off.
  private func view(_ number: Int, servers: Int) -> ComputeHostView {
    let name = "h\(number)"
    let service = ComputeServiceState(
      id: name, host: name, isEnabled: true, disabledReason: nil, isUp: true, forcedDown: false, updatedAt: nil)
    let servers = (0..<servers).map { index in
      ComputeServer(
        id: "\(name)-\(index)", name: "web-\(index)", project: "p\(index % 3)",
        status: index % 8 == 7 ? .shutoff : .active,
        host: name, model: .none)
    }
    return ComputeHostView(service: service, servers: servers, encryptionSlots: [.sev: 15, .sevES: 15, .sevSNP: 15])
  }
}
