import FleetCore
import Testing

@Suite("The decision table: paths, packages, initramfs, drain") struct DecisionDetailTests {
  @Test(
    "where the image is staged",
    arguments: [
      (Policy.StageInto.amd, Policy.Packages.accept, ""), (.amd, .hold, ""), (.amd, .divert, ""),
      (.amd, .updates, "updates/"), (.updates, .accept, "updates/"), (.updates, .hold, "updates/"),
    ])
  func stagePath(into: Policy.StageInto, packages: Policy.Packages, folder: String) throws {
    var bench = Bench()
    bench.host.policy.stageInto = into
    bench.host.policy.packages = packages
    let change = try #require(bench.change)
    #expect(change.stagePath == "/lib/firmware/\(folder)amd/amd_sev_fam19h_model0xh.sbin")
    #expect(change.removePaths.isEmpty)
  }

  @Test("factory takes away every file the kernel could load, in its order, and no other") func removePaths() throws {
    var bench = Bench()
    bench.options = PlanOptions(target: .factory, allowDowngrade: true)
    let paths = [
      "/lib/firmware/amd/sev.fw", Bench.path, "/lib/firmware/updates/amd/amd_sev_fam19h_model0xh.sbin",
      "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin.xz", "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin.zst",
      "/lib/firmware/amd/amd_sev_fam19h_model1xh.sbin",
    ]
    bench.observation.files = paths.map { FirmwareFile(path: $0, version: Bench.running) }
    #expect(try #require(bench.change).removePaths == [paths[2], paths[1], paths[3], paths[0]])
  }

  @Test("factory where the BIOS copy runs already is left alone if nobody could tell that it worked")
  func factoryWithoutEnd() {
    var bench = Bench()
    bench.options = PlanOptions(target: .factory, allowDowngrade: true)
    bench.observation.firmware.kernelLog = Bench.log(Bench.floor)
    bench.observation.files = []
    bench.observation.initramfs = Initramfs(kernel: Bench.kernel, path: "/boot/initrd.img-\(Bench.kernel)")
    #expect(bench.exclusion?.kind == .cannotActivate, "\(bench.decide())")
    bench.observation.nextBootKernel = nil
    bench.host.policy.activation.allowKernelChange = true
    #expect(bench.exclusion?.kind == .kernelChange, "\(bench.decide())")
  }

  @Test("attestation changes wherever SNP may run, also where nobody can tell that it does") func attestation() throws {
    var bench = Bench()
    #expect(try #require(bench.change).attestation.vcekChanges)
    bench.observation.parameters.sevSNP = nil
    bench.observation.firmware.kernelLog?.snpEnabled = nil
    bench.observation.firmware.kernelLog?.reachesBoot = false
    #expect(try #require(bench.change).attestation.vcekChanges)
    bench.observation.parameters.sevSNP = false
    #expect(try #require(bench.change).attestation == AttestationImpact())
    #expect(try #require(bench.change).attestation.reportSentence == nil)
  }

  static let pendingRows: [(Policy.Packages, [PendingPackage]?, [String], String)] = [
    (.accept, nil, [], "owns the winning file; treatment: accept"),
    (.accept, [.init(name: "fw", installed: "1", candidate: "1")], [], "owns the winning file; treatment: accept"),
    (.accept, [.init(name: "fw", installed: "1", candidate: nil)], [], "owns the winning file; treatment: accept"),
    (.accept, [.init(name: "other", installed: "1", candidate: "2")], [], "owns the winning file; treatment: accept"),
    (
      .accept, [.init(name: "fw", installed: "1", candidate: "2")], [],
      "owns the winning file; treatment: accept; version 2 is pending and would overwrite it"
    ),
    (
      .accept, [.init(name: "fw", installed: "1", candidate: "2")], ["fw"],
      "owns the winning file; treatment: accept; version 2 is pending, and the package is held"
    ),
    (
      .hold, [.init(name: "fw", installed: "1", candidate: "2")], [],
      "owns the winning file; treatment: hold; version 2 is pending"
    ),
  ]

