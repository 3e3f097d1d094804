import FleetCore
import Testing

@Suite("RULES V1: which firmware runs") struct RunningFirmwareTests {
  private static func log(_ versions: (Double?, FirmwareVersion, Bool)...) -> KernelLogFacts {
    KernelLogFacts(
      apis: versions.map { .init(seconds: $0.0, version: $0.1, isSNP: $0.2, line: "") }, reachesBoot: true)
  }

  @Test("no source: unknown") func nothing() {
    #expect(RunningFirmware.judge(FirmwareReadings()).version == nil)
    #expect(RunningFirmware.judge(FirmwareReadings(kernelLog: KernelLogFacts())).version == nil)
    // snphost names no build, so it is no source of its own.
    #expect(RunningFirmware.judge(FirmwareReadings(snphost: "1.55")).version == nil)
  }

  @Test("one source is enough") func one() {
    #expect(
      RunningFirmware.judge(FirmwareReadings(kernelLog: Self.log((4, Bench.running, false)))) == .known(Bench.running))
    #expect(RunningFirmware.judge(FirmwareReadings(sevctl: Bench.running)) == .known(Bench.running))
  }

  @Test("the newest load of the log counts") func newest() {
    let log = Self.log((4, Bench.running, false), (9000, Bench.newer, false))
    #expect(RunningFirmware.judge(FirmwareReadings(kernelLog: log)) == .known(Bench.newer))
  }

  @Test("two sources that agree", arguments: [nil, "1.55", "1.55.29"] as [String?]) func agree(snphost: String?) {
    let readings = FirmwareReadings(
      kernelLog: Self.log((4, Bench.running, false), (4.001, Bench.running, true)), sevctl: Bench.running,
      snphost: snphost)
    #expect(RunningFirmware.judge(readings) == .known(Bench.running))
  }

  @Test("kernel log against sevctl: both are shown") func sevctl() {
    let readings = FirmwareReadings(kernelLog: Self.log((4, Bench.running, false)), sevctl: Bench.newer)
    guard case .contradictory(let expected, let found) = RunningFirmware.judge(readings) else {
      Issue.record("no contradiction")
      return
    }
    #expect(expected.contains("1.55.29"))
    #expect(found.contains("1.55.31"))
    #expect(RunningFirmware.judge(readings).version == nil)
  }

  @Test("snphost contradicts at the precision it prints", arguments: ["1.51", "1.5", "2.55", "1.55.30", "1.550", ""])
  func snphost(text: String) {
    for readings in [
      FirmwareReadings(kernelLog: Self.log((4, Bench.running, false)), snphost: text),
      FirmwareReadings(sevctl: Bench.running, snphost: text),
    ] {
      guard case .contradictory(_, let found) = RunningFirmware.judge(readings) else {
        Issue.record("no contradiction for \(text)")
        continue
      }
      #expect(found.contains(text))
    }
  }

  @Test("SEV API and SEV-SNP API of one load must agree") func oneLoad() {
    let log = Self.log((4, Bench.running, false), (4.01, Bench.newer, true))
    #expect(RunningFirmware.judge(FirmwareReadings(kernelLog: log)).version == nil)
  }

  @Test("lines of two loads need not agree") func twoLoads() {
    let log = Self.log((4, Bench.running, true), (9000, Bench.newer, false))
    #expect(RunningFirmware.judge(FirmwareReadings(kernelLog: log)) == .known(Bench.newer))
  }

  private static func updated(_ seconds: Double?, to version: FirmwareVersion?) -> FirmwareReadings {
    var log = log((4, Bench.running, false))
    log.updates = [.init(seconds: seconds, from: version == nil ? nil : Bench.running, to: version, line: "")]
    return FirmwareReadings(kernelLog: log)
  }

  @Test("an update after the newest version line names what runs") func update() {
    #expect(RunningFirmware.judge(Self.updated(9000, to: Bench.newer)) == .known(Bench.newer))
    // The update of a boot comes before its version line.
    #expect(RunningFirmware.judge(Self.updated(3.9, to: Bench.newer)) == .known(Bench.running))
    #expect(RunningFirmware.judge(Self.updated(nil, to: Bench.newer)) == .known(Bench.running))
  }

  @Test("a later update that names no version voids the older line; sevctl may still tell") func silentUpdate() {
    var readings = Self.updated(9000, to: nil)
    #expect(RunningFirmware.judge(readings).version == nil)
    readings.sevctl = Bench.newer
    #expect(RunningFirmware.judge(readings) == .known(Bench.newer))
  }

  @Test("an update alone names what runs") func updateAlone() {
    var readings = Self.updated(9000, to: Bench.newer)
    readings.kernelLog?.apis = []
    #expect(RunningFirmware.judge(readings) == .known(Bench.newer))
  }
}
