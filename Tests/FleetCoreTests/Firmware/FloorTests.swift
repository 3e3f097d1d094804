import FleetCore
import Testing

@Suite("RULES A4: the BIOS copy and its evidence") struct FloorTests {
  private static func seen(_ log: KernelLogFacts?, bios: String? = "B 1.2", kexec: Bool? = nil) -> Observation {
    var seen = Bench.observation()
    seen.startedByKexec = kexec
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

  @Test("a boot that updated nothing runs its BIOS copy, if nothing but a reset can have started it")
  func noUpdate() {
    let log = Self.log(updates: [], apis: [4.1, 4.2])
    let floor = FloorEvidence.inForce(Self.seen(log, kexec: false), stored: nil)
    #expect(floor?.version == Bench.newer)
    for kexec in [true, nil] as [Bool?] {
      #expect(FloorEvidence.inForce(Self.seen(log, kexec: kexec), stored: nil) == nil)
    }
    #expect(FloorEvidence.inForce(Self.seen(nil, kexec: false), stored: nil) == nil)
    let lost = Self.log(updates: [], apis: [4.1], reachesBoot: false)
    #expect(FloorEvidence.inForce(Self.seen(lost, kexec: false), stored: nil) == nil)
  }

  @Test("a boot that updated nothing corrects a floor learnt before, whichever is lower") func noUpdateCorrects() {
    let log = Self.log(updates: [], apis: [4.1])
    for stored in [Bench.floor, Bench.losing] {
      let floor = FloorEvidence.inForce(Self.seen(log, kexec: false), stored: Self.stored(stored))
      #expect(floor?.version == Bench.newer)
    }
  }

  @Test("a later reload does not hide what a boot without an update ran") func noUpdateThenReload() {
    var log = Self.log(updates: [(9000, Bench.running)], apis: [4.1, 9000.1])
    log.apis[0].version = Bench.running
    #expect(FloorEvidence.inForce(Self.seen(log, kexec: false), stored: nil)?.version == Bench.running)
    #expect(FloorEvidence.inForce(Self.seen(log), stored: nil) == nil)
  }

  @Test("the older success line names no version, so no floor", arguments: [nil, false, true] as [Bool?])
  func oldLine(kexec: Bool?) {
    let log = Self.log(updates: [(4, nil)], apis: [4.1])
    #expect(FloorEvidence.inForce(Self.seen(log, kexec: kexec), stored: nil) == nil)
  }

  @Test("a floor above what runs is refuted by what runs") func refuted() {
    let log = Self.log(updates: [], apis: [4.1])
    #expect(FloorEvidence.inForce(Self.seen(log), stored: Self.stored(Bench.losing)) == nil)
    #expect(FloorEvidence.inForce(Self.seen(log), stored: Self.stored(Bench.newer)) == Self.stored(Bench.newer))
    // Nothing known to run refutes nothing.
    #expect(FloorEvidence.inForce(Self.seen(nil), stored: Self.stored(Bench.losing)) == Self.stored(Bench.losing))
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

  @Test("a kexec teaches nothing: its first update starts from what ran") func kexec() {
    let log = Self.log(updates: [(4, Bench.running)], apis: [4.1])
    #expect(FloorEvidence.inForce(Self.seen(log, kexec: true), stored: nil) == nil)
    #expect(
      FloorEvidence.inForce(Self.seen(log, kexec: true), stored: Self.stored(Bench.floor)) == Self.stored(Bench.floor))
  }

  @Test("where it may have been a kexec, the lower, older floor stays; after a reset it is corrected") func mayBe() {
    let log = Self.log(updates: [(4, Bench.running)], apis: [4.1])
    let stored = Self.stored(Bench.floor)
    #expect(FloorEvidence.inForce(Self.seen(log), stored: stored) == stored)
    #expect(FloorEvidence.inForce(Self.seen(log, kexec: false), stored: stored)?.version == Bench.running)
  }

  @Test("a boot that shows a lower floor corrects a higher one") func lower() {
    let log = Self.log(updates: [(4, Bench.floor)], apis: [4.1])
    #expect(FloorEvidence.inForce(Self.seen(log), stored: Self.stored(Bench.old))?.version == Bench.floor)
  }
}