  @Test("what is pending of a package that owns the file (P)", arguments: pendingRows)
  func pending(treatment: Policy.Packages, packages: [PendingPackage]?, held: [String], text: String) throws {
    var bench = Bench()
    bench.observation.files[0].package = "fw"
    bench.host.policy.packages = treatment
    bench.observation.pendingPackages = packages
    bench.observation.heldPackages = held
    #expect(try #require(bench.change).reasons.filter { $0.rule == "P" }.map(\.text) == ["fw \(text)"])
  }

  @Test("a package that owns only the file to be overwritten is not said to own the winner (P)") func ownerOfWhich()
    throws
  {
    var bench = Bench()
    bench.observation.files[0].package = "fw"
    bench.observation.files.append(
      FirmwareFile(
        path: "/lib/firmware/amd/amd_sev_fam19h_model01h.sbin", sha256: "a", version: Bench.running, spl: 24))
    let texts = try #require(bench.change).reasons.filter { $0.rule == "P" }.map(\.text)
    #expect(texts == ["fw owns a file that is replaced; treatment: accept"])
  }

  struct ReportRow: Sendable {
    var before: (number: Int, grade: FactGrade)?
    var after: (number: Int, grade: FactGrade)?
    var step: ReportVersionStep?
    var word: String?
  }

  static let reportRows: [ReportRow] = [
    ReportRow(step: nil, word: "is unknown"),
    ReportRow(before: (2, .a), after: (4, .b), step: .init(before: 2, after: 4), word: "must accept report version 4"),
    ReportRow(before: (3, .b), after: (3, .a), step: .init(before: 3, after: 3), word: nil),
    ReportRow(after: (5, .a), step: .init(before: nil, after: 5), word: "report version 5; what it was is unknown"),
    ReportRow(before: (2, .a), step: .init(before: 2, after: nil), word: "was 2 and may change"),
    ReportRow(before: (2, .a), after: (4, .c), step: .init(before: 2, after: nil), word: "was 2 and may change"),
    ReportRow(before: (2, .inferred), after: (4, .c), step: nil, word: "is unknown"),
  ]

  @Test("a new report version is announced, and an unknown one is told to be unknown", arguments: reportRows)
  func reportVersions(row: ReportRow) throws {
    var bench = Bench()
    bench.facts.firmware = [(Bench.running, row.before), (Bench.newer, row.after)].map { version, report in
      Facts.Firmware(
        generation: "Milan", version: version, spl: nil, splFact: nil, reportVersion: report?.number,
        reportFact: report.map { Fact(grade: $0.grade, sources: ["test"]) }, note: nil, fact: SampleFacts.a)
    }
    let impact = try #require(bench.change).attestation
    #expect(impact.reportVersion == row.step)
    #expect(row.word.map { impact.reportSentence?.contains($0) == true } ?? (impact.reportSentence == nil))
  }

  @Test(
    "the initramfs of the kernel that boots next is rebuilt where ccp takes its file from it",
    arguments: [
      (true, .module, true, Bench.kernel, true), (true, .module, false, Bench.kernel, true),
      (false, .module, true, Bench.kernel, false), (false, .builtin, true, Bench.kernel, true),
      (false, .builtin, false, Bench.kernel, true), (nil, .module, false, Bench.kernel, true),
      (true, .module, true, "6.1.0-1-amd64", false),
    ] as [(Bool?, ModuleState.Presence, Bool, String, Bool)])
  func rebuild(ccp: Bool?, presence: ModuleState.Presence, holds: Bool, kernel: String, expected: Bool) throws {
    var bench = Bench()
    bench.observation.modules.ccp = presence
    bench.observation.initramfs = Initramfs(
      kernel: kernel, path: "/boot/i", containsCCP: ccp,
      files: holds ? [FirmwareFile(path: Bench.path, version: Bench.old)] : [])
    #expect(try #require(bench.change).rebuildInitramfs == (expected ? Bench.kernel : nil))
  }

