import FleetCore
import Testing

@Suite("Rules of the cloud audit") struct CloudRulesTests {
  @Test(
    "what an aggregate offers",
    arguments: [
      ("true", "true", true), ("true", "false", false), ("a,b", "b", true), ("a, b", "b", true),
      ("a", "<or> a <or> b", true),
      ("c", "<or> a <or> b", false), ("a", "s== a", true), ("b", "s== a", false), ("5", ">= 3", true), ("", "", false),
    ])
  func offers(offered: String, asked: String, isOffered: Bool) {
    let property = AggregateProperty(key: "k", value: asked)
    #expect(property.isOffered(by: ["k": offered]) == isOffered)
    #expect(!property.isOffered(by: ["other": offered]))
  }

  @Test func onlyScopedKeysAreAsked() {
    let asked = AggregateProperty.asked(["aggregate_instance_extra_specs:sev": "true", "sev": "1", "hw:cpu": "2"])
    #expect(asked == [AggregateProperty(key: "sev", value: "true")])
  }

  /// What is switched off and not offered is nobody's fault; what is offered falsely is, for each model.
  @Test(arguments: EncryptionModel.encrypted, FeatureVerdict.allCases)
  func aTraitIsFalseWhereTheModelCannotRun(model: EncryptionModel, verdict: FeatureVerdict) {
    var bench = CloudBench()
    switch model {
    case .sev: bench.hosts[0].features?.sev = verdict
    case .sevES: bench.hosts[0].features?.sevES = verdict
    case .sevSNP: bench.hosts[0].features?.sevSNP = verdict
    case .none, .unknown: break
    }
    let isFalse = verdict == .lost || verdict == .off
    #expect(bench.kinds.contains(.traitFalse) == isFalse)
    bench.hosts[0].offer = .read(CloudOffer(slots: [:]))
    #expect(!bench.kinds.contains(.traitFalse))
  }

  /// A host that may serve keeps a flavor from being called useless.
  @Test func oneHostThatMayIsEnough() {
    var bench = CloudBench()
    for index in 0..<3 { bench.hosts[index].features?.sevES = .lost }
    #expect(bench.kinds.contains(.flavorUnserved))
    bench.hosts[2].features?.sevES = .unknown
    #expect(!bench.kinds.contains(.flavorUnserved))
  }

  // MARK: Tempest

  @Test func everyModeThatRuns() {
    let modes = TempestModes(CloudBench().setUp)
    #expect(modes.modes.map(\.model) == [.sev, .sevES, .sevSNP])
    #expect(modes.modes.map { $0.flavor?.name } == ["sev.small", "sev-es.small", "sev-snp.small"])
    #expect(modes.modes.allSatisfy { $0.image?.name == "uefi" && $0.hosts == ["h1", "h2", "h3"] })
    #expect(modes.leftOut.isEmpty)
  }

  /// SEV-ES is never a mode beside SNP where the firmware refuses it, whatever Placement still offers.
  @Test func refusedSEVESIsLeftOut() throws {
    var bench = CloudBench()
    for index in 0..<3 { bench.hosts[index].features?.sevES = .lost }
    let modes = TempestModes(bench.setUp)
    #expect(modes.modes.map(\.model) == [.sev, .sevSNP])
    let left = try #require(modes.leftOut.first)
    #expect(left.model == .sevES && left.why.contains("refuses SEV-ES while SNP is on"))
  }

  @Test func whatNobodyCanTellIsLeftOut() {
    var bench = CloudBench()
    for index in 0..<3 { bench.hosts[index].features = nil }
    let modes = TempestModes(bench.setUp)
    #expect(modes.modes.isEmpty)
    #expect(modes.leftOut.allSatisfy { $0.why.contains("nobody can tell") })
  }
}
