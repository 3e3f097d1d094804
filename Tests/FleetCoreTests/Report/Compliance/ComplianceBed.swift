import FleetCore

/// A bulletin on the bench: what it asks, what the host shows, and what an operator declared. Each test changes what it
/// is about.
struct ComplianceBed: Sendable {
  static let id = "AMD-SB-1"
  static let now = Instant(milliseconds: 1_795_737_600_000)  // 2026-11-27
  static let host = HostID("sev-1")

  var bench = Bench()
  var bulletin = Bulletin(id: Self.id, cves: ["CVE-1"], floors: [], fact: SampleFacts.a)
  var rules = ComplianceRules()
  var hasProducts = true

  /// A host whose target runs, with every value that a floor may ask for.
  init() {
    bench.host.target = .version(Bench.running)
    bench.observation.tcb.platform = TCBVersion(bootloader: 4, tee: 0, snp: 24, microcode: 219)
    bench.observation.tcb.reported = bench.observation.tcb.platform
  }

  static func floor(_ requirement: Bulletin.Requirement, _ product: String = "Milan", _ fact: Fact = SampleFacts.a)
    -> Bulletin.Floor
  {
    Bulletin.Floor(product: product, requirement: requirement, fact: fact)
  }

  mutating func ask(_ requirements: Bulletin.Requirement..., fact: Fact = SampleFacts.a) {
    bulletin.floors += requirements.map { Self.floor($0, "Milan", fact) }
  }

  mutating func step(_ text: String, _ fact: Fact = SampleFacts.a) {
    bulletin.steps.append(Bulletin.Step(text: text, fact: fact))
  }

  mutating func waive(
    _ subject: ComplianceRules.Subject = .bulletin(Self.id), until expires: String = "2026-12-01",
    host: HostID = Self.host
  ) {
    rules.waivers.append(
      .init(
        hosts: [host], subject: subject, owner: "Mara", reason: "guests", expires: CivilDate(expires)!,
        declaredAt: SourceLocation(file: "compliance.yaml", line: rules.waivers.count + 1)))
  }

  static func done(_ step: String, at day: String, host: HostID = Self.host) -> ComplianceRules.StepDone {
    .init(
      hosts: [host], bulletin: id, step: step, by: "Jo", at: CivilDate(day)!,
      declaredAt: SourceLocation(file: "compliance.yaml"))
  }

  var facts: Facts {
    var facts = bench.facts
    facts.bulletins = [bulletin]
    if hasProducts {
      facts.products = [
        .init(name: "Milan", generation: "Milan", models: [1], steppings: [1], fact: SampleFacts.b),
        .init(name: "Milan-X", generation: "Milan", models: [1], steppings: [2], fact: SampleFacts.b),
      ]
    }
    return facts
  }

  var judge: ComplianceJudge { ComplianceJudge(facts: facts, rules: rules) }

  var evidence: ComplianceJudge.Evidence {
    .init(seen: bench.observation, failure: bench.failure, floor: bench.floor)
  }

  func row(at instant: Instant = Self.now) -> ComplianceRow { judge.row(bench.host, evidence, at: instant) }
  func verdict(at instant: Instant = Self.now) -> BulletinVerdict { row(at: instant).bulletins[0] }
}