  @Test("a package is named by the file that wins, or that staging would overwrite (P)") func package() throws {
    var bench = Bench()
    bench.host.policy.packages = .divert
    bench.observation.files = [
      FirmwareFile(path: "/lib/firmware/amd/amd_sev_fam19h_model01h.sbin", version: Bench.running),
      FirmwareFile(path: "/lib/firmware/amd/sev.fw", version: Bench.old, package: "shadowed"),
    ]
    #expect(try #require(bench.change).package == nil)
    bench.observation.files.append(FirmwareFile(path: Bench.path, version: Bench.old, package: "overwritten"))
    #expect(try #require(bench.change).package == PackageTreatment(name: "overwritten", treatment: .divert))
    bench.observation.files[0].package = "winner"
    let change = try #require(bench.change)
    #expect(change.package == PackageTreatment(name: "winner", treatment: .divert))
    let named = change.reasons.filter { $0.rule == "P" }.map(\.text)
    #expect(named.count == 2 && named[0].contains("winner") && named[1].contains("overwritten"))
  }

  @Test("a hold is of one package: two that own what factory takes away are too many (P)") func twoOwners() throws {
    var bench = Bench()
    bench.options = PlanOptions(target: .factory, allowDowngrade: true)
    bench.host.policy.packages = .hold
    bench.observation.files = [
      FirmwareFile(path: Bench.path, version: Bench.running, package: "amd64-microcode"),
      FirmwareFile(path: "/lib/firmware/amd/sev.fw", version: Bench.old, package: "linux-firmware"),
    ]
    let exclusion = try #require(bench.exclusion)
    #expect(exclusion.kind == .prerequisite && exclusion.rule == "P")
    #expect(exclusion.found == "amd64-microcode, linux-firmware")
    bench.observation.files[1].package = "amd64-microcode"
    #expect(bench.change?.package == PackageTreatment(name: "amd64-microcode", treatment: .hold))
  }

  @Test("a TCB that cannot be true is named, and the host goes on without it (V2)") func rejectedTCB() throws {
    var bench = Bench()
    bench.observation.tcb.rejected = ObservationNote(source: "snphost", text: "FMC 219", raw: "raw")
    #expect(try #require(bench.change).reasons.contains { $0.rule == "V2" && $0.text.contains("FMC 219") })
  }

  @Test("two levels that disagree are both named (V2)") func twoLevels() throws {
    var bench = Bench()
    bench.observation.tcb.platform = TCBVersion(bootloader: 4, tee: 0, snp: 20, microcode: 219)
    let reasons = try #require(bench.change).reasons
    #expect(reasons.contains { $0.rule == "V2" && $0.text.contains("20") && $0.text.contains("24") })
  }

  @Test("a backup without a file and an unknown BIOS copy: a person may try (A4)") func unknownBackup() throws {
    var bench = Bench()
    bench.options = PlanOptions(target: .backup, allowDowngrade: true, allowUnknownFloor: true)
    bench.floor = nil
    bench.backup = BackupSummary(id: "b1", running: Bench.old, image: nil)
    let change = try #require(bench.change)
    #expect(change.direction == .factory && change.desired == nil)
  }

  @Test("a repair goes on where it changes what the next reset loads (O2)") func repairHelps() throws {
    var bench = Bench()
    bench.options.target = .version(Bench.running)
    // A winner that cannot be read is replaced, and the plan after this one can tell.
    bench.observation.files[0].version = nil
    #expect(try #require(bench.change).direction == .repair)
    bench.observation.files[0].sha256 = String(repeating: "a", count: 64)
    #expect(bench.exclusion?.kind == .cannotActivate)
    // With ccp in the initramfs the rebuild changes what is loaded.
    bench.observation.initramfs = Initramfs(
      kernel: Bench.kernel, path: "/boot/i", containsCCP: true, files: [FirmwareFile(path: Bench.path)])
    #expect(try #require(bench.change).rebuildInitramfs == Bench.kernel)
  }

