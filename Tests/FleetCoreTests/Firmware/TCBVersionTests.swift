import FleetCore
import Testing

@Suite("FACTS 1.2: TCB versions") struct TCBVersionTests {
  /// Bytes that find a wrong shift, mask or sign.
  private static let bytes: [UInt8] = [0, 1, 4, 27, 0x7F, 0x80, 0xDB, 0xFF]

  @Test("Milan's layout is byte by byte that of the ABI") func milanLayout() {
    let tcb = TCBVersion(bootloader: 0x04, tee: 0x01, snp: 0x1C, microcode: 0xDB)
    #expect(tcb.raw == 0xDB1C_0000_0000_0104)
    #expect(TCBVersion(raw: 0xDB1C_0000_0000_0104, hasFMC: false) == tcb)
  }

  @Test("Turin's layout begins with the FMC") func turinLayout() {
    let tcb = TCBVersion(fmc: 0x01, bootloader: 0x03, tee: 0x02, snp: 0x05, microcode: 0x61)
    #expect(tcb.raw == 0x6100_0000_0502_0301)
    #expect(TCBVersion(raw: 0x6100_0000_0502_0301, hasFMC: true) == tcb)
  }

  @Test("every combination of telling bytes goes round in both layouts") func roundTrips() {
    for bootloader in Self.bytes {
      for tee in Self.bytes {
        for snp in Self.bytes {
          for microcode in Self.bytes {
            let plain = TCBVersion(bootloader: bootloader, tee: tee, snp: snp, microcode: microcode)
            #expect(TCBVersion(raw: plain.raw, hasFMC: false) == plain)
            for fmc in Self.bytes {
              var turin = plain
              turin.fmc = fmc
              #expect(TCBVersion(raw: turin.raw, hasFMC: true) == turin)
            }
          }
        }
      }
    }
  }

  @Test("every value of every component goes round") func everyValue() {
    for byte in UInt8.min...UInt8.max {
      for place in 0..<5 {
        var tcb = TCBVersion(fmc: 2, bootloader: 3, tee: 5, snp: 7, microcode: 11)
        switch place {
        case 0: tcb.fmc = byte
        case 1: tcb.bootloader = byte
        case 2: tcb.tee = byte
        case 3: tcb.snp = byte
        default: tcb.microcode = byte
        }
        #expect(TCBVersion(raw: tcb.raw, hasFMC: true) == tcb)
        tcb.fmc = nil
        #expect(TCBVersion(raw: tcb.raw, hasFMC: false) == tcb)
      }
    }
  }

  @Test("reserved bytes are read over") func reserved() {
    let milan = TCBVersion(bootloader: 1, tee: 2, snp: 3, microcode: 4)
    #expect(TCBVersion(raw: milan.raw | 0x0000_FFFF_FFFF_0000, hasFMC: false) == milan)
    let turin = TCBVersion(fmc: 9, bootloader: 1, tee: 2, snp: 3, microcode: 4)
    #expect(TCBVersion(raw: turin.raw | 0x00FF_FFFF_0000_0000, hasFMC: true) == turin)
  }

  @Test("one layout is not the other") func layoutsDiffer() {
    let turin = TCBVersion(fmc: 1, bootloader: 3, tee: 2, snp: 5, microcode: 97)
    #expect(TCBVersion(raw: turin.raw, hasFMC: false) != turin)
    #expect(TCBVersion(raw: turin.raw, hasFMC: false).snp == 0)
  }

  struct Plausibility: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var tcb: TCBVersion
    var generation: SEVGeneration
    /// A word of the reason; `nil`: plausible.
    var reason: String?
  }

  static let plausibilities: [Plausibility] = [
    .init(
      testDescription: "Milan as the guide shows it",
      tcb: TCBVersion(bootloader: 4, tee: 0, snp: 28, microcode: 219), generation: SampleFacts.milan),
    .init(
      testDescription: "Turin", tcb: TCBVersion(fmc: 1, bootloader: 3, tee: 2, snp: 5, microcode: 97),
      generation: SampleFacts.turin),
    .init(
      testDescription: "snphost 0.6.0 on Milan: zeros and FMC 219",
      tcb: TCBVersion(fmc: 219, bootloader: 0, tee: 0, snp: 0, microcode: 0), generation: SampleFacts.milan,
      reason: "FMC"),
    .init(
      testDescription: "Turin without FMC", tcb: TCBVersion(bootloader: 3, tee: 2, snp: 5, microcode: 97),
      generation: SampleFacts.turin, reason: "FMC"),
    .init(
      testDescription: "all zero", tcb: TCBVersion(bootloader: 0, tee: 0, snp: 0, microcode: 0),
      generation: SampleFacts.genoa, reason: "every component"),
    .init(
      testDescription: "no microcode", tcb: TCBVersion(bootloader: 4, tee: 0, snp: 28, microcode: 0),
      generation: SampleFacts.milan, reason: "microcode"),
    .init(
      testDescription: "no SNP", tcb: TCBVersion(bootloader: 4, tee: 0, snp: 0, microcode: 219),
      generation: SampleFacts.milan, reason: "SNP"),
    .init(
      testDescription: "TEE zero is usual", tcb: TCBVersion(fmc: 0, bootloader: 1, tee: 0, snp: 1, microcode: 1),
      generation: SampleFacts.dense),
  ]

  @Test("what a processor cannot have is told", arguments: plausibilities)
  func plausible(row: Plausibility) {
    let found = row.tcb.implausibility(for: row.generation)
    if let reason = row.reason {
      #expect(found?.contains(reason) == true, "\(found ?? "plausible")")
    } else {
      #expect(found == nil)
    }
  }
}
