import FleetCore
import Testing

@Suite("FEATURES 70: what a way back re-opens") struct ReopenedBulletinTests {
  typealias Level = ReopenedBulletins.Level

  private static func bulletin(_ id: String, _ floors: (String, Bulletin.Requirement, Fact)...) -> Bulletin {
    Bulletin(
      id: id, cves: ["CVE-\(id)"], name: nil,
      floors: floors.map { Bulletin.Floor(product: $0.0, requirement: $0.1, fact: $0.2) }, fact: SampleFacts.c)
  }

  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var floors: [(String, Bulletin.Requirement, Fact)]
    var from: (FirmwareVersion?, Int?) = (FirmwareVersion(1, 55, 36), 28)
    var to: (FirmwareVersion?, Int?) = (FirmwareVersion(1, 55, 29), 24)
    /// `nil`: not listed.
    var verdict: ReopenedBulletin.Verdict?
    var grade = FactGrade.a
  }

  private static let new = FirmwareVersion(1, 55, 35)
  private static let older = FirmwareVersion(1, 55, 22)

  static let rows: [Row] = [
    Row(testDescription: "level between the two", floors: [("Milan", .snp(27), SampleFacts.a)], verdict: .reopened),
    Row(
      testDescription: "exactly the level that runs", floors: [("Milan", .snp(28), SampleFacts.a)], verdict: .reopened),
    Row(testDescription: "exactly the level desired", floors: [("Milan", .snp(24), SampleFacts.a)]),
    Row(testDescription: "open before already", floors: [("Milan", .snp(29), SampleFacts.a)]),
    Row(testDescription: "closed by both", floors: [("Milan", .firmware(older), SampleFacts.a)]),
    Row(
      testDescription: "by version", floors: [("Milan", .firmware(new), SampleFacts.b)], verdict: .reopened, grade: .b),
    Row(
      testDescription: "a fact that warns counts, whatever another says",
      floors: [("Milan", .firmware(older), SampleFacts.a), ("Milan", .snp(27), SampleFacts.c)], verdict: .reopened,
      grade: .c),
    Row(
      testDescription: "of two that warn the better known is named",
      floors: [("Milan", .firmware(new), SampleFacts.b), ("Milan", .snp(27), SampleFacts.a)], verdict: .reopened),
    Row(
      testDescription: "level of what comes back unknown", floors: [("Milan", .snp(27), SampleFacts.a)], to: (nil, nil),
      verdict: .unknown),
    Row(
      testDescription: "level of what runs unknown", floors: [("Milan", .snp(27), SampleFacts.a)],
      from: (FirmwareVersion(1, 55, 36), nil), verdict: .unknown),
    Row(
      testDescription: "level of what runs unknown, yet what comes back closes it",
      floors: [("Milan", .snp(24), SampleFacts.a)], from: (FirmwareVersion(1, 55, 36), nil)),
    Row(
      testDescription: "the version settles what no level tells",
      floors: [("Milan", .snp(27), SampleFacts.a), ("Milan", .firmware(older), SampleFacts.b)],
      from: (FirmwareVersion(1, 55, 36), nil), to: (FirmwareVersion(1, 55, 29), nil)),
    Row(
      testDescription: "no row of the generation", floors: [("Genoa", .snp(27), SampleFacts.a)], verdict: .unknown,
      grade: .c),
    Row(testDescription: "no row at all", floors: [], verdict: .unknown, grade: .c),
    Row(
      testDescription: "only a BIOS", floors: [("Milan", .agesa("1.0.0.J"), SampleFacts.a)], verdict: .unknown,
      grade: .c),
    Row(
      testDescription: "only a mitigation bit", floors: [("Milan", .mitigationBit(1), SampleFacts.a)],
      verdict: .unknown,
      grade: .c),
    Row(
      testDescription: "microcode closes it, and stays",
      floors: [("Milan", .agesa("1.0.0.F"), SampleFacts.a), ("Milan", .microcode(5), SampleFacts.b)]),
    Row(testDescription: "the microcode level likewise", floors: [("Milan", .microcodeTCB(5), SampleFacts.b)]),
    Row(
      testDescription: "the same version again", floors: [("Milan", .snp(27), SampleFacts.a)],
      to: (FirmwareVersion(1, 55, 36), nil)),
  ]

  @Test("one bulletin", arguments: rows) func table(_ row: Row) {
    var facts = SampleFacts.all
    facts.bulletins = [
      Bulletin(
        id: "B", cves: ["CVE-1"], name: "N",
        floors: row.floors.map { Bulletin.Floor(product: $0.0, requirement: $0.1, fact: $0.2) }, fact: SampleFacts.c)
    ]
    let found = ReopenedBulletins(facts, generation: SampleFacts.milan).between(
      Level(version: row.from.0, snp: row.from.1), Level(version: row.to.0, snp: row.to.1))
    #expect(found.map(\.verdict) == [row.verdict].compactMap { $0 })
    guard row.verdict != nil else { return }
    #expect(found.map(\.grade) == [row.grade])
    #expect(found.first?.title == "CVE-1 (N, B)")
  }

  @Test("what is re-opened comes first, then what nobody can tell, each by id") func order() {
    var facts = SampleFacts.all
    facts.bulletins = [
      Self.bulletin("4"), Self.bulletin("3", ("Milan", .snp(27), SampleFacts.a)), Self.bulletin("2"),
      Self.bulletin("1", ("Milan", .snp(26), SampleFacts.a)),
    ]
    let found = ReopenedBulletins(facts, generation: SampleFacts.milan).between(
      Level(version: nil, snp: 28), Level(version: nil, snp: 20))
    #expect(found.map(\.id) == ["1", "3", "2", "4"])
  }

  @Test("a plan tells it of ways back only, and says it in one sentence") func plans() throws {
    var bench = Bench()
    bench.facts.bulletins = [
      Self.bulletin("1", ("Milan", .snp(24), SampleFacts.a)), Self.bulletin("2"),
      Self.bulletin("3", ("Milan", .snp(20), SampleFacts.a)),
    ]
    let upgrade = try #require(bench.change)
    #expect(upgrade.direction == .upgrade && upgrade.reopens == nil)
    #expect(Plan(changes: [upgrade], upToDate: [], excluded: []).reopenSentence == nil)
    bench.options = PlanOptions(target: .version(Bench.old), allowDowngrade: true)
    let back = try #require(bench.change)
    #expect(back.direction == .downgrade)
    #expect(back.reopens?.map(\.verdict) == [.reopened, .unknown])
    #expect(
      Plan(changes: [upgrade, back], upToDate: [], excluded: []).reopenSentence
        == "1 bulletin re-opened on 1 host: CVE-1 (1); of 1 other nobody can tell")
    bench.options = PlanOptions(target: .factory, allowDowngrade: true)
    let factory = try #require(bench.change)
    // No fact gives the level of the BIOS copy.
    #expect(factory.reopens?.map(\.verdict) == [.unknown, .unknown, .unknown])
  }
}
