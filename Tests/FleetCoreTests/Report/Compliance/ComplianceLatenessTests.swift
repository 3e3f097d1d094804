import FleetCore
import Testing

@Suite("FEATURES 40: since when a host is not where its target wants it") struct ComplianceLatenessTests {
  private static func at(_ days: Double) -> Instant {
    Instant(milliseconds: ComplianceBed.now.milliseconds + Int64(days * 86_400_000))
  }

  /// What a look found; the target is `Bench.running`.
  private enum Found: CaseIterable { case there, older, newer, nothing }

  private static func look(_ days: Double, _ found: Found) -> ComplianceJudge.Look {
    var seen = Bench.observation()
    switch found {
    case .there: break
    case .older: seen.firmware.kernelLog = Bench.log(Bench.old)
    case .newer: seen.firmware.kernelLog = Bench.log(Bench.newer)
    case .nothing:
      return .init(at: at(days), result: .failure(ProbeFailure(kind: .unreachable, text: "no answer")))
    }
    return .init(at: at(days), result: .success(seen))
  }

  private static func lateness(
    _ looks: [(Double, Found)], wantedSince: Double? = -100, wanted: String = "\(Bench.running)",
    target: FirmwareTarget = .version(Bench.running), within: Double? = 14, now: Double = 0
  ) -> ComplianceLateness? {
    var bed = ComplianceBed()
    bed.bench.host.target = target
    bed.bench.host.policy.complyWithin = within.map { .milliseconds(Int64($0 * 86_400_000)) }
    return ComplianceJudge(facts: bed.facts, rules: ComplianceRules()).lateness(
      bed.bench.host, looks.map { look($0, $1) }, floor: bed.bench.floor,
      standing: wantedSince.map { StandingTarget(wanted: wanted, since: at($0)) }, at: at(now))
  }

  @Test func theFirstLookOfAnUnbrokenRowCounts() {
    #expect(Self.lateness([(-30, .older), (-20, .older), (-1, .older)])?.since == Self.at(-30))
    #expect(Self.lateness([(-30, .older), (-20, .there), (-10, .newer)])?.since == Self.at(-10))
    #expect(Self.lateness([(-30, .there), (-20, .nothing), (-10, .older)])?.since == Self.at(-20))
    #expect(Self.lateness([(-30, .older), (-20, .there)]) == nil)
    #expect(Self.lateness([(-30, .older), (1, .there)])?.since == Self.at(-30), "what came later is not known yet")
    #expect(Self.lateness([]) == nil)
    #expect(Self.lateness([(-30, .nothing)]) == nil, "nobody knows what its target wants of it")
  }

  @Test func aNewTargetMakesNobodyLate() {
    let late = Self.lateness([(-300, .older), (-1, .older)], wantedSince: -3)
    #expect(late?.since == Self.at(-3) && late?.due == Self.at(11))
    #expect(Self.lateness([(-30, .older)], wantedSince: nil) == nil)
    #expect(Self.lateness([(-30, .older)], wanted: "1.55.36") == nil, "the target is another one since")
    #expect(Self.lateness([(-30, .older)], wantedSince: 1) == nil, "a report of before that")
  }

  @Test func onlyWherePolicyGivesATime() {
    #expect(Self.lateness([(-30, .older)], within: nil) == nil)
    let late = Self.lateness([(-30, .older)], within: 30)
    #expect(late?.due == Self.at(0) && late?.isOverdue(at: Self.at(0)) == false)
    #expect(late?.isOverdue(at: Self.at(0.001)) == true)
  }

  @Test func namesOfTargetsDoNotMatter() throws {
    let cpu = try #require(Bench.observation().cpu)
    let named = FirmwareTarget.named("q3", versions: [cpu.familyModel: Bench.running])
    #expect(Self.lateness([(-30, .older)], target: named)?.since == Self.at(-30))
    #expect(named.wanted(of: cpu) == FirmwareTarget.version(Bench.running).wanted(of: cpu))
    #expect(FirmwareTarget.named("q3", versions: [:]).wanted(of: cpu) == nil)
    #expect(FirmwareTarget.factory.wanted(of: cpu) == "factory" && FirmwareTarget.backup.wanted(of: cpu) == nil)
  }

  @Test("against a plain reading of any history") func property() {
    var random = SeededGenerator(seed: 40)
    for _ in 0..<500 {
      let looks = (0..<Int.random(in: 1...8, using: &random)).map { index in
        (Double(index) - 10, Found.allCases.randomElement(using: &random) ?? .there)
      }
      let wanted = Double(Int.random(in: -12...(-1), using: &random))
      let row = looks.reversed().prefix { $0.1 != .there }
      let isSeen = looks.contains { $0.1 != .nothing }
      let expected = isSeen ? row.last.map { Self.at(max($0.0, wanted)) } : nil
      let found = Self.lateness(looks, wantedSince: wanted)?.since
      if found != expected { Issue.record("seed 40: \(looks), wanted since \(wanted)") }
    }
  }

  @Test func aReportTellsAndAWaiverCovers() throws {
    var bed = ComplianceBed()
    bed.bench.host.target = .version(Bench.newer)
    let lateness = ComplianceLateness(since: Self.at(-20), within: .seconds(14 * 86_400))
    func row(_ bed: ComplianceBed, at days: Double = 0) -> ComplianceRow {
      ComplianceJudge(facts: bed.facts, rules: bed.rules).row(
        bed.bench.host, .init(seen: bed.bench.observation, floor: bed.bench.floor, lateness: lateness),
        at: Self.at(days))
    }
    let late = row(bed)
    #expect(late.isOverdue && late.lateness == lateness)
    #expect(late.findings.filter { $0.kind == "overdue" }.map(\.text) == [lateness.text])
    #expect(ComplianceRow.Finding.kinds.contains("overdue"))
    let early = row(bed, at: -7)
    #expect(!early.isOverdue && early.lateness == lateness && !early.findings.contains { $0.kind == "overdue" })
    for subject in [ComplianceRules.Subject.finding("overdue"), .finding("behind")] {
      var waived = bed
      waived.waive(subject)
      #expect(!row(waived).isOverdue, "\(subject)")
      waived.rules.waivers = []
      waived.waive(subject, until: "2026-11-26")
      #expect(row(waived).isOverdue, "\(subject) has expired")
    }
  }
}
