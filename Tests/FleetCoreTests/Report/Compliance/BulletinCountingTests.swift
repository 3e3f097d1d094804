import FleetCore
import Testing

/// What counts against a host: facts that are only shown neither add to it nor take from it.
@Suite struct BulletinCountingTests {
  /// Everything that one fact may say of the bench's host.
  enum Word: CaseIterable {
    case floorMet, floorNotMet, floorUnknown, biosUnknown, bitVerified, bitOpen, stepOpen, stepDone, notAffected

    func say(_ fact: Fact, _ bed: inout ComplianceBed) {
      switch self {
      case .floorMet: bed.ask(.snp(24), fact: fact)
      case .floorNotMet: bed.ask(.firmware(Bench.newer), fact: fact)
      case .floorUnknown: bed.ask(.microcode(0xA0011D5), fact: fact)
      case .biosUnknown: bed.ask(.agesa("1.0.0.H"), fact: fact)
      case .bitVerified: bed.ask(.mitigationBit(1), fact: fact)
      case .bitOpen: bed.ask(.mitigationBit(2), fact: fact)
      case .stepOpen: bed.step("reboot", fact)
      case .stepDone: bed.step("alias check", fact)
      case .notAffected: bed.bulletin.unaffected.append(.init(product: "Milan", fact: fact))
      }
    }
  }

  private static func bed(_ words: [Word], seesBits: Bool = true) -> ComplianceBed {
    var bed = ComplianceBed()
    bed.hasProducts = false
    bed.bench.observation.microcode = nil
    bed.bench.observation.mitigations = seesBits ? MitigationVector(supported: [1, 2], verified: [1]) : nil
    bed.rules.steps = [ComplianceBed.done("alias check", at: "2026-11-01")]
    for word in words { word.say(SampleFacts.a, &bed) }
    return bed
  }

  private static func badness(_ outcome: ComplianceRow.Outcome) -> Int {
    switch outcome {
    case .compliant, .waived: 0
    case .unknown: 1
    case .nonCompliant: 2
    }
  }

  private static let pairs: [[Word]] =
    [[]] + Word.allCases.map { [$0] }
    + Word.allCases.flatMap { one in Word.allCases.filter { $0 != one }.map { [one, $0] } }

  /// Every one and two statements of AMD's own, with every other statement of every grade that does not count.
  @Test func whatIsOnlyShownNeverHelps() {
    for words in Self.pairs {
      for seesBits in [true, false] {
        for isUnknownEnforced in [true, false] {
          var bed = Self.bed(words, seesBits: seesBits)
          bed.rules.enforceUnknown = isUnknownEnforced
          let alone = bed.row().outcome
          for grade in [FactGrade.b, .c, .inferred] {
            for word in Word.allCases {
              var more = bed
              word.say(Fact(grade: grade, sources: ["other"]), &more)
              let outcome = more.row().outcome
              #expect(
                Self.badness(outcome) >= Self.badness(alone),
                "\(words), \(seesBits), \(isUnknownEnforced): \(grade) \(word) makes \(alone) \(outcome)")
            }
          }
        }
      }
    }
  }

  /// Where AMD itself says nothing of the product, nothing counts, whatever others say.
  @Test func whatIsOnlyShownCountsAgainstNobody() {
    for words in Self.pairs {
      var bed = Self.bed([])
      bed.bulletin.fact = SampleFacts.c
      for word in words { word.say(SampleFacts.c, &bed) }
      bed.rules.enforceUnknown = true
      let row = bed.row()
      #expect(row.outcome == .compliant && row.breaches.isEmpty, "\(words): \(row.breaches)")
      #expect(row.bulletins[0].counted == nil && !row.bulletins[0].isEnforced, "\(words)")
      bed.rules.enforcesBulletins = false
      #expect(bed.row().bulletins[0].state == row.bulletins[0].state, "it is shown all the same")
    }
  }

  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var words: [Word]
    var shown: [Word]
    var state: BulletinVerdict.State
    var outcome: ComplianceRow.Outcome
    var isUnknownEnforced = false
  }

  static let rows: [Row] = [
    Row(
      testDescription: "an open step beside a floor that is only shown", words: [.floorMet, .stepOpen],
      shown: [.floorNotMet], state: .behind, outcome: .nonCompliant),
    Row(
      testDescription: "an open step beside a floor that nobody can judge", words: [.floorUnknown, .stepOpen],
      shown: [], state: .unknown, outcome: .nonCompliant),
    Row(
      testDescription: "an open step of AMD's where only others tell a floor", words: [.stepOpen], shown: [.floorMet],
      state: .stepsOpen, outcome: .nonCompliant),
    Row(
      testDescription: "an open step where nobody says what closes it", words: [.stepOpen], shown: [],
      state: .unknown, outcome: .compliant),
    Row(
      testDescription: "a floor that is not met, and somebody says that it is not affected", words: [.floorNotMet],
      shown: [.notAffected], state: .behind, outcome: .nonCompliant),
    Row(
      testDescription: "AMD says that it is not affected, and others that a floor is not met", words: [.notAffected],
      shown: [.floorNotMet], state: .notConcerned, outcome: .compliant),
    Row(
      testDescription: "a BIOS that nobody knows beside a floor of others that is met", words: [.biosUnknown],
      shown: [.floorMet], state: .floorMet, outcome: .unknown, isUnknownEnforced: true),
    Row(
      testDescription: "a BIOS that nobody knows beside a floor of others that is not met", words: [.biosUnknown],
      shown: [.floorNotMet], state: .behind, outcome: .unknown, isUnknownEnforced: true),
  ]

  @Test(arguments: rows) func counts(row: Row) {
    var bed = Self.bed(row.words)
    for word in row.shown { word.say(SampleFacts.c, &bed) }
    bed.rules.enforceUnknown = row.isUnknownEnforced
    let found = bed.row()
    #expect(found.bulletins[0].state == row.state && found.outcome == row.outcome, "\(found.bulletins)")
    #expect((found.state == .compliant) == (row.outcome == .compliant))
    for breach in found.breaches { #expect(breach.fact?.grade == .a, "a breach names the fact that counts") }
  }

  /// Without believing anybody, the word of a better grade is the one that is shown.
  @Test func theBetterKnownOneIsShown() {
    for (floor, word, state) in [
      (FactGrade.a, FactGrade.c, BulletinVerdict.State.behind), (.b, .inferred, .behind), (.c, .c, .notConcerned),
      (.c, .a, .notConcerned), (.a, .a, .notConcerned),
    ] {
      var bed = Self.bed([])
      bed.rules.enforcesBulletins = false
      Word.floorNotMet.say(Fact(grade: floor, sources: ["one"]), &bed)
      Word.notAffected.say(Fact(grade: word, sources: ["other"]), &bed)
      #expect(bed.verdict().state == state, "floor \(floor), not affected \(word)")
    }
  }

  /// What was open before a look failed is not told as open now, and what is not affected stays so only by a word that
  /// counts.
  @Test func afterAFailedLook() {
    for words in Self.pairs {
      for shown in [[], [Word.notAffected]] {
        var bed = Self.bed(words)
        for word in shown { word.say(SampleFacts.c, &bed) }
        bed.bench.failure = ProbeFailure(kind: .unreachable, text: "no answer")
        bed.rules.enforceUnknown = true
        let verdict = bed.verdict()
        #expect(verdict.counted?.state == (words.contains(.notAffected) ? .notConcerned : .unknown), "\(words)")
        #expect([.unknown, .notConcerned].contains(verdict.state), "\(words)")
        #expect(bed.row().outcome == .unknown, "\(words)")
      }
    }
  }
}
