import FleetCore
import FleetFormats

/// Small builders that several tests share.
enum Sample {
  static let milan = SEVGeneration(
    name: "Milan", family: 25, firstModel: 0, lastModel: 15, zen: 3, hasSNP: true, hasFMC: false,
    fact: Fact(grade: .a, sources: []))
  static let turin = SEVGeneration(
    name: "Turin", family: 26, firstModel: 0, lastModel: 15, zen: 5, hasSNP: true, hasFMC: true,
    fact: Fact(grade: .a, sources: []))
  static let facts = Facts(
    generations: [milan, turin],
    sevESRefusals: [Facts.SEVESRefusal(zen: 3, fromSNP: 27, fact: Fact(grade: .a, sources: []))])

  /// An image of `size` bytes with a header in the layout of FACTS 3.
  static func image(
    _ version: FirmwareVersion, spl: UInt8 = 25, size: Int = 4096, type: UInt8 = 0x39, sizeField: Int? = nil
  ) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(size, 256))
    func put(_ value: Int, at offset: Int) {
      for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
    bytes.replaceSubrange(0x10..<0x14, with: Array("$PS1".utf8))
    put(size - 512, at: 0x14)
    put(1, at: 0x30)
    for index in 0..<16 { bytes[0x38 + index] = UInt8(index) }
    put(Int(spl), at: 0x4C)
    bytes[0x60] = version.build
    bytes[0x61] = version.minor
    bytes[0x62] = version.major
    put(0xFFFF_FFFF, at: 0x64)
    put(sizeField ?? size, at: 0x6C)
    bytes[0x7C] = type
    return Array(bytes.prefix(size))
  }

  /// The first 256 bytes as `od -An -v -tx1` prints them.
  static func dump(_ bytes: [UInt8]) -> String {
    stride(from: 0, to: min(256, bytes.count), by: 16).map { start in
      bytes[start..<min(start + 16, bytes.count)].map { " " + Hex.padded($0, 2) }.joined()
    }.joined(separator: "\n")
  }

  static func lines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