  @Test("the drain: every server once, by id, and whether one is needed") func drain() throws {
    var bench = Bench()
    #expect(try #require(bench.change).drain == DrainPlan())
    bench.put(Bench.server("b", status: .shutoff))
    #expect(try #require(bench.change).drain.needed == false)
    bench.put(Bench.server("b", status: .shutoff), Bench.server("a"))
    let drain = try #require(bench.change).drain
    #expect(drain.needed)
    #expect(drain.servers.map(\.id) == ["a", "b"])
    #expect(drain.servers.map(\.move) == [.live, .leave])
    #expect(drain.restarts.isEmpty)
  }

  @Test("restarts are counted: what runs and is moved cold or stopped (D2)") func restarts() throws {
    var bench = Bench()
    bench.host.policy.drain.sev = .cold
    bench.host.policy.drain.shutoff = .move
    bench.coldDestinations = ["cmp-2"]
    bench.put(Bench.server("a", .sev), Bench.server("b", .sevSNP), Bench.server("c", .sev, status: .shutoff))
    let change = try #require(bench.change)
    #expect(change.drain.servers.map(\.move) == [.cold, .cold, .cold])
    #expect(change.drain.restarts.map(\.id) == ["a", "b"])
    let plan = Plan(changes: [change], upToDate: [], excluded: [])
    #expect(plan.restartSentence == "2 servers of 2 projects will be shut down")
    #expect(Plan(changes: [], upToDate: [], excluded: []).restartSentence == nil)
  }

  @Test("a host is never its own destination (D4)") func ownName() throws {
    var bench = Bench()
    bench.host.policy.drain.sev = .cold
    bench.coldDestinations = [Bench.name, "cmp-2"]
    bench.put(Bench.server("a", .sev))
    #expect(try #require(bench.change).drain.servers[0].destinations == ["cmp-2"])
    bench.sevESDestinations = [Bench.name, "cmp-3"]
    bench.put(Bench.server("a", .sevES))
    #expect(try #require(bench.change).drain.servers[0].destinations == ["cmp-3"])
  }

  @Test("a service that a person disabled stays theirs, and the host may change (D9)") func disabledByPerson() {
    var bench = Bench()
    bench.view.service.isEnabled = false
    bench.view.service.disabledReason = "disk swap"
    #expect(bench.change != nil)
  }

  @Test("the command line's target beats the inventory's") func precedence() throws {
    var bench = Bench()
    bench.options.target = .version(Bench.running)
    #expect(bench.change == nil && bench.exclusion == nil)
  }

  @Test(
    "a prerequisite of other models or steppings does not concern it (A5)",
    arguments: [(nil, nil, false), ([1], [1], false), ([2], nil, true), (nil, [0, 2], true), ([1], [0], true)]
      as [([Int]?, [Int]?, Bool)])
  func prerequisiteOf(models: [Int]?, steppings: [Int]?, isFree: Bool) {
    var bench = Bench()
    bench.facts.prerequisites = [
      Facts.Prerequisite(
        generation: "Milan", fromVersion: nil, models: models, steppings: steppings, microcode: 0xFFFF_FFFF,
        bootloader: nil, text: "first the BIOS", fact: SampleFacts.a)
    ]
    #expect((bench.exclusion == nil) == isFree)
    #expect(isFree || bench.exclusion?.kind == .prerequisite)
  }

  @Test("bios-preferred generations say so (A5)") func biosPreferred() throws {
    var bench = Bench()
    bench.observation.cpu = CPUIdentity(family: 25, model: 17, stepping: 1)
    let folder = FamilyModel(family: 25, modelHigh: 1)
    bench.catalog = Catalog(images: [Bench.image(Bench.newer, spl: 20, folder: folder)])
    bench.observation.files = [
      FirmwareFile(path: "/lib/firmware/amd/\(folder.kernelName)", version: Bench.running, spl: 19)
    ]
    #expect(try #require(bench.change).reasons.contains { $0.rule == "A5" && $0.text.contains("BIOS") })
  }
}
