import FleetCore
import Testing

/// One row of the table that changes a host.
struct ChangeRow: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var direction: HostChange.Direction
  var activation: HostChange.Activation
  var desired: FirmwareVersion?
  /// Rules that must stand among the reasons, in order.
  var rules: [String]
  var steps: [Step]
  var change: @Sendable (inout Bench) -> Void

  init(
    _ name: String, _ direction: HostChange.Direction, _ activation: HostChange.Activation,
    _ desired: FirmwareVersion?, rules: [String], steps: [Step] = Step.allCases,
    _ change: @escaping @Sendable (inout Bench) -> Void
  ) {
    testDescription = "\(rules.joined(separator: ", ")): \(name)"
    self.direction = direction
    self.activation = activation
    self.desired = desired
    self.rules = rules
    self.steps = steps
    self.change = change
  }
}

@Suite("The decision table: hosts that change") struct DecisionTableTests {
  private static let repairSteps: [Step] = [.observe, .backup, .prepare, .stage, .verify]

  private static func back(_ bench: inout Bench, _ target: FirmwareTarget = .version(Bench.old)) {
    bench.options = PlanOptions(target: target, allowDowngrade: true)
  }

  static let rows: [ChangeRow] = [
    ChangeRow("upgrade by reload", .upgrade, .reload, Bench.newer, rules: ["A1", "A1", "S"]) { _ in },
    ChangeRow("upgrade by reset: ccp is built in", .upgrade, .reboot, Bench.newer, rules: ["A1", "A2", "S"]) {
      $0.observation.modules.ccp = .builtin
    },
    ChangeRow("upgrade by reset: ccp has another holder", .upgrade, .reboot, Bench.newer, rules: ["A1", "A2"]) {
      $0.observation.modules.ccpHolders = ["kvm_amd", "ccp_crypto"]
    },
    ChangeRow("upgrade by reset: ccp has a nameless user", .upgrade, .reboot, Bench.newer, rules: ["A1", "A2"]) {
      $0.observation.modules.ccpReferences = 2
    },
    ChangeRow("upgrade by reset: references unknown", .upgrade, .reboot, Bench.newer, rules: ["A1", "A2"]) {
      $0.observation.modules.ccpReferences = nil
    },
    ChangeRow("upgrade by reset: kvm_amd is built in", .upgrade, .reboot, Bench.newer, rules: ["A1", "A2"]) {
      $0.observation.modules.kvmAMD = .builtin
    },
    ChangeRow("upgrade by reset: ccp is not loaded", .upgrade, .reboot, Bench.newer, rules: ["A1", "A2"]) {
      $0.observation.modules.ccp = .absent
    },
    ChangeRow("upgrade by reset: policy", .upgrade, .reboot, Bench.newer, rules: ["A1", "A2"]) {
      $0.host.policy.activation.reload = false
    },
    ChangeRow(
      "upgrade by reset: a PSP that timed out, and a power_cycle hook", .upgrade, .reboot, Bench.newer, rules: ["A2"]
    ) {
      $0.observation.firmware.kernelLog?.timeouts = ["ccp: SEV command 0x20 timed out"]
      $0.host.policy.hooks[.powerCycle] = Policy.Hook(argv: ["/usr/local/bin/cut"], timeout: .seconds(60))
    },
    ChangeRow("downgrade by reset", .downgrade, .reboot, Bench.old, rules: ["A2", "A2", "S"]) { back(&$0) },
    ChangeRow("downgrade to the BIOS copy's version", .downgrade, .reboot, Bench.floor, rules: ["A2"]) {
      back(&$0, .version(Bench.floor))
      $0.catalog.images.append(Bench.image(Bench.floor, spl: 10))
    },
    ChangeRow("downgrade with an unknown floor, allowed", .downgrade, .reboot, Bench.old, rules: ["A2"]) {
      back(&$0)
      $0.options.allowUnknownFloor = true
      $0.floor = nil
    },
    ChangeRow("factory", .factory, .reboot, Bench.floor, rules: ["A2", "A2"]) { back(&$0, .factory) },
    ChangeRow("factory needs no floor", .factory, .reboot, nil, rules: ["A2"]) {
      back(&$0, .factory)
      $0.floor = nil
    },
    ChangeRow("factory where the BIOS copy runs and a file is armed", .factory, .reboot, Bench.running, rules: ["A2"]) {
      $0.options.target = .factory
      $0.floor?.version = Bench.running
      $0.observation.files[0].version = Bench.newer
    },
    ChangeRow("backup with a file", .downgrade, .reboot, Bench.old, rules: ["A2"]) {
      back(&$0, .backup)
      $0.backup = BackupSummary(id: "b1", running: Bench.old, image: Bench.image(Bench.old, spl: 20))
    },
    ChangeRow("backup of a host that ran its BIOS copy", .factory, .reboot, Bench.floor, rules: ["A2"]) {
      back(&$0, .backup)
      $0.backup = BackupSummary(id: "b1", running: Bench.floor, image: nil)
    },
    ChangeRow("a backup that is newer is an upgrade", .upgrade, .reload, Bench.newer, rules: ["A1"]) {
      $0.options.target = .backup
      $0.backup = BackupSummary(id: "b1", running: Bench.newer, image: Bench.image(Bench.newer, spl: 25))
    },
    ChangeRow("repair: no file", .repair, .none, Bench.running, rules: ["O2", "O"], steps: repairSteps) {
      $0.options.target = .version(Bench.running)
      $0.observation.files = []
    },
    ChangeRow("repair: another file would win", .repair, .none, Bench.running, rules: ["O2", "O"], steps: repairSteps) {
      $0.options.target = .version(Bench.running)
      $0.observation.files.append(
        FirmwareFile(path: "/lib/firmware/amd/amd_sev_fam19h_model01h.sbin", version: Bench.newer))
    },
    ChangeRow("repair: an old copy in the initramfs", .repair, .none, Bench.running, rules: ["O2"], steps: repairSteps)
    {
      $0.options.target = .version(Bench.running)
      $0.observation.initramfs = Initramfs(
        kernel: Bench.kernel, path: "/boot/initrd", containsCCP: true,
        files: [FirmwareFile(path: Bench.path, version: Bench.old)])
    },
    ChangeRow("repair asks neither Nova nor VMs", .repair, .none, Bench.running, rules: ["O2"], steps: repairSteps) {
      $0.options.target = .version(Bench.running)
      $0.observation.files = []
      $0.unknownCompute = "Nova is down"
      $0.observation.virtualMachines = VirtualMachines()
    },
    ChangeRow("a kernel change that policy allows is named", .upgrade, .reboot, Bench.newer, rules: ["A1", "A2", "A3"])
    {
      $0.host.policy.activation.reload = false
      $0.host.policy.activation.allowKernelChange = true
      $0.observation.nextBootKernel = "6.12.1"
    },
    ChangeRow("a package that owns the winner is named", .upgrade, .reload, Bench.newer, rules: ["A1", "A1", "P"]) {
      $0.observation.files[0].package = "amd64-microcode"
    },
    ChangeRow("factory with a package and a treatment", .factory, .reboot, Bench.floor, rules: ["A2", "P"]) {
      back(&$0, .factory)
      $0.observation.files[0].package = "amd64-microcode"
      $0.host.policy.packages = .hold
    },
    ChangeRow("a kexec kernel is unloaded first", .upgrade, .reload, Bench.newer, rules: ["A1", "A2"]) {
      $0.observation.kexecLoaded = true
    },
    ChangeRow("an unmet prerequisite of grade B is only named", .upgrade, .reload, Bench.newer, rules: ["A1", "A5"]) {
      $0.facts.prerequisites = [
        Facts.Prerequisite(
          generation: "Milan", fromVersion: nil, microcode: 0xFFFF_FFFF, bootloader: nil, text: "first the BIOS",
          fact: SampleFacts.b)
      ]
    },
    ChangeRow(
      "outside Nova nothing is cordoned", .upgrade, .reload, Bench.newer, rules: ["A1"],
      steps: [.observe, .backup, .prepare, .drain, .stage, .proveEmpty, .activate, .verify]
    ) { $0.host.computeHost = .notInNova },
  ]

