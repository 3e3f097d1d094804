import FleetCore
import Testing

@Suite("What a host must still be like when its wave has soaked") struct SoakRulesTests {
  private static func rules() -> SoakRules {
    SoakRules(
      change: RolloutSamples.change("sev-1"),
      after: RunFacts(
        version: Bench.newer, features: SEVFeatures(sev: .usable, sevES: .usable, sevSNP: .usable), passes: ["SEV"],
        bootID: "boot-1", kernel: Bench.kernel),
      facts: SampleFacts.all)
  }

  private static func seen() -> Observation {
    var seen = Bench.observation()
    seen.firmware.kernelLog = Bench.log(Bench.newer)
    seen.checks = [ToolCheck(text: "SEV", verdict: .pass, depth: 0)]
    return seen
  }

  @Test("nothing changed, nothing is told") func good() {
    #expect(Self.rules().failures(Self.seen()).isEmpty)
    #expect(Self.rules().failures(Bench.service()).isEmpty)
  }

  @Test("another firmware, in words") func version() {
    var seen = Self.seen()
    seen.firmware.kernelLog = Bench.log(Bench.old)
    let told = Self.rules().failures(seen)
    #expect(told.first == "sev-1 runs \(Bench.old), not \(Bench.newer)", "\(told)")
  }

  @Test("a check that passed and fails now") func check() {
    var seen = Self.seen()
    seen.checks = [ToolCheck(text: "SEV", verdict: .fail, depth: 0)]
    let told = Self.rules().failures(seen)
    #expect(told.count == 1 && told.first?.contains("checks that passed before fail now: SEV") == true, "\(told)")
  }

  @Test("SEV that was switched off meanwhile") func feature() {
    var seen = Self.seen()
    seen.parameters = SEVParameters(sev: false, sevES: false, sevSNP: false)
    #expect(Self.rules().failures(seen).contains { $0.contains("does not start any more") })
  }

  @Test("a compute service that is disabled, down, or forced down") func service() {
    var service = Bench.service()
    service.isEnabled = false
    #expect(Self.rules().failures(service) == ["sev-1: its compute service is disabled"])
    service = Bench.service()
    service.isUp = false
    #expect(Self.rules().failures(service) == ["sev-1: its compute service is down"])
    service = Bench.service()
    service.forcedDown = true
    #expect(Self.rules().failures(service) == ["sev-1: its compute service is down"])
  }
}
