import FleetCore
import Testing

/// One bulletin held against one host: no state is ever taken for a better one.
@Suite struct BulletinJudgeTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var state: BulletinVerdict.State
    var change: @Sendable (inout ComplianceBed) -> Void

    init(
      _ name: String, _ state: BulletinVerdict.State, _ change: @escaping @Sendable (inout ComplianceBed) -> Void
    ) {
      (testDescription, self.state, self.change) = ("\(state.rawValue): \(name)", state, change)
    }
  }

  static let floors: [Row] = [
    Row("no fact tells what closes it", .unknown) { _ in },
    Row("facts speak of another product", .unknown) { $0.bulletin.floors = [ComplianceBed.floor(.snp(1), "Genoa")] },
    Row("somebody says that it is not affected", .notConcerned) {
      $0.ask(.snp(99))
      $0.bulletin.unaffected = [.init(product: "Milan", fact: SampleFacts.a)]
    },
    Row("another product is not affected", .behind) {
      $0.ask(.snp(99))
      $0.bulletin.unaffected = [.init(product: "Genoa", fact: SampleFacts.a)]
    },
    Row("SNP reached", .mitigated) { $0.ask(.snp(24)) },
    Row("SNP one short", .behind) { $0.ask(.snp(25)) },
    Row("SNP unknown", .unknown) {
      $0.ask(.snp(1))
      $0.bench.observation.tcb = TCBReading()
      $0.bench.observation.files = []
    },
    Row("two SNP levels that disagree", .unknown) {
      $0.ask(.snp(1))
      $0.bench.observation.tcb.platform?.snp = 23
    },
    Row("firmware reached", .mitigated) { $0.ask(.firmware(Bench.running)) },
    Row("firmware too old", .behind) { $0.ask(.firmware(Bench.newer)) },
    Row("firmware unknown", .unknown) {
      $0.ask(.firmware(Bench.old))
      $0.bench.observation.firmware = FirmwareReadings()
    },
    Row("one floor met and one not", .behind) { $0.ask(.snp(24), .firmware(Bench.newer)) },
    Row("one floor not met and one unknown", .behind) {
      $0.ask(.snp(99), .firmware(Bench.old))
      $0.bench.observation.firmware = FirmwareReadings()
    },
    Row("a floor that was taken back does not count", .mitigated) {
      $0.ask(.snp(24), .snp(99))
      $0.bulletin.floors[1].withdrawn = CivilDate("2026-09-24")
    },
    Row("the only floor was taken back", .unknown) {
      $0.ask(.snp(24))
      $0.bulletin.floors[0].withdrawn = CivilDate("2026-09-24")
    },
    Row("the last look failed", .unknown) {
      $0.ask(.snp(24))
      $0.bench.failure = ProbeFailure(kind: .unreachable, text: "no answer")
    },
    Row("the last look failed on an open one", .unknown) {
      $0.ask(.snp(99))
      $0.bench.failure = ProbeFailure(kind: .unreachable, text: "no answer")
    },
    Row("the processor is unknown", .unknown) {
      $0.ask(.snp(24))
      $0.bench.observation.cpu = nil
    },
    Row("no generation has the processor", .unknown) {
      $0.ask(.snp(24))
      $0.bench.observation.cpu = CPUIdentity(family: 27, model: 1, stepping: 1)
    },
  ]

  static let microcode: [Row] = [
    Row("microcode reached", .mitigated) { $0.ask(.microcode(0xA0011D5)) },
    Row("microcode too old", .behind) { $0.ask(.microcode(0xA0011DB)) },
    Row("microcode unknown", .unknown) {
      $0.ask(.microcode(0xA0011D5))
      $0.bench.observation.microcode = nil
    },
    Row("a floor of Milan-X says nothing of Milan", .unknown) {
      $0.bulletin.floors = [ComplianceBed.floor(.microcode(0xA001200), "Milan-X")]
    },
    Row("Milan-X has its own", .behind) {
      $0.bulletin.floors = [
        ComplianceBed.floor(.microcode(0xA0011D5)), ComplianceBed.floor(.microcode(0xA001244), "Milan-X"),
      ]
      $0.bench.observation.cpu?.stepping = 2
      $0.bench.observation.microcode = "0xa001243"
    },
    Row("a stepping of which no fact tells the product", .unknown) {
      $0.ask(.microcode(0xA0011D5), .snp(24))
      $0.bench.observation.cpu?.stepping = 0
    },
    Row("a revision for another stepping than the processor's", .unknown) {
      $0.hasProducts = false
      $0.ask(.microcode(0xA001200))
    },
    Row("a microcode level of the TCB of its product", .behind) { $0.ask(.microcodeTCB(222)) },
    Row("a microcode level of another product", .unknown) {
      $0.bulletin.floors = [ComplianceBed.floor(.microcodeTCB(71), "Milan-X")]
    },
    Row("the SNP level counts for every product of the generation", .mitigated) {
      $0.ask(.snp(24))
      $0.bench.observation.cpu?.stepping = 2
    },
  ]

  private static func statement(_ version: String, bios: String = "B 1.2") -> ComplianceRules.AGESAStatement {
    .init(bios: bios, version: version, by: "Jo", declaredAt: SourceLocation(file: "compliance.yaml"))
  }

  static let extras: [Row] = [
    Row("only a BIOS name, and nobody says which it is", .unknown) { $0.ask(.agesa("1.0.0.H")) },
    Row("what is measured is met, the BIOS name is not known: never mitigated", .floorMet) {
      $0.ask(.agesa("1.0.0.H"), .snp(24))
    },
    Row("the BIOS name is told and new enough", .mitigated) {
      $0.ask(.agesa("1.0.0.9"), .snp(24))
      $0.rules.agesa = [statement("1.0.0.H")]
    },
    Row("the BIOS name is told and too old", .behind) {
      $0.ask(.agesa("1.0.0.H"), .snp(24))
      $0.rules.agesa = [statement("1.0.0.9")]
    },
    Row("the BIOS name is told of another BIOS", .unknown) {
      $0.ask(.agesa("1.0.0.9"))
      $0.rules.agesa = [statement("1.0.0.H", bios: "B 1.1")]
    },
    Row("a BIOS name of another line does not compare", .unknown) {
      $0.ask(.agesa("Genoa++ 1.0.0.H"))
      $0.rules.agesa = [statement("1.0.0.J")]
    },
    Row("a measured floor unknown beside the BIOS name", .unknown) {
      $0.ask(.agesa("1.0.0.H"), .snp(24), .microcode(0xA0011D5))
      $0.bench.observation.microcode = nil
    },
    Row("a step is open", .stepsOpen) {
      $0.ask(.snp(24))
      $0.step("reboot")
    },
    Row("a step is done", .mitigated) {
      $0.ask(.snp(24))
      $0.step("reboot")
      $0.rules.steps = [ComplianceBed.done("reboot", at: "2026-11-27")]
    },
    Row("a step will be done tomorrow", .stepsOpen) {
      $0.ask(.snp(24))
      $0.step("reboot")
      $0.rules.steps = [ComplianceBed.done("reboot", at: "2026-11-28")]
    },
    Row("a step was done on another host", .stepsOpen) {
      $0.ask(.snp(24))
      $0.step("reboot")
      $0.rules.steps = [ComplianceBed.done("reboot", at: "2026-11-01", host: HostID("sev-2"))]
    },
    Row("every step is done and the floor is not met", .behind) {
      $0.ask(.snp(25))
      $0.step("reboot")
      $0.rules.steps = [ComplianceBed.done("reboot", at: "2026-11-01")]
    },
    Row("the mitigation bit cannot be read", .floorMet) { $0.ask(.snp(24), .mitigationBit(2)) },
    Row("the mitigation bit is verified", .mitigated) {
      $0.ask(.snp(24), .mitigationBit(2))
      $0.bench.observation.mitigations = MitigationVector(supported: [1, 2], verified: [2])
    },
    Row("the mitigation bit is supported and not verified", .stepsOpen) {
      $0.ask(.snp(24), .mitigationBit(2))
      $0.bench.observation.mitigations = MitigationVector(supported: [1, 2], verified: [1])
    },
    Row("the masks are told in part", .floorMet) {
      $0.ask(.snp(24), .mitigationBit(2))
      $0.bench.observation.mitigations = MitigationVector(supported: [1, 2])
    },
    Row("a bit alone that cannot be read is no floor that is met", .unknown) { $0.ask(.mitigationBit(2)) },
  ]

  @Test(arguments: floors + microcode + extras) func states(row: Row) {
    var bed = ComplianceBed()
    row.change(&bed)
    let verdict = bed.verdict()
    #expect(verdict.state == row.state, "\(verdict.text)")
    #expect(!verdict.text.isEmpty && !verdict.fact.sources.isEmpty)
    // A sentence tells why wherever something is unknown.
    for check in verdict.checks { #expect((check.state == .unknown) == (check.why != nil), "\(check)") }
  }

  @Test func everyStateIsSomeRows() {
    #expect(Set((Self.floors + Self.extras).map(\.state)) == Set(BulletinVerdict.State.allCases))
  }

  @Test func aHostNeverSeenIsUnknown() {
    var bed = ComplianceBed()
    bed.ask(.snp(1))
    let row = bed.judge.row(bed.bench.host, .init(seen: nil), at: ComplianceBed.now)
    #expect(row.bulletins.map(\.state) == [.unknown] && row.outcome == .unknown)
  }

  /// What is enforced follows from the grade and from what an operator accepted, never from the state.
  @Test(arguments: FactGrade.allCases, [false, true]) func enforcement(grade: FactGrade, isAccepted: Bool) {
    var bed = ComplianceBed()
    bed.ask(.snp(99), fact: Fact(grade: grade, sources: ["test"]))
    if isAccepted {
      bed.rules.accept = [
        .init(bulletin: nil, source: "test", by: "Mara", reason: "r", declaredAt: SourceLocation(file: "c"))
      ]
    }
    let isEnforced = grade == .a || grade == .b && isAccepted
    let row = bed.row()
    #expect(row.bulletins[0].state == .behind && row.bulletins[0].fact.grade == grade)
    #expect(row.bulletins[0].isEnforced == isEnforced)
    #expect(row.state == (isEnforced ? .behind : .compliant))
    #expect(row.outcome == (isEnforced ? .nonCompliant : .compliant))
  }

  /// A microcode floor rests on which product it is: the weaker of both facts is its grade.
  @Test func aFloorIsNoBetterThanItsProduct() {
    var bed = ComplianceBed()
    bed.ask(.microcode(0xA0011FF))
    #expect(bed.verdict().fact.grade == .b && !bed.verdict().isEnforced)
    bed.hasProducts = false
    #expect(bed.verdict().fact.grade == .a && bed.verdict().isEnforced)
  }

  /// Whatever is hidden of a host, no verdict gets better for it.
  @Test func hidingSomethingNeverHelps() {
    let seed = TestEnvironment.seed()
    print("BulletinJudgeTests.hidingSomethingNeverHelps seed \(seed)")
    var random = SeededGenerator(seed: seed)
    func rank(_ state: BulletinVerdict.State) -> Int {
      switch state {
      case .mitigated: 3
      case .floorMet: 2
      case .stepsOpen: 2
      case .behind, .unknown: 1
      case .notConcerned: 4
      }
    }
    for round in 0..<TestEnvironment.sample(2000) {
      var bed = ComplianceBed()
      let kinds: [Bulletin.Requirement] = [
        .snp([1, 24, 25].randomElement(using: &random)!),
        .microcodeTCB([200, 219, 220].randomElement(using: &random)!),
        .firmware([Bench.old, Bench.running, Bench.newer].randomElement(using: &random)!), .mitigationBit(1),
        .microcode([0xA0011D5, 0xA0011DB].randomElement(using: &random)!), .agesa("1.0.0.C"),
      ]
      for kind in kinds where Bool.random(using: &random) { bed.ask(kind) }
      if Bool.random(using: &random) { bed.step("reboot") }
      if Bool.random(using: &random) { bed.rules.steps = [ComplianceBed.done("reboot", at: "2026-01-01")] }
      if Bool.random(using: &random) { bed.rules.agesa = [Self.statement("1.0.0.D")] }
      bed.bench.observation.mitigations = MitigationVector(
        supported: [1], verified: Bool.random(using: &random) ? [1] : [])
      let full = bed.verdict().state
      let hide: [(inout Observation) -> Void] = [
        { $0.tcb = TCBReading() }, { $0.firmware = FirmwareReadings() }, { $0.microcode = nil }, { $0.bios = nil },
        { $0.mitigations = nil }, { $0.cpu = nil }, { $0.files = [] },
      ]
      for each in hide where Bool.random(using: &random) { each(&bed.bench.observation) }
      let less = bed.verdict().state
      // What was open may become unknown or "cannot be read"; nothing becomes mitigated, and no floor becomes met.
      #expect(rank(less) <= max(rank(full), 1), "round \(round): \(full) became \(less)")
      #expect(full != .behind || !less.hasFloor, "round \(round): \(full) became \(less)")
    }
  }
}