  @Test("rows", arguments: rows) func changes(row: ChangeRow) throws {
    var bench = Bench()
    row.change(&bench)
    let change = try #require(bench.change, "\(bench.decide())")
    #expect(change.direction == row.direction)
    #expect(change.activation == row.activation)
    #expect(change.desired == row.desired)
    #expect(change.expected == Bench.running)
    #expect(change.steps == row.steps)
    #expect(change.reasons.map(\.rule).contains(inOrder: row.rules), "\(change.reasons)")
    #expect(change.reasons.allSatisfy { !$0.text.isEmpty })
    #expect((change.image == nil) == (change.direction == .factory))
    #expect((change.stagePath == nil) == (change.image == nil))
    #expect(change.wave == 1)
    // A table that the checker does not sign is wrong in one of the two places.
    let plan = Plan(changes: [change], upToDate: [], excluded: [], options: bench.options)
    let findings = PlanChecker(catalog: bench.catalog, facts: bench.facts)
      .findings(plan, observations: [bench.host.id: bench.observation])
    #expect(findings.isEmpty, "\(findings)")
  }

  @Test("every direction and every activation is some row's") func complete() {
    #expect(Set(Self.rows.map(\.direction)) == Set(HostChange.Direction.allCases))
    #expect(Set(Self.rows.map(\.activation)) == Set(HostChange.Activation.allCases))
  }

