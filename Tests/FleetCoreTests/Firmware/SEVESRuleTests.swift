import FleetCore
import Testing

@Suite("FACTS 1.4: from which firmware on SEV-ES is refused") struct SEVESRuleTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var generation: SEVGeneration
    var snp: Int?
    var version: FirmwareVersion?
    var answer: SEVESRule.Answer

    init(
      _ generation: SEVGeneration, snp: Int? = nil, version: FirmwareVersion? = nil, _ answer: SEVESRule.Answer
    ) {
      self.generation = generation
      self.snp = snp
      self.version = version
      self.answer = answer
    }

    var testDescription: String {
      "\(generation.name) snp \(snp.map(String.init) ?? "?") version \(version?.description ?? "?"): \(answer)"
    }
  }

  static let rows: [Row] = [
    Row(SampleFacts.milan, snp: 0, .kept), Row(SampleFacts.milan, snp: 25, .kept),
    Row(SampleFacts.milan, snp: 26, .kept), Row(SampleFacts.milan, snp: 27, .lost),
    Row(SampleFacts.milan, snp: 255, .lost),
    Row(SampleFacts.genoa, snp: 26, .kept), Row(SampleFacts.genoa, snp: 27, .lost),
    Row(SampleFacts.bergamo, snp: 26, .kept), Row(SampleFacts.bergamo, snp: 27, .lost),
    Row(SampleFacts.turin, snp: 3, .kept), Row(SampleFacts.turin, snp: 4, .lost),
    Row(SampleFacts.dense, snp: 3, .kept), Row(SampleFacts.dense, snp: 4, .lost),
    // The level beats the version, in both directions.
    Row(SampleFacts.milan, snp: 26, version: FirmwareVersion(1, 55, 36), .kept),
    Row(SampleFacts.milan, snp: 27, version: FirmwareVersion(1, 55, 31), .lost),
    // Milan by version where nobody knows the level.
    Row(SampleFacts.milan, version: FirmwareVersion(1, 51, 3), .kept),
    Row(SampleFacts.milan, version: FirmwareVersion(1, 55, 31), .kept),
    Row(SampleFacts.milan, version: FirmwareVersion(1, 55, 32), .unknown),
    Row(SampleFacts.milan, version: FirmwareVersion(1, 55, 34), .unknown),
    // Known by a grade B fact: level 27.
    Row(SampleFacts.milan, version: FirmwareVersion(1, 55, 35), .lost),
    Row(SampleFacts.milan, version: FirmwareVersion(1, 55, 36), .lost),
    Row(SampleFacts.milan, version: FirmwareVersion(1, 58, 0), .lost),
    // Other generations: a grade B fact speaks, a version alone or a grade C fact does not.
    Row(SampleFacts.genoa, version: FirmwareVersion(1, 55, 40), .kept),
    Row(SampleFacts.genoa, version: FirmwareVersion(1, 55, 49), .lost),
    Row(SampleFacts.genoa, version: FirmwareVersion(1, 55, 31), .unknown),
    Row(SampleFacts.genoa, version: FirmwareVersion(1, 55, 60), .unknown),
    Row(SampleFacts.bergamo, version: FirmwareVersion(1, 55, 40), .unknown),
    Row(SampleFacts.turin, version: FirmwareVersion(1, 55, 65), .lost),
    Row(SampleFacts.turin, version: FirmwareVersion(1, 58, 3), .unknown),
    Row(SampleFacts.turin, version: FirmwareVersion(1, 55, 31), .unknown),
    Row(SampleFacts.milan, .unknown), Row(SampleFacts.turin, .unknown),
    // Without SNP nothing refuses SEV-ES.
    Row(SampleFacts.naples, version: FirmwareVersion(0, 17, 22), .kept), Row(SampleFacts.rome, snp: 99, .kept),
  ]

  @Test("rows", arguments: rows) func refusal(row: Row) {
    let rule = SEVESRule(facts: SampleFacts.all, generation: row.generation)
    #expect(rule.refusal(currentSNP: row.snp, version: row.version) == row.answer)
  }

  @Test("a generation with SNP that no fact speaks of is unknown, not kept") func newGeneration() {
    var next = SampleFacts.turin
    next.zen = 6
    let rule = SEVESRule(facts: SampleFacts.all, generation: next)
    #expect(rule.refusal(currentSNP: 1, version: FirmwareVersion(1, 60, 0)) == .unknown)
  }

  @Test("an image is judged by its header's level; 0 on Zen 3 and newer says nothing") func images() {
    func answer(_ generation: SEVGeneration, _ spl: Int, _ version: FirmwareVersion) -> SEVESRule.Answer {
      SEVESRule(facts: SampleFacts.all, generation: generation).refusal(image: Bench.image(version, spl: spl))
    }
    #expect(answer(SampleFacts.milan, 26, Bench.losing) == .kept)
    #expect(answer(SampleFacts.milan, 27, Bench.newer) == .lost)
    #expect(answer(SampleFacts.milan, 0, FirmwareVersion(1, 55, 33)) == .unknown)
    // A version may make it worse, never better.
    #expect(answer(SampleFacts.milan, 0, FirmwareVersion(1, 55, 31)) == .unknown)
    #expect(answer(SampleFacts.genoa, 0, FirmwareVersion(1, 55, 40)) == .unknown)
    #expect(answer(SampleFacts.milan, 0, Bench.losing) == .lost)
    #expect(answer(SampleFacts.genoa, 0, FirmwareVersion(1, 55, 31)) == .unknown)
    #expect(answer(SampleFacts.turin, 0, FirmwareVersion(1, 55, 31)) == .unknown)
    #expect(answer(SampleFacts.naples, 0, FirmwareVersion(0, 17, 22)) == .kept)
  }
}
