import FleetCore
import Testing

@Suite("RULES A4: the BIOS copy and its evidence") struct FloorTests {
  private static func seen(_ log: KernelLogFacts?, bios: String? = "B 1.2") -> Observation {
    var seen = Bench.observation()
    seen.firmware.kernelLog = log
    seen.bios = bios
    return seen
  }

  private static func log(
    updates: [(Double, FirmwareVersion?)], apis: [Double], reachesBoot: Bool = true
  ) -> KernelLogFacts {
    KernelLogFacts(
      apis: apis.map { .init(seconds: $0, version: Bench.newer, isSNP: false, line: "") },
      updates: updates.map { .init(seconds: $0.0, from: $0.1, to: Bench.newer, line: "updated at \($0.0)") },
      reachesBoot: reachesBoot)
  }

  private static func stored(_ version: FirmwareVersion, bios: String? = "B 1.2") -> FloorEvidence {
    FloorEvidence(version: version, bios: bios, evidence: "stored", observedAt: Instant(milliseconds: 1))
  }

  @Test("the update of a boot tells the floor, with its line and BIOS") func boot() {
    let floor = FloorEvidence.inForce(Self.seen(Self.log(updates: [(4, Bench.floor)], apis: [4.1])), stored: nil)
    #expect(floor?.version == Bench.floor)
    #expect(floor?.bios == "B 1.2")
    #expect(floor?.evidence == "updated at 4.0")
    #expect(floor?.observedAt == Instant(milliseconds: 5))
  }

  @Test("a boot that updated nothing tells no floor") func noUpdate() {
    #expect(FloorEvidence.inForce(Self.seen(Self.log(updates: [], apis: [4.1])), stored: nil) == nil)
    #expect(FloorEvidence.inForce(Self.seen(nil), stored: nil) == nil)
  }

  @Test("the older success line names no version, so no floor") func oldLine() {
    #expect(FloorEvidence.inForce(Self.seen(Self.log(updates: [(4, nil)], apis: [4.1])), stored: nil) == nil)
  }

  @Test("a reload does not make a floor: its update comes after the boot's version line") func reload() {
    let log = Self.log(updates: [(9000, Bench.running)], apis: [4.1, 9000.1])
    #expect(FloorEvidence.inForce(Self.seen(log), stored: nil) == nil)
  }

  @Test("a reload after a boot that updated leaves the boot's floor") func bootThenReload() {
    let log = Self.log(updates: [(4, Bench.floor), (9000, Bench.running)], apis: [4.1, 9000.1])
    #expect(FloorEvidence.inForce(Self.seen(log), stored: nil)?.version == Bench.floor)
  }

  @Test("a log that has lost its boot may begin with a reload's update: no floor") func ring() {
    let log = Self.log(updates: [(9000, Bench.running)], apis: [9000.1], reachesBoot: false)
    #expect(FloorEvidence.inForce(Self.seen(log), stored: nil) == nil)
    #expect(FloorEvidence.inForce(Self.seen(log), stored: Self.stored(Bench.floor))?.version == Bench.floor)
  }

  @Test("what was learnt stays while the BIOS stays") func kept() {
    let quiet = Self.seen(Self.log(updates: [], apis: [4.1]))
    #expect(FloorEvidence.inForce(quiet, stored: Self.stored(Bench.floor)) == Self.stored(Bench.floor))
  }

  @Test("a change of the BIOS voids it", arguments: ["B 1.3", nil] as [String?]) func biosChange(bios: String?) {
    let quiet = Self.seen(Self.log(updates: [], apis: [4.1]), bios: bios)
    #expect(FloorEvidence.inForce(quiet, stored: Self.stored(Bench.floor)) == nil)
    let telling = Self.seen(Self.log(updates: [(4, Bench.old)], apis: [4.1]), bios: bios)
    #expect(FloorEvidence.inForce(telling, stored: Self.stored(Bench.floor))?.version == Bench.old)
  }

  @Test("after a kexec the first update starts from what ran: the lower, older floor stays") func kexec() {
    let log = Self.log(updates: [(4, Bench.running)], apis: [4.1])
    #expect(FloorEvidence.inForce(Self.seen(log), stored: Self.stored(Bench.floor)) == Self.stored(Bench.floor))
  }

  @Test("a boot that shows a lower floor corrects a higher one") func lower() {
    let log = Self.log(updates: [(4, Bench.floor)], apis: [4.1])
    #expect(FloorEvidence.inForce(Self.seen(log), stored: Self.stored(Bench.old))?.version == Bench.floor)
  }
}
