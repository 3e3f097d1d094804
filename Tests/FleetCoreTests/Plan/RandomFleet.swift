import FleetCore

/// Fleets of every shape, odd ones included, from a seed.
struct RandomFleet {
  var situations: [HostSituation] = []
  var catalog = Catalog()
  var facts = SampleFacts.all
  var options = PlanOptions()
  var outsideHosts: [String] = []
  var waves: [Amount] = []

  private static let versions = [
    Bench.floor, Bench.old, Bench.running, Bench.newer, FirmwareVersion(1, 55, 33), FirmwareVersion(1, 55, 35),
    Bench.losing, FirmwareVersion(1, 58, 3),
  ]
  private static let cpus = [
    CPUIdentity(family: 25, model: 1, stepping: 1), CPUIdentity(family: 25, model: 17, stepping: 1),
    CPUIdentity(family: 23, model: 49, stepping: 0), CPUIdentity(family: 26, model: 2, stepping: 1),
  ]

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for cpu in Self.cpus {
      for version in Self.versions where !random.chance(1, of: 12) {
        let spl = random.pick([0, 3, 4, 20, 26, 27, 28])
        catalog.images.append(Bench.image(version, spl: spl, folder: cpu.familyModel))
      }
    }
    if random.chance(1, of: 8), let twice = catalog.images.first { catalog.images.append(twice) }
    options = PlanOptions(
      target: random.chance(1, of: 4) ? Self.target(&random) : nil, allowDowngrade: random.chance(1, of: 2),
      allowUnknownFloor: random.chance(1, of: 3), acceptSEVESLoss: random.chance(1, of: 2))
    if random.chance(1, of: 3) {
      facts.prerequisites = [
        Facts.Prerequisite(
          generation: "Milan", fromVersion: Bench.newer, microcode: 0xA0011DB, bootloader: 4, text: "BIOS first",
          fact: random.chance(1, of: 2) ? SampleFacts.a : SampleFacts.b)
      ]
    }
    outsideHosts = random.chance(1, of: 2) ? ["cmp-x", "cmp-y"] : []
    waves = random.pick([[.percent(100)], [.number(1)], [.number(1), .percent(30), .percent(100)]])
    for number in 0..<Int.random(in: 1...9, using: &random) { situations.append(Self.host(number, &random)) }
  }

  var plan: Plan {
    Planner(catalog: catalog, facts: facts, options: options, outsideHosts: outsideHosts, waves: waves)
      .plan(situations)
  }

  var observations: [HostID: Observation] {
    var seen: [HostID: Observation] = [:]
    for situation in situations {
      if case .seen(let observation) = situation.look { seen[situation.host.id] = observation }
    }
    return seen
  }

  private static func target(_ random: inout SeededGenerator) -> FirmwareTarget? {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: return nil
    case 1, 2: return .factory
    case 3: return .backup
    case 4, 5:
      var versions: [FamilyModel: FirmwareVersion] = [:]
      for cpu in cpus where !random.chance(1, of: 4) { versions[cpu.familyModel] = random.pick(Self.versions) }
      return .named("q3", versions: versions)
    default: return .version(random.pick(Self.versions))
    }
  }

  private static func policy(_ random: inout SeededGenerator) -> Policy {
    var policy = Policy()
    policy.activation.reload = !random.chance(1, of: 4)
    policy.activation.reboot = !random.chance(1, of: 6)
    policy.activation.allowKernelChange = random.chance(1, of: 2)
    policy.drain.sev = random.pick(Policy.Drain.SEV.allCases)
    policy.drain.shutoff = random.pick(Policy.Drain.Shutoff.allCases)
    policy.sevESLoss = random.chance(1, of: 4) ? .allow : .block
    policy.stageInto = random.pick(Policy.StageInto.allCases)
    policy.packages = random.pick(Policy.Packages.allCases)
    if random.chance(1, of: 3) { policy.hooks[.powerCycle] = Policy.Hook(argv: ["cut"], timeout: .seconds(60)) }
    return policy
  }

  private static func host(_ number: Int, _ random: inout SeededGenerator) -> HostSituation {
    let id = HostID("sev-\(number)")
    let name = "cmp-\(number)"
    let cpu = random.pick(cpus)
    let running = random.pick(versions)
    let servers = random.chance(1, of: 2) ? [] : Self.servers(number, &random)
    var seen = observation(id, cpu, running, servers, &random)
    var wanted = target(&random)
    if random.chance(1, of: 6) {
      // A host that is as it shall be, unless something else is odd.
      wanted = .version(running)
      seen.files = [FirmwareFile(path: "/lib/firmware/amd/\(cpu.familyModel.kernelName)", version: running, spl: 24)]
    }
    var situation = HostSituation(
      host: Host(
        id: id, address: "10.0.0.\(number)", ssh: SSHSettings(),
        computeHost: random.chance(1, of: 8) ? .notInNova : .named(name), target: wanted,
        policy: policy(&random), declaredAt: SourceLocation(file: "h.yaml", line: number + 1)),
      look: random.chance(1, of: 15)
        ? .failed(ProbeFailure(kind: random.pick(ProbeFailure.Kind.allCases), text: "no answer")) : .seen(seen),
      compute: .notInNova)
    if situation.host.computeHost.name != nil { situation.compute = compute(name, servers, &random) }
    if !random.chance(1, of: 4) {
      situation.floor = FloorEvidence(
        version: random.pick(versions), bios: random.chance(1, of: 6) ? "other" : "B 1.2", evidence: "",
        observedAt: Instant(milliseconds: 1))
    }
    if random.chance(1, of: 20) { situation.quarantine = "roll-1" }
    if random.chance(1, of: 20) { situation.openRollout = "roll-2" }
    if random.chance(1, of: 2) {
      let version = random.pick(versions)
      situation.backup = BackupSummary(
        id: "b", running: random.chance(1, of: 6) ? running : version,
        image: random.chance(1, of: 4) ? nil : Bench.image(version, spl: 25, folder: cpu.familyModel))
    }
    if random.chance(1, of: 8) {
      situation.host.versions[cpu.familyModel] = VersionRules(blocked: [
        .init(random.pick(versions), reason: "it hangs")
      ])
    }
    return situation
  }

  private static func servers(_ number: Int, _ random: inout SeededGenerator) -> [ComputeServer] {
    (0..<Int.random(in: 1...4, using: &random)).map { index in
      let status: ServerStatus = random.chance(2, of: 3) ? .active : random.pick(DrainOracle.statuses)
      let model: EncryptionModel = random.chance(1, of: 2) ? .none : random.pick(EncryptionModel.allCases)
      return Bench.server(
        "s\(number)\(index)", model, status: status,
        word: random.chance(1, of: 6) ? random.pick(OwnerWord.allCases) : nil,
        task: random.chance(1, of: 10) ? "rebooting" : nil)
    }
  }

  private static func compute(
    _ name: String, _ servers: [ComputeServer], _ random: inout SeededGenerator
  ) -> ComputeView {
    if random.chance(1, of: 15) { return .unknown(text: "Nova is down") }
    var view = ComputeHostView(service: Bench.service(), servers: servers.shuffled(using: &random))
    view.service.host = name
    if random.chance(1, of: 15) { view.service.isUp = false }
    if random.chance(1, of: 20) { view.service.forcedDown = true }
    if random.chance(1, of: 8) {
      view.service.isEnabled = false
      view.service.disabledReason = random.chance(1, of: 3) ? "sevfleet:roll-7:x" : "disk swap"
    }
    if random.chance(1, of: 2) { view.encryptionSlots = [.sev: 100, .sevES: random.pick([0, 5])] }
    return .known(view)
  }

  private static func observation(
    _ id: HostID, _ cpu: CPUIdentity, _ running: FirmwareVersion, _ servers: [ComputeServer],
    _ random: inout SeededGenerator
  ) -> Observation {
    var seen = Bench.observation()
    seen.host = id
    seen.cpu = random.chance(1, of: 25) ? nil : cpu
    seen.firmware.kernelLog = random.chance(1, of: 20) ? nil : Bench.log(running)
    if random.chance(1, of: 3) { seen.firmware.sevctl = random.chance(1, of: 8) ? random.pick(versions) : running }
    if random.chance(1, of: 8) { seen.firmware.kernelLog?.initErrors = [.init(seconds: 5, code: 10, line: "")] }
    if random.chance(1, of: 12) { seen.firmware.kernelLog?.timeouts = ["timed out"] }
    if random.chance(1, of: 25) { seen.tcb.rejected = ObservationNote(source: "snphost", text: "FMC", raw: "") }
    seen.parameters = SEVParameters(
      sev: !random.chance(1, of: 10), sevES: !random.chance(1, of: 6), sevSNP: random.pick([true, true, false, nil]))
    seen.startedByKexec = random.chance(1, of: 5) ? false : random.pick([true, nil])
    if random.chance(1, of: 4) { seen.nextBootKernel = random.pick(["6.12.1", nil]) }
    seen.modules.ccp = random.chance(1, of: 6) ? .builtin : .module
    if random.chance(1, of: 8) { seen.modules.ccpHolders.append("ccp_crypto") }
    seen.modules.ccpReferences = random.chance(1, of: 10) ? nil : seen.modules.ccpHolders.count
    seen.files = files(cpu, &random)
    seen.search.loadsXZ = random.pick([true, false, nil])
    if random.chance(1, of: 3) {
      seen.initramfs = Initramfs(
        kernel: Bench.kernel, path: "/boot/i", containsCCP: random.pick([true, false, nil]), files: files(cpu, &random))
    }
    if random.chance(1, of: 25) { seen.sudoRefused = ["/usr/sbin/modprobe"] }
    seen.virtualMachines = machines(servers, &random)
    return seen
  }

  private static func files(_ cpu: CPUIdentity, _ random: inout SeededGenerator) -> [FirmwareFile] {
    let candidates = EffectiveFile.candidates(for: cpu, search: FirmwareSearch(), kernel: Bench.kernel).map(\.path)
    let usual = candidates.filter(EffectiveFile.isBackedUp)
    return (0..<Int.random(in: 0...3, using: &random)).map { _ in
      let folder = random.chance(1, of: 5) ? candidates : usual
      return FirmwareFile(
        path: random.pick(folder), version: random.chance(1, of: 10) ? nil : random.pick(versions),
        spl: random.pick([0, 24, 27]), package: random.chance(1, of: 4) ? "amd64-microcode" : nil)
    }
  }

  private static func machines(_ servers: [ComputeServer], _ random: inout SeededGenerator) -> VirtualMachines {
    var guests: [GuestProcess] = []
    for (index, server) in servers.enumerated() where server.isRunning || random.chance(1, of: 15) {
      let model = random.chance(1, of: 12) ? random.pick(EncryptionModel.allCases) : server.model
      guests.append(GuestProcess(pid: index + 10, uuid: server.id, name: nil, model: model))
    }
    if random.chance(1, of: 25) { guests.append(GuestProcess(pid: 9, uuid: "stranger", name: nil, model: .none)) }
    return VirtualMachines(
      guests: guests, qemuProcesses: random.chance(1, of: 25) ? nil : guests.count, kvmReferences: guests.count)
  }
}
