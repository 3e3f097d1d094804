import FleetCore
import Testing

@Suite("The audit of a cloud's SEV set-up") struct CloudAuditTests {
  /// One fault planted in a clean cloud, with what must be told of it.
  struct Planted: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var kind: CloudFault.Kind
    var subject: String
    var fix: [String]
    var plant: @Sendable (inout CloudBench) -> Void

    init(
      _ kind: CloudFault.Kind, _ how: String, at subject: String, fix: [String],
      _ plant: @escaping @Sendable (inout CloudBench) -> Void
    ) {
      testDescription = "\(kind.rawValue): \(how)"
      self.kind = kind
      self.subject = subject
      self.fix = fix
      self.plant = plant
    }
  }

  static let all = flavors + images + aggregates + hosts + unread

  @Test func aCleanCloudHasNone() {
    #expect(CloudAudit(CloudBench().setUp).findings == [])
    #expect(CloudAudit(CloudBench().setUp).isClean)
  }

  @Test func everyKindIsPlanted() {
    #expect(Set(Self.all.map(\.kind)) == Set(CloudFault.Kind.allCases))
  }

  @Test(arguments: all) func plantedAloneItAloneIsFound(_ row: Planted) throws {
    var bench = CloudBench()
    row.plant(&bench)
    let findings = CloudAudit(bench.setUp).findings
    #expect(findings.map(\.kind) == [row.kind], "\(findings.map(\.text))")
    let finding = try #require(findings.first)
    #expect(finding.subject.name == row.subject)
    #expect(finding.fix.map { $0.joined(separator: " ") } == row.fix)
    #expect(finding.text.contains(row.subject) || finding.subject.sort == .cloud)
    #expect(!finding.text.isEmpty && !finding.source.isEmpty && !finding.fix.isEmpty)
  }

  /// Total on whatever is read, in a fixed order, and the same for the same cloud in any order.
  @Test(arguments: 1...200) func anyMixtureIsJudged(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var bench = CloudBench()
    let chosen = Self.all.shuffled(using: &random).prefix(Int.random(in: 0...8, using: &random))
    for row in chosen { row.plant(&bench) }
    let findings = CloudAudit(bench.setUp).findings
    #expect(findings.isEmpty == chosen.isEmpty, "seed \(seed): \(chosen.map(\.testDescription))")
    bench.flavors.shuffle(using: &random)
    bench.images.shuffle(using: &random)
    bench.aggregates.shuffle(using: &random)
    bench.hosts.shuffle(using: &random)
    #expect(CloudAudit(bench.setUp).findings == findings, "seed \(seed)")
    #expect(Set(findings).count == findings.count, "seed \(seed)")
    _ = TempestModes(bench.setUp)
  }

  @Test func whatWasNotReadIsNotJudgedAndToldOnce() {
    let nothing = CloudSetUp(
      flavors: .unread("a"), images: .unread("b"), aggregates: .unread("c"), hosts: .unread("d"))
    let findings = CloudAudit(nothing).findings
    #expect(findings.map(\.kind) == [.unread, .unread, .unread, .unread])
    #expect(findings.map(\.subject.name) == ["aggregates", "flavors", "hosts", "images"])
  }
}
