import FleetCore
import Testing

@Suite("RULES V, A2: what is read back after an activation") struct VerifyRulesTests {
  /// What a row changes: the look after, the facts before, the change, and how it was activated.
  struct Read: Sendable {
    var change: HostChange
    var before: RunFacts
    var activated: HostChange.Activation
    var loadedAt: Double?
    var seen: Observation
    var floor: FloorEvidence?
  }

  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var failure: FailureKind?
    var findings: [String]
    var change: @Sendable (inout Read) -> Void

    init(
      _ name: String, _ failure: FailureKind? = nil, findings: [String] = [],
      _ change: @escaping @Sendable (inout Read) -> Void = { _ in }
    ) {
      testDescription = name
      self.failure = failure
      self.findings = findings
      self.change = change
    }
  }

  /// An upgrade by reload that went well.
  private static func good() -> Read {
    var seen = Bench.observation()
    seen.firmware.kernelLog = Bench.log(Bench.newer)
    seen.firmware.kernelLog?.apis.append(.init(seconds: 900, version: Bench.newer, isSNP: false, line: ""))
    seen.files = [FirmwareFile(path: Bench.path, sha256: "n", version: Bench.newer, spl: 25)]
    seen.checks = [ToolCheck(text: "SEV", verdict: .pass, depth: 0)]
    let change = HostChange(
      host: seen.host, computeHost: .named("cmp-1"), expected: Bench.running, desired: Bench.newer,
      image: Bench.image(Bench.newer, spl: 25), direction: .upgrade, activation: .reload, floor: Bench.floor,
      sevES: SEVESImpact(verdict: .kept, text: ""), attestation: AttestationImpact(), reasons: [])
    var before = RunFacts(
      version: Bench.running, features: SEVFeatures(sev: .usable, sevES: .usable, sevSNP: .usable), passes: ["SEV"],
      bootID: "boot-1", kernel: Bench.kernel)
    before.firmwareBootRecord = "fpdt-1"
    let floor = FloorEvidence(
      version: Bench.floor, bios: "B 1.2", evidence: "", observedAt: Instant(milliseconds: 1))
    return Read(change: change, before: before, activated: .reload, loadedAt: 899, seen: seen, floor: floor)
  }

  /// A reset whose log shows the floor.
  private static func reset(_ read: inout Read, to version: FirmwareVersion = Bench.newer, witness: Bool = true) {
    read.activated = .reboot
    read.loadedAt = nil
    read.seen.bootID = "boot-2"
    read.seen.firmware.kernelLog = Bench.log(version)
    if witness {
      read.seen.firmware.kernelLog?.updates = [.init(seconds: 3, from: Bench.floor, to: version, line: "updated")]
    }
    read.seen.files = [FirmwareFile(path: Bench.path, version: version, spl: 25)]
    read.change.desired = version
    read.change.direction = version < Bench.running ? .downgrade : .upgrade
  }

  static let rows: [Row] = [
    Row("a reload that went well"),
    Row("V1: the log line is older than the load", .unknownVersion) { $0.loadedAt = 5000 },
    Row("V1: nobody knows when it loaded", .unknownVersion) { $0.loadedAt = nil },
    Row("V1: no source", .unknownVersion) { $0.seen.firmware = FirmwareReadings() },
    Row("V1: sevctl contradicts", .contradictorySources) { $0.seen.firmware.sevctl = Bench.running },
    Row("V1: sevctl alone is no log line of this load", .unknownVersion) {
      $0.seen.firmware = FirmwareReadings(sevctl: Bench.newer)
    },
    Row("FACTS 2.5: refused in silence", .notApplied) {
      $0.seen.firmware.kernelLog?.apis = [.init(seconds: 900, version: Bench.running, isSNP: false, line: "")]
    },
    Row("A2: a reset with its witness in the log") { reset(&$0) },
    Row("A2: an upgrade without witness is a finding", findings: ["resetUnproven"]) { reset(&$0, witness: false) },
    Row("A2: the boot record of the firmware is a witness") {
      reset(&$0, witness: false)
      $0.seen.firmwareBootRecord = "fpdt-2"
    },
    Row("A2: an unchanged boot record is none", findings: ["resetUnproven"]) {
      reset(&$0, witness: false)
      $0.seen.firmwareBootRecord = "fpdt-1"
    },
    Row("A2: a kernel that another kernel started was not reset, whatever looks new", findings: ["resetUnproven"]) {
      reset(&$0)
      $0.seen.firmwareBootRecord = "fpdt-2"
      $0.seen.startedByKexec = true
    },
    Row("A2: after a kexec the update starts from what ran: no witness", findings: ["resetUnproven"]) {
      reset(&$0)
      $0.seen.firmware.kernelLog?.updates = [.init(seconds: 3, from: Bench.running, to: Bench.newer, line: "updated")]
    },
    Row("A2: a downgrade that runs is its own witness") { reset(&$0, to: Bench.old, witness: false) },
    Row("A2: a downgrade without witness that did not happen", .resetUnproven) {
      reset(&$0, to: Bench.old, witness: false)
      $0.seen.firmware.kernelLog = Bench.log(Bench.running)
    },
    Row("A4: the BIOS copy came back instead", .needsBIOS) {
      reset(&$0, to: Bench.old)
      $0.seen.firmware.kernelLog = Bench.log(FirmwareVersion(1, 55, 20))
    },
    Row("A3: another kernel than the plan says", .kernelChanged) {
      reset(&$0)
      $0.seen.kernel = "6.12.1"
    },
    Row("A3: the kernel change that the plan names") {
      reset(&$0)
      $0.change.kernelChange = KernelChange(from: Bench.kernel, to: "6.12.1")
      $0.seen.kernel = "6.12.1"
    },
    Row("factory: another version than the BIOS copy", .notApplied) {
      reset(&$0, to: Bench.old)
      $0.change.direction = .factory
      $0.change.desired = Bench.floor
    },
    Row("V3: SEV does not start", .unhealthy) {
      $0.seen.parameters = SEVParameters(sev: false, sevES: false, sevSNP: false)
      $0.seen.firmware.kernelLog?.initErrors = [.init(seconds: 900, code: 10, line: "")]
    },
    Row("V3: SNP is off now", .unhealthy) { $0.seen.parameters.sevSNP = false },
    Row("V3: a loss of SEV-ES that the plan did not say", .unhealthy) { $0.seen.files[0].spl = 27 },
    Row("V3: a loss of SEV-ES that was accepted") {
      $0.seen.files[0].spl = 27
      $0.change.sevES = SEVESImpact(verdict: .lost, text: "", accepted: true)
    },
    Row("V3: a PASS became FAIL", .unhealthy) {
      $0.seen.checks = [ToolCheck(text: "SEV", verdict: .fail, depth: 0)]
    },
    Row("V3: what failed before may fail") {
      $0.before.passes = []
      $0.seen.checks = [ToolCheck(text: "SEV", verdict: .fail, depth: 0)]
    },
    Row("V3: the same check with another message", .unhealthy) {
      $0.before.passes = ["SNP INIT: SNP is INIT"]
      $0.seen.checks = [ToolCheck(text: "SNP INIT: SNP is UNINIT", verdict: .fail, depth: 0)]
    },
    Row("V3: what the tool could not read is no verdict") {
      $0.before.passes = ["SME: Enabled in MSR"]
      $0.seen.checks = [ToolCheck(text: "SME: MSR read failed", verdict: .fail, depth: 0)]
    },
    Row("V3: the tool is there and makes no checks", .unhealthy) {
      $0.seen.checks = []
      $0.seen.tools = ["snphost": "/usr/bin/snphost"]
    },
    Row("V3: no tool is left to make checks", findings: ["checksUnread"]) { $0.seen.checks = [] },
    Row("V1: a line as old as the newest before the load is not of this load", .unknownVersion) { $0.loadedAt = 900 },
    Row("V3: an error of before the reload says nothing of it") {
      $0.seen.firmware.kernelLog?.initErrors = [.init(seconds: 4, code: 10, line: "")]
      $0.seen.firmware.kernelLog?.timeouts = ["[    4.100000] ccp 0000:43:00.1: sev command 0x4 timed out"]
    },
    Row("FACTS 7.8: a PSP that times out in this load", .unhealthy) {
      $0.seen.firmware.kernelLog?.timeouts = ["[  900.100000] ccp 0000:43:00.1: sev command 0x4 timed out"]
    },
    Row("FACTS 7.8: a PSP that times out after the reset, whatever else is unknown", .unhealthy) {
      reset(&$0)
      $0.seen.firmware = FirmwareReadings(
        kernelLog: KernelLogFacts(timeouts: ["[    4.100000] ccp 0000:43:00.1: sev command 0x4 timed out"]))
    },
    Row("factory: no floor is known, and a file was loaded all the same", .notApplied) {
      reset(&$0)
      $0.change.direction = .factory
      $0.change.desired = nil
    },
    Row("factory: no floor is known, and nothing was loaded", findings: ["unstable"]) {
      reset(&$0, to: Bench.old, witness: false)
      $0.change.direction = .factory
      $0.change.desired = nil
      $0.change.image = nil
      $0.seen.files = []
    },
    Row("A4: another file won although the board started low enough", .notApplied) {
      reset(&$0, to: Bench.old)
      $0.seen.firmware.kernelLog = Bench.log(FirmwareVersion(1, 55, 20))
      $0.seen.firmware.kernelLog?.updates = [
        .init(seconds: 3, from: Bench.floor, to: FirmwareVersion(1, 55, 20), line: "updated")
      ]
    },
    Row("V2: what the TCB tells is read, and fails nothing", findings: ["reportedTCB", "tcbUnexpected"]) {
      let platform = TCBVersion(bootloader: 4, tee: 0, snp: 24, microcode: 219)
      var reported = platform
      reported.snp = 23
      $0.seen.tcb = TCBReading(reported: reported, platform: platform, source: .snphost)
    },
    Row("V2: a TCB that cannot be believed", findings: ["tcbUnreadable"]) {
      $0.seen.tcb = TCBReading(rejected: ObservationNote(source: "snphost", text: "every component is zero", raw: ""))
    },
    Row("FACTS 2.12: it runs and would not survive a reset", findings: ["unstable"]) {
      $0.seen.initramfs = Initramfs(
        kernel: Bench.kernel, path: "/boot/i", containsCCP: true,
        files: [FirmwareFile(path: Bench.path, version: Bench.running)])
    },
    Row("a repair activates nothing, so no line of a load is owed") {
      $0.change.direction = .repair
      $0.change.desired = Bench.running
      $0.activated = .none
      $0.loadedAt = nil
      $0.seen = Bench.observation()
      $0.seen.checks = [ToolCheck(text: "SEV", verdict: .pass, depth: 0)]
    },
  ]

  @Test("rows", arguments: rows) func judge(row: Row) {
    var read = Self.good()
    row.change(&read)
    let rules = VerifyRules(
      change: read.change, before: read.before, activated: read.activated, loadedAt: read.loadedAt,
      facts: SampleFacts.all)
    let judgement = rules.judge(read.seen, floor: read.floor)
    #expect(judgement.failure?.kind == row.failure, "\(judgement.failure?.text ?? "no failure")")
    if row.failure == nil { #expect(judgement.findings.map(\.rule) == row.findings, "\(judgement.findings)") }
  }

  @Test("a refusal names its most likely cause: another file, or the PSP's error") func causes() {
    var read = Self.good()
    read.seen.firmware.kernelLog?.apis = [.init(seconds: 900, version: Bench.running, isSNP: false, line: "")]
    read.seen.files[0].sha256 = "other"
    func text() -> String {
      VerifyRules(
        change: read.change, before: read.before, activated: .reload, loadedAt: 899, facts: SampleFacts.all
      ).judge(read.seen, floor: nil).failure?.text ?? ""
    }
    #expect(text().contains("\(Bench.path) was loaded in its place"))
    read.seen.firmware.kernelLog?.initErrors = [.init(seconds: 900, code: 10, line: "")]
    #expect(text().contains("BAD_SIGNATURE"))
  }

  /// Seconds since the reset was asked for, seconds up, and whether that can be.
  static let uptimes: [(Int, Int?, Bool)] = [
    (300, 200, true), (300, 300, true), (300, 420, true), (300, 421, false), (300, 90_000, false), (300, nil, true),
    (0, 25, true), (-60, 90_000, true),
  ]

  @Test("A2: a host that was up before the reset was asked for has not booted", arguments: uptimes)
  func uptime(asked: Int, up: Int?, isSane: Bool) {
    for direction in [HostChange.Direction.upgrade, .downgrade] {
      var read = Self.good()
      Self.reset(&read)
      read.change.direction = direction
      read.seen.uptimeSeconds = up
      var rules = VerifyRules(
        change: read.change, before: read.before, activated: .reboot, loadedAt: nil, facts: SampleFacts.all)
      #expect(rules.judge(read.seen, floor: read.floor).failure == nil)
      rules.resetAskedAt = read.seen.observedAt + .seconds(-asked)
      let failure = rules.judge(read.seen, floor: read.floor).failure
      #expect(failure?.kind == (isSane ? nil : .resetUnproven))
      #expect(isSane || failure?.text.contains("up for \(up ?? 0) s") == true)
    }
  }
}
