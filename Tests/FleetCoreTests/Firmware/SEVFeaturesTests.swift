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
    Row("SNP unknown and a level that refuses", [.usable, .unknown, .unknown]) {
      run(&$0, Bench.losing, snp: 28)
      $0.parameters.sevSNP = nil
      $0.firmware.kernelLog?.snpEnabled = nil
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
    Row("INIT failed: lost, not off", [.lost, .off, .lost]) {
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

  @Test("the level is read by snphost first, then derived from the running build, never guessed") func level() {
    var seen = Bench.observation()
    func source() -> String {
      seen.currentSNP(facts: SampleFacts.all).map { "\($0.level) \($0.source.rawValue)" } ?? "none"
    }
    #expect(source() == "24 derived")
    seen.tcb.platform = TCBVersion(bootloader: 4, tee: 0, snp: 23, microcode: 219)
    #expect(source() == "23 snphost")
    seen.tcb.platform = nil
    // A file of another version says nothing about what runs.
    seen.files[0].version = Bench.newer
    #expect(source() == "none")
    // Two headers of one version that differ are no source.
    seen.files = ([24, 25] as [Int]).map { FirmwareFile(path: "/a\($0)", version: Bench.running, spl: $0) }
    #expect(source() == "none")
    seen.files = [FirmwareFile(path: "/a", version: Bench.running, spl: 0)]
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
