import FleetCore
import FleetFormats
import Glibc
import Testing

/// Any bytes at all: no parser may trap, and what is garbled must not become a value.
///
/// `SEVFLEET_FUZZ` sets the number of inputs (CI: a million), `SEVFLEET_SEED` repeats a run.
struct FuzzTests {
  /// Shared evenly by the four tests.
  private static let count = (setting("SEVFLEET_FUZZ") ?? 20_000) / 4
  private static let seed = setting("SEVFLEET_SEED").map { UInt64($0) } ?? UInt64(Int.random(in: 1...Int.max))

  private static func setting(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

  /// SplitMix64: small, seeded, good enough to bend bytes.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  /// Changes, cuts, doubles or swaps parts of an input, at the places where a grammar breaks.
  private static func mutate(_ input: [UInt8], _ random: inout Generator) -> [UInt8] {
    var bytes = input
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      guard !bytes.isEmpty else { return (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) } }
      let at = Int.random(in: 0..<bytes.count, using: &random)
      let end = min(bytes.count, at + Int.random(in: 1...64, using: &random))
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.removeSubrange(at..<end)
      case 2: bytes.insert(contentsOf: bytes[at..<end], at: at)
      case 3: bytes[at] = Self.breaking.randomElement(using: &random) ?? 0
      case 4: bytes.insert(contentsOf: Array(Self.numbers.randomElement(using: &random)?.utf8 ?? "".utf8), at: at)
      default: bytes.removeLast(bytes.count - end)
      }
    }
    return bytes
  }

  private static let breaking = Array("\n\r\t []{}()=:,.'\"#>-/\u{0}0xF".utf8) + [0x80, 0xC3, 0xFF]
  private static let numbers = [
    "99999999999999999999", "-1", "0x", "0xFFFFFFFFFFFFFFFFF", "256", "1e9", "nan", "\u{661}", "e\u{301}", "\u{1F1E6}",
  ]

  /// One part bent among whole ones, so that each parser gets its share; each sixteenth time the whole answer.
  private static func bentAnswer(_ index: Int, _ random: inout Generator) -> [UInt8] {
    let whole = AnswerFixture.milan
    if index % 16 == 0 { return mutate(whole.bytes, &random) }
    let part = whole.sections[index % whole.sections.count]
    var answer = AnswerFixture(sections: whole.sections.filter { ["cpuinfo", "files"].contains($0.name) })
    answer[part.name] = String(decoding: mutate(Array(part.body.utf8), &random), as: UTF8.self)
    return answer.bytes
  }

  @Test func answers() {
    print("fuzz of probe answers: seed \(Self.seed), \(Self.count) inputs")
    var random = Generator(state: Self.seed)
    var kept = 0
    for index in 0..<Self.count {
      let input = Self.bentAnswer(index, &random)
      let result = ProbeText.parse(input, host: HostID("h"), at: Instant(milliseconds: 0), facts: Sample.facts)
      guard case .success(let seen) = result else { continue }
      kept += 1
      if let tcb = seen.tcb.platform { #expect(tcb.implausibility(for: Sample.milan) == nil || seen.cpu?.family != 25) }
      if let running = seen.virtualMachines.running { #expect(running >= seen.virtualMachines.guests.count) }
    }
    #expect(kept > Self.count / 2, "most mutations should leave an answer that can be read")
  }

  @Test func kernelLogs() {
    print("fuzz of kernel logs: seed \(Self.seed), \(Self.count) inputs")
    var random = Generator(state: Self.seed &+ 1)
    let logs = [
      KernelLogFixtures.milanOldBIOS, KernelLogFixtures.genoa, KernelLogFixtures.mainlineUpdate,
      KernelLogFixtures.journal, KernelLogFixtures.timeouts,
    ].map { Array($0.utf8) }
    for index in 0..<Self.count {
      let text = String(decoding: Self.mutate(logs[index % logs.count], &random), as: UTF8.self)
      let facts = KernelLogText.parse(text, source: index % 2 == 0 ? .dmesg : .journal)
      #expect(facts.apis.allSatisfy { $0.line.utf8.count <= text.utf8.count })
      _ = facts.newer(than: 4).floor
    }
  }

  @Test func imageHeaders() {
    print("fuzz of image headers: seed \(Self.seed), \(Self.count) inputs")
    var random = Generator(state: Self.seed &+ 2)
    let image = Sample.image(FirmwareVersion(1, 55, 36), size: 1024)
    for index in 0..<Self.count {
      let bytes: [UInt8]
      if index % 3 == 0 {
        let length = Int.random(in: 0...600, using: &random)
        bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      } else {
        bytes = Self.mutate(image, &random)
      }
      guard let header = try? ImageHeader.parse(image: bytes) else { continue }
      // What is accepted keeps its promises.
      #expect(header.size == 0 || header.size == bytes.count)
      #expect((1...bytes.count).contains(header.signedSize))
      #expect(header.type == ImageHeader.sevType && header.keyID.utf8.count == 32)
    }
  }

  @Test func imageNames() {
    print("fuzz of image names: seed \(Self.seed), \(Self.count) inputs")
    var random = Generator(state: Self.seed &+ 3)
    let names = ["amd_sev_fam19h_model0xh_1.33.03.zip", "amd_sev_fam17h_model01h_0.17b22.sbin.xz", "sev.fw"]
      .map { Array($0.utf8) }
    for index in 0..<Self.count {
      let name = ImageName(String(decoding: Self.mutate(names[index % names.count], &random), as: UTF8.self))
      #expect(name.versions.count <= 2)
      #expect(name.versions.isEmpty || name.familyModel != nil)
    }
  }
}