  struct UpToDateRow: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var change: @Sendable (inout Bench) -> Void
  }

  static let upToDateRows: [UpToDateRow] = [
    UpToDateRow(testDescription: "C: version and file are right") { $0.options.target = .version(Bench.running) },
    UpToDateRow(testDescription: "C: it needs no image for that") {
      $0.options.target = .version(Bench.running)
      $0.catalog = Catalog()
    },
    UpToDateRow(testDescription: "C: the BIOS copy is the version, and there is no file") {
      $0.options.target = .version(Bench.running)
      $0.floor?.version = Bench.running
      $0.observation.files = []
    },
    UpToDateRow(testDescription: "C: factory, the BIOS copy runs and will") {
      $0.options.target = .factory
      $0.floor?.version = Bench.running
      $0.observation.files = []
    },
    UpToDateRow(testDescription: "C: a named target for this CPU") {
      $0.host.target = .named("q3", versions: [Bench.folder: Bench.running])
    },
    UpToDateRow(testDescription: "C: servers and Nova do not matter then") {
      $0.options.target = .version(Bench.running)
      $0.put(Bench.server("e1", .sevES))
      $0.unknownCompute = "Nova is down"
    },
  ]

  @Test("up to date", arguments: upToDateRows) func staysAsItIs(row: UpToDateRow) {
    var bench = Bench()
    row.change(&bench)
    guard case .upToDate(let reason) = bench.decide() else {
      Issue.record("\(bench.decide())")
      return
    }
    #expect(reason.rule == "C")
    #expect(reason.text.contains("1.55.29"))
  }

  @Test("a floor above what runs is refuted by what runs, so it is unknown (A4)") func refutedFloor() throws {
    var bench = Bench()
    Self.back(&bench)
    bench.floor?.version = Bench.newer
    #expect(bench.exclusion?.kind == .unknownFloor)
    Self.back(&bench, .factory)
    #expect(try #require(bench.change).desired == nil)
  }
}

extension Array where Element: Equatable {
  /// Whether the elements of `other` stand here in this order, with others in between.
  func contains(inOrder other: [Element]) -> Bool {
    var rest = self[...]
    for element in other {
      guard let index = rest.firstIndex(of: element) else { return false }
      rest = rest[(index + 1)...]
    }
    return true
  }
}
