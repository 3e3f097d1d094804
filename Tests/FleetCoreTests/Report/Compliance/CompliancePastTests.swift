import FleetCore
import Testing

/// Days and times of what stored looks tell.
@Suite struct CompliancePastTests {
  private static let day: Int64 = 86_400_000
  private static let start = ComplianceBed.now

  private static func at(_ days: Double) -> Instant {
    Instant(milliseconds: start.milliseconds + Int64(days * Double(day)))
  }

  private static func point(
    _ days: Double, _ verdict: BulletinVerdict.State, _ state: ComplianceRow.State = .compliant
  ) -> CompliancePast.Point {
    .init(at: at(days), state: state, bulletins: [verdict])
  }

  private static let bulletin = Bulletin(id: "AMD-SB-1", cves: ["CVE-1"], floors: [], fact: SampleFacts.a)

  private static func fold(_ hosts: [[CompliancePast.Point]], to: Double = 10) -> CompliancePast {
    CompliancePast.fold(hosts, bulletins: [bulletin], from: at(0), to: at(to))
  }

  @Test func daysCountHostsAsTheyStoodAtTheirEnd() {
    let past = Self.fold(
      [
        [Self.point(-5, .behind, .behind), Self.point(1.5, .floorMet)],
        [
          Self.point(0.5, .unknown, .unknown), Self.point(0.6, .behind, .behind),
          Self.point(2.9, .stepsOpen, .unstable),
        ],
        [Self.point(2, .mitigated)],
      ], to: 2.5)
    #expect(past.days.map(\.day.description) == ["2026-11-27", "2026-11-28", "2026-11-29"])
    #expect(past.days[0].states == [.behind: 2] && past.days[0].unseen == 1 && past.days[0].open == ["AMD-SB-1": 2])
    #expect(past.days[1].states == [.behind: 1, .compliant: 1] && past.days[1].unseen == 1)
    // The last day ends with the report: what comes after is not known yet.
    #expect(past.days[2].states == [.behind: 1, .compliant: 2] && past.days[2].unseen == 0)
    #expect(past.days[2].open == ["AMD-SB-1": 1])
  }

  @Test func everyHostIsCountedOnceADay() {
    let hosts = (0..<7).map { number in
      (0..<number).map { Self.point(Double($0) * 1.3, .behind, ComplianceRow.State.allCases[$0 % 5]) }
    }
    for day in Self.fold(hosts).days {
      #expect(day.states.values.reduce(0, +) + day.unseen == hosts.count)
    }
  }

  @Test func timesRunFromTheFirstOpenToTheFirstClosed() throws {
    let past = Self.fold([
      [Self.point(0, .behind), Self.point(1, .unknown), Self.point(2, .stepsOpen), Self.point(3, .mitigated)],
      [Self.point(0, .behind), Self.point(4, .floorMet), Self.point(5, .behind)],
      [Self.point(0, .mitigated)], [Self.point(0, .behind)], [],
      [Self.point(0, .unknown), Self.point(1, .floorMet)],
    ])
    let times = try #require(past.bulletins.first)
    #expect(
      times.floor
        == .init(hosts: 2, p50: .seconds(2 * 86_400), p90: .seconds(4 * 86_400), longest: .seconds(4 * 86_400)))
    #expect(times.mitigation?.hosts == 1 && times.mitigation?.longest == .seconds(3 * 86_400))
    #expect(times.states == [.mitigated: 2, .behind: 2, .floorMet: 1])
  }

  @Test func percentilesAreOfTheNearestRank() {
    #expect(TimeToCompliance.Spread([]) == nil)
    let hundred = TimeToCompliance.Spread((1...100).shuffled().map { Duration.seconds($0) })
    #expect(hundred == .init(hosts: 100, p50: .seconds(50), p90: .seconds(90), longest: .seconds(100)))
    let one = TimeToCompliance.Spread([.seconds(7)])
    #expect(one == .init(hosts: 1, p50: .seconds(7), p90: .seconds(7), longest: .seconds(7)))
  }

  /// Points come from looks, and from the day on which somebody did what no look shows.
  @Test func pointsFollowLooksAndSteps() {
    var bed = ComplianceBed()
    bed.ask(.snp(24))
    bed.step("reboot")
    bed.rules.steps = [ComplianceBed.done("reboot", at: "2026-11-29")]
    var older = bed.bench.observation
    older.tcb.platform?.snp = 23
    older.files = []
    let looks: [ComplianceJudge.Look] = [
      .init(at: Self.at(0), result: .success(older)),
      .init(at: Self.at(1), result: .success(bed.bench.observation)),
      .init(at: Self.at(3), result: .failure(ProbeFailure(kind: .unreachable, text: "no answer"))),
      .init(at: Self.at(20), result: .success(bed.bench.observation)),
    ]
    let points = bed.judge.points(bed.bench.host, looks, floor: bed.bench.floor, to: Self.at(10))
    #expect(points.map(\.at) == [Self.at(0), Self.at(1), Self.at(2), Self.at(3)])
    #expect(points.map { $0.bulletins[0] } == [.behind, .stepsOpen, .mitigated, .unknown])
    #expect(points.map(\.state).last == .unknown)
  }
}
