import FleetCore
import Testing

@Suite("Which versions the inventory allows") struct VersionRulesTests {
  private static let day = CivilDate(daysSinceEpoch: 20_000)
  private static let yesterday = CivilDate(daysSinceEpoch: 19_999)
  private static let tomorrow = CivilDate(daysSinceEpoch: 20_001)

  private static func version(_ build: Int) -> FirmwareVersion { FirmwareVersion(1, 55, UInt8(build)) }

  @Test("a rule holds up to its last day, and that day too") func untilItsLastDay() {
    for (until, holds) in [(Self.yesterday, false), (Self.day, true), (Self.tomorrow, true), (nil, true)]
      as [(CivilDate?, Bool)]
    {
      let rule = VersionRules.Rule(Self.version(31), reason: "it hangs", until: until)
      let rows: [(VersionRules, FirmwareVersion)] = [
        (VersionRules(oldest: [rule]), Self.version(30)), (VersionRules(newest: [rule]), Self.version(32)),
        (VersionRules(blocked: [rule]), Self.version(31)),
      ]
      for (rules, version) in rows {
        let refusal = rules.refusal(of: version, on: Self.day)
        #expect((refusal != nil) == holds, "\(rules)")
        #expect(refusal?.text.hasSuffix(": it hangs") != false && refusal?.text.contains("\(version)") != false)
        #expect(rules.isEmpty(on: Self.day) != holds)
      }
    }
    #expect(VersionRules().isEmpty(on: Self.day))
  }

  @Test("of random rules of two places, what either forbids is forbidden, and nothing else")
  func joined() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededGenerator(seed: seed)
    func rules(_ random: inout SeededGenerator) -> VersionRules {
      func some(_ random: inout SeededGenerator) -> [VersionRules.Rule] {
        (0..<Int.random(in: 0...2, using: &random)).map { _ in
          VersionRules.Rule(
            Self.version(Int.random(in: 20...40, using: &random)),
            until: [nil, Self.yesterday, Self.day].randomElement(using: &random) ?? nil)
        }
      }
      return VersionRules(oldest: some(&random), newest: some(&random), blocked: some(&random))
    }
    func forbids(_ rules: VersionRules, _ build: Int) -> Bool {
      func inForce(_ list: [VersionRules.Rule]) -> [FirmwareVersion] {
        list.filter { $0.until != Self.yesterday }.map(\.version)
      }
      let version = Self.version(build)
      return inForce(rules.oldest).contains { version < $0 } || inForce(rules.newest).contains { $0 < version }
        || inForce(rules.blocked).contains(version)
    }
    for _ in 0..<500 {
      let (one, other) = (rules(&random), rules(&random))
      let both = one.joined(other)
      #expect(both.joined(one) == both, "seed \(seed): a rule is kept once")
      for build in 18...42 {
        let refused = both.refusal(of: Self.version(build), on: Self.day) != nil
        #expect(refused == (forbids(one, build) || forbids(other, build)), "seed \(seed): \(build), \(one), \(other)")
      }
    }
  }

  @Test("of several bounds the strictest is told") func strictest() {
    let rules = VersionRules(
      oldest: [.init(Self.version(25)), .init(Self.version(31), reason: "a bulletin")],
      newest: [.init(Self.version(40)), .init(Self.version(36))])
    let old = rules.refusal(of: Self.version(20), on: Self.day)
    #expect(
      old?.expected == "1.55.31 or newer" && old?.text.hasSuffix("1.55.31: a bulletin") == true,
      "\(String(describing: old))")
    #expect(rules.refusal(of: Self.version(50), on: Self.day)?.expected == "1.55.36 or older")
    #expect(rules.refusal(of: Self.version(33), on: Self.day) == nil)
  }

  @Test("rules for other processors say nothing of a host, and expiry goes by the look") func otherFolder() {
    var bench = Bench()
    let rule = VersionRules.Rule(Bench.newer, reason: "it hangs", until: CivilDate(daysSinceEpoch: 0))
    bench.host.versions = [FamilyModel(family: 26, modelHigh: 0): VersionRules(blocked: [.init(Bench.newer)])]
    #expect(bench.change != nil)
    bench.host.versions = [Bench.folder: VersionRules(blocked: [rule])]
    #expect(bench.exclusion?.kind == .versionBlocked)
    bench.observation.observedAt = Instant(milliseconds: 86_400_000)
    #expect(bench.change != nil, "its last day is over")
  }
}
