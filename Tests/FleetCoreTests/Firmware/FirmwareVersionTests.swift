import FleetCore
import Testing

@Suite("FACTS 1.1: firmware versions") struct FirmwareVersionTests {
  @Test(
    "decimal, hex and marked hex name one version",
    arguments: [
      ("1.55.31", "1.37.1f", FirmwareVersion(1, 55, 31)), ("1.55.49", "1.37.31", FirmwareVersion(1, 55, 49)),
      ("1.51.3", "1.33.03", FirmwareVersion(1, 51, 3)), ("0.17.22", "0.11.16", FirmwareVersion(0, 17, 22)),
      ("255.255.255", "ff.ff.ff", FirmwareVersion(255, 255, 255)), ("0.0.0", "0.00.00", FirmwareVersion(0, 0, 0)),
    ])
  func spellings(decimal: String, hex: String, version: FirmwareVersion) {
    #expect(FirmwareVersion(decimal: decimal) == version)
    #expect(FirmwareVersion(hexadecimal: hex) == version)
    #expect(FirmwareVersion("0x" + hex) == version)
    #expect(FirmwareVersion(decimal) == version)
    #expect(version.description == decimal)
    #expect(version.hexDescription == hex)
    #expect(version.bothSpellings == "\(decimal) (hex \(hex))")
  }

  @Test("the same text in the two spellings is two versions") func ambiguous() {
    #expect(FirmwareVersion(decimal: "1.37.31") != FirmwareVersion(hexadecimal: "1.37.31"))
    #expect(FirmwareVersion("1.37.31") == FirmwareVersion(1, 37, 31))
  }

  @Test(
    "what is no version is refused",
    arguments: [
      "", "1", "1.55", "1.55.31.0", "1.55.", ".55.31", "1..31", "1.55.031", "01.55.31", "1.55.256", "1.55.-1",
      "1.55.+1",
      "1.55.1f", " 1.55.31", "1.55.31 ", "1.55.3 1", "v1.55.31", "1,55,31", "1.55.٣", "0x", "0x1.37", "0x1.37.100",
      "0x1.37.1g", "0X1.37.1f", "1.55.31\n",
    ])
  func refused(text: String) { #expect(FirmwareVersion(text) == nil) }

  @Test("every byte in every place goes round without loss") func everyByte() {
    for byte in UInt8.min...UInt8.max {
      for version in [
        FirmwareVersion(byte, 0, 255), FirmwareVersion(7, byte, 16), FirmwareVersion(255, 9, byte),
        FirmwareVersion(byte, byte, byte),
      ] { roundTrip(version) }
    }
  }

  @Test("seeded: round trips and order") func property() {
    let seed = TestEnvironment.seed()
    print("FirmwareVersionTests seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      let left = Self.version(&random)
      let right = Self.version(&random)
      roundTrip(left)
      func number(_ version: FirmwareVersion) -> Int {
        Int(version.major) << 16 | Int(version.minor) << 8 | Int(version.build)
      }
      #expect((left < right) == (number(left) < number(right)), "seed \(seed)")
      #expect((left.description == right.description) == (left == right), "seed \(seed)")
      #expect((left.hexDescription == right.hexDescription) == (left == right), "seed \(seed)")
    }
  }

  private static func version(_ random: inout SeededGenerator) -> FirmwareVersion {
    let bits = random.next()
    return FirmwareVersion(
      UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits >> 16))
  }

  private func roundTrip(_ version: FirmwareVersion) {
    #expect(FirmwareVersion(decimal: version.description) == version)
    #expect(FirmwareVersion(hexadecimal: version.hexDescription) == version)
    #expect(FirmwareVersion("0x" + version.hexDescription) == version)
  }
}
