import FleetCore
import Testing

@Suite("RULES V3, V2: the effective state of SEV, SEV-ES and SNP") struct SEVFeaturesTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// SEV, SEV-ES, SNP.
    var expected: [FeatureVerdict]
    var change: @Sendable (inout Observation) -> Void

    init(_ name: String, _ expected: [FeatureVerdict], _ change: @escaping @Sendable (inout Observation) -> Void) {
      testDescription = name
      self.expected = expected
      self.change = change
    }
  }

  private static func run(_ seen: inout Observation, _ version: FirmwareVersion, snp: UInt8?) {
    seen.firmware.kernelLog = Bench.log(version)
    seen.files = []
    seen.tcb.platform = snp.map { TCBVersion(bootloader: 4, tee: 0, snp: $0, microcode: 219) }
  }

  static let rows: [Row] = [
    Row("all on, level 26", [.usable, .usable, .usable]) { run(&$0, Bench.running, snp: 26) },
    Row("level 27: SEV-ES is lost although the parameter says Y", [.usable, .lost, .usable]) {
      run(&$0, Bench.losing, snp: 27)
    },
    Row("no level, 1.55.31", [.usable, .usable, .usable]) { run(&$0, Bench.newer, snp: nil) },
    Row("no level, 1.55.33 on Milan", [.usable, .unknown, .usable]) { run(&$0, FirmwareVersion(1, 55, 33), snp: nil) },
    Row("no level, 1.55.33, and the kernel says unusable", [.usable, .lost, .usable]) {
      run(&$0, FirmwareVersion(1, 55, 33), snp: nil)
      $0.firmware.kernelLog?.sevESUnusable = true
    },
    Row("no level, 1.55.36", [.usable, .lost, .usable]) { run(&$0, Bench.losing, snp: nil) },
    Row("SNP off: SEV-ES stays", [.usable, .usable, .off]) {
      run(&$0, Bench.losing, snp: 28)
      $0.parameters.sevSNP = false
    },
    Row("no parameter, an RMP table alone: unknown, and a level that refuses", [.usable, .unknown, .unknown]) {
      run(&$0, Bench.losing, snp: 28)
      $0.parameters.sevSNP = nil
      $0.firmware.kernelLog?.snpEnabled = nil
      $0.firmware.kernelLog?.hasRMPTable = true
    },
    Row("no parameter, and a log that lost its boot", [.usable, .unknown, .unknown]) {
      run(&$0, Bench.losing, snp: 28)
      $0.parameters.sevSNP = nil
      $0.firmware.kernelLog?.snpEnabled = nil
      $0.firmware.kernelLog?.reachesBoot = false
    },
    Row("no parameter, and a whole log without a word of SNP: off", [.usable, .usable, .off]) {
      run(&$0, Bench.losing, snp: 28)
      $0.parameters.sevSNP = nil
      $0.firmware.kernelLog?.snpEnabled = nil
    },
    Row("no parameter, and the newest load started SNP", [.usable, .lost, .usable]) {
      run(&$0, Bench.losing, snp: 28)
      $0.parameters.sevSNP = nil
      $0.firmware.kernelLog?.snpEnabled = nil
      $0.firmware.kernelLog?.apis.append(.init(seconds: 4.01, version: Bench.losing, isSNP: true, line: ""))
    },
    Row("no parameter, and only an older load started SNP", [.usable, .unknown, .unknown]) {
      run(&$0, Bench.losing, snp: 28)
      $0.parameters.sevSNP = nil
      $0.firmware.kernelLog?.snpEnabled = nil
      $0.firmware.kernelLog?.apis = [
        .init(seconds: 4, version: Bench.running, isSNP: true, line: ""),
        .init(seconds: 9000, version: Bench.losing, isSNP: false, line: ""),
      ]
    },
    Row("SNP told by the log alone", [.usable, .lost, .usable]) {
      run(&$0, Bench.losing, snp: 28)
      $0.parameters.sevSNP = nil
      $0.firmware.kernelLog?.snpEnabled = true
    },
    Row("SNP off by the log alone", [.usable, .usable, .off]) {
      run(&$0, Bench.losing, snp: 28)
      $0.parameters.sevSNP = nil
      $0.firmware.kernelLog?.snpEnabled = false
    },
    Row("SEV-ES switched off", [.usable, .off, .usable]) { $0.parameters.sevES = false },
    Row("no parameter is unknown", [.unknown, .unknown, .usable]) {
      $0.parameters.sev = nil
      $0.parameters.sevES = nil
    },
    Row("the kernel says unusable, whatever the level says", [.usable, .lost, .usable]) {
      run(&$0, Bench.running, snp: 24)
      $0.firmware.kernelLog?.sevESUnusable = true
    },
    Row("INIT failed while the parameters say Y", [.lost, .lost, .lost]) {
      $0.firmware.kernelLog?.initErrors = [.init(seconds: 4.1, code: 1, line: "SEV: failed to INIT error 0x1, rc -5")]
    },
    Row("SNP alone failed: SEV and SEV-ES start without it", [.usable, .usable, .lost]) {
      run(&$0, Bench.losing, snp: 28)
      $0.firmware.kernelLog?.initErrors = [
        .init(seconds: 3.9, code: 1, line: "SEV-SNP: failed to INIT rc -5, error 0x1")
      ]
    },
    Row("a load that failed is forgotten once a later one succeeds", [.usable, .usable, .usable]) {
      $0.firmware.kernelLog?.initErrors = [.init(seconds: 4.1, code: 1, line: "")]
      $0.firmware.kernelLog?.apis.append(.init(seconds: 9000, version: Bench.running, isSNP: false, line: ""))
    },
    Row("an error older than the last probe of the processor is of another load", [.usable, .usable, .usable]) {
      $0.firmware.kernelLog?.initErrors = [.init(seconds: 3.9, code: 1, line: "")]
      $0.firmware.kernelLog?.probedAt = 3.95
    },
    Row("an error after the newest version line counts, however late", [.lost, .lost, .lost]) {
      $0.firmware.kernelLog?.initErrors = [.init(seconds: 60, code: 1, line: "")]
    },
    Row("INIT failed: lost, not off", [.lost, .lost, .lost]) {
      $0.parameters = SEVParameters(sev: false, sevES: false, sevSNP: false)
      $0.firmware.kernelLog?.initErrors = [.init(seconds: 5, code: 1, line: "")]
    },
    Row("switched off without an error", [.off, .off, .off]) {
      $0.parameters = SEVParameters(sev: false, sevES: false, sevSNP: false)
    },
    Row("Rome has no SNP", [.usable, .usable, .off]) {
      run(&$0, FirmwareVersion(0, 24, 20), snp: nil)
      $0.cpu = CPUIdentity(family: 23, model: 49, stepping: 0)
    },
    Row("an unknown CPU", [.usable, .unknown, .unknown]) { $0.cpu = nil },
    Row("Turin at level 4", [.usable, .lost, .usable]) {
      run(&$0, FirmwareVersion(1, 55, 65), snp: 4)
      $0.cpu = CPUIdentity(family: 26, model: 2, stepping: 1)
    },
    Row("Genoa without a level", [.usable, .unknown, .usable]) {
      run(&$0, FirmwareVersion(1, 55, 31), snp: nil)
      $0.cpu = CPUIdentity(family: 25, model: 17, stepping: 1)
    },
  ]

  @Test("rows", arguments: rows) func judge(row: Row) {
    var seen = Bench.observation()
    row.change(&seen)
    let found = SEVFeatures.judge(seen, facts: SampleFacts.all)
    #expect([found.sev, found.sevES, found.sevSNP] == row.expected)
  }

  @Test("two levels that disagree make SEV-ES unknown, whatever the version says") func contradictoryLevels() {
    var seen = Bench.observation()
    #expect(SEVFeatures.judge(seen, facts: SampleFacts.all).sevES == .usable)
    seen.tcb.platform = TCBVersion(bootloader: 4, tee: 0, snp: 28, microcode: 219)
    #expect(SEVFeatures.judge(seen, facts: SampleFacts.all).sevES == .unknown)
  }

  @Test("the level is read by snphost first, then derived from the running build, never guessed") func level() {
    var seen = Bench.observation()
    func source() -> String {
      seen.currentSNP(facts: SampleFacts.all).map { "\($0.level) \($0.source.rawValue)" } ?? "none"
    }
    #expect(source() == "24 derived")
    seen.tcb.platform = TCBVersion(bootloader: 4, tee: 0, snp: 24, microcode: 219)
    #expect(source() == "24 snphost")
    // The file of the version that runs says 24: both are shown, and neither is believed.
    seen.tcb.platform?.snp = 23
    #expect(source() == "none")
    let why = seen.contradictorySNP(facts: SampleFacts.all)
    #expect(why?.contains("level 23") == true && why?.contains("says 24") == true)
    seen.files[0].spl = 0
    #expect(source() == "23 snphost")
    seen.files[0].spl = 24
    seen.tcb.platform = nil
    // A file of another version says nothing about what runs.
    seen.files[0].version = Bench.newer
    #expect(source() == "none")
    // Two headers of one version that differ are no source.
    let exact = "/lib/firmware/updates/amd/amd_sev_fam19h_model01h.sbin.xz"
    seen.files = [
      FirmwareFile(path: Bench.path, version: Bench.running, spl: 24),
      FirmwareFile(path: exact, version: Bench.running, spl: 25),
    ]
    #expect(source() == "none")
    seen.files.removeFirst()
    #expect(source() == "25 derived")
    // Genoa's file of the same version has a level of its own.
    let genoa = "/lib/firmware/amd/amd_sev_fam19h_model1xh.sbin"
    seen.files = [FirmwareFile(path: genoa, version: Bench.running, spl: 23)]
    #expect(source() == "none")
    seen.files = [FirmwareFile(path: Bench.path, version: Bench.running, spl: 0)]
    #expect(source() == "none")
    seen.firmware.kernelLog = Bench.log(FirmwareVersion(1, 55, 35))
    #expect(source() == "27 derived")
    // Grade C is shown, never enforced.
    seen.firmware.kernelLog = Bench.log(Bench.newer)
    #expect(source() == "none")
    seen.cpu = CPUIdentity(family: 23, model: 1, stepping: 1)
    #expect(source() == "none")
  }
}
