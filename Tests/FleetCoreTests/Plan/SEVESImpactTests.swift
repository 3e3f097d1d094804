import FleetCore
import Testing

@Suite("RULES S: the SEV-ES gate") struct SEVESImpactTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var verdict: SEVESImpact.Verdict
    var change: @Sendable (inout Bench) -> Void

    init(_ name: String, _ verdict: SEVESImpact.Verdict, _ change: @escaping @Sendable (inout Bench) -> Void) {
      testDescription = "\(name): \(verdict.rawValue)"
      self.verdict = verdict
      self.change = change
    }
  }

  private static func target(_ bench: inout Bench, _ version: FirmwareVersion, spl: Int) {
    bench.catalog = Catalog(images: [Bench.image(version, spl: spl)])
    bench.options = PlanOptions(target: .version(version), allowDowngrade: true)
  }

  private static func runsLosing(_ bench: inout Bench) {
    bench.observation.firmware.kernelLog = Bench.log(Bench.losing)
    bench.observation.files = [FirmwareFile(path: Bench.path, version: Bench.losing, spl: 28)]
  }

  static let rows: [Row] = [
    Row("level 26", .kept) { target(&$0, Bench.losing, spl: 26) },
    Row("level 27", .lost) { target(&$0, Bench.newer, spl: 27) },
    Row("level 0, 1.55.31: a version alone is not believed to keep it", .unknown) { target(&$0, Bench.newer, spl: 0) },
    Row("level 0, 1.55.33", .unknown) { target(&$0, FirmwareVersion(1, 55, 33), spl: 0) },
    Row("level 0, 1.55.36", .lost) { target(&$0, Bench.losing, spl: 0) },
    Row("SNP off", .unused) {
      target(&$0, Bench.losing, spl: 28)
      $0.observation.parameters.sevSNP = false
    },
    Row("SNP that failed to start may start with the target", .lost) {
      target(&$0, Bench.losing, spl: 28)
      $0.observation.parameters.sevSNP = false
      $0.observation.firmware.kernelLog?.initErrors = [.init(seconds: 5, code: 1, line: "")]
    },
    Row("SNP unknown", .lost) {
      target(&$0, Bench.losing, spl: 28)
      $0.observation.parameters.sevSNP = nil
      $0.observation.firmware.kernelLog?.snpEnabled = nil
      $0.observation.firmware.kernelLog?.hasRMPTable = true
    },
    Row("SEV-ES off", .unused) {
      target(&$0, Bench.losing, spl: 28)
      $0.observation.parameters.sevES = false
    },
    Row("lost already", .unused) {
      runsLosing(&$0)
      target(&$0, FirmwareVersion(1, 55, 40), spl: 29)
    },
    Row("lost now, kept by the target", .regained) {
      runsLosing(&$0)
      target(&$0, Bench.newer, spl: 25)
    },
    Row("lost now, the target unknown", .unused) {
      runsLosing(&$0)
      target(&$0, FirmwareVersion(1, 55, 33), spl: 0)
    },
    Row("Placement offers none and no such server is here", .unused) {
      target(&$0, Bench.losing, spl: 28)
      $0.view.encryptionSlots = [.sev: 400, .sevES: 0]
    },
    Row("Placement offers none, yet a server of unknown model is here", .lost) {
      target(&$0, Bench.losing, spl: 28)
      $0.view.encryptionSlots = [.sevES: 0]
      $0.put(Bench.server("u1", .unknown, status: .shutoff))
    },
    Row("Placement offers none, yet a process is SEV-ES (D1)", .lost) {
      target(&$0, Bench.losing, spl: 28)
      $0.view.encryptionSlots = [.sevES: 0]
      $0.put(Bench.server("e1", .sevES))
      $0.view.servers[0].model = .none
    },
    Row("Placement offers some", .lost) {
      target(&$0, Bench.losing, spl: 28)
      $0.view.encryptionSlots = [.sevES: 5]
    },
    Row("Placement was not asked", .lost) { target(&$0, Bench.losing, spl: 28) },
    Row("factory, the BIOS copy is old enough", .kept) {
      $0.options = PlanOptions(target: .factory, allowDowngrade: true)
    },
    Row("factory, unknown BIOS copy under firmware that keeps it", .kept) {
      $0.options = PlanOptions(target: .factory, allowDowngrade: true)
      $0.floor = nil
    },
    Row("factory, unknown BIOS copy under firmware that lost it", .unused) {
      runsLosing(&$0)
      $0.options = PlanOptions(target: .factory, allowDowngrade: true)
      $0.floor = nil
    },
    Row("a repair activates nothing", .unused) {
      $0.options.target = .version(Bench.running)
      $0.observation.files = []
    },
  ]

  @Test("verdicts", arguments: rows) func verdict(row: Row) throws {
    var bench = Bench()
    row.change(&bench)
    switch row.verdict {
    case .kept, .regained, .unused:
      let impact = try #require(bench.change, "\(bench.decide())").sevES
      #expect(impact.verdict == row.verdict, "\(impact.text)")
      #expect(impact.passes)
      #expect(!impact.accepted)
    case .lost, .unknown:
      let exclusion = try #require(bench.exclusion, "\(bench.decide())")
      #expect(exclusion.kind == .sevESLoss)
      #expect(exclusion.found == row.verdict.rawValue)
    }
  }

  @Test("every verdict is some row's") func complete() {
    #expect(Set(Self.rows.map(\.verdict)) == Set(SEVESImpact.Verdict.allCases))
  }

  @Test("a loss passes when a person or policy accepts it, for the servers of now", arguments: [true, false])
  func accepted(byOption: Bool) throws {
    var bench = Bench()
    Self.target(&bench, Bench.losing, spl: 28)
    bench.put(Bench.server("e2", .sevES), Bench.server("e1", .sevES), Bench.server("n1"))
    bench.host.policy.drain.sev = .cold
    bench.sevESDestinations = ["cmp-9"]
    #expect(bench.exclusion?.kind == .sevESLoss)
    #expect(bench.exclusion?.text.contains("vm-e1 (project p-e1), vm-e2 (project p-e2)") == true)
    if byOption { bench.options.acceptSEVESLoss = true } else { bench.host.policy.sevESLoss = .allow }
    let change = try #require(bench.change, "\(bench.decide())")
    #expect(
      change.sevES == SEVESImpact(verdict: .lost, servers: ["e1", "e2"], text: change.sevES.text, accepted: true))
    #expect(change.reasons.contains { $0.rule == "S" })
    #expect(change.drain.servers.map(\.move) == [.cold, .cold, .live])
  }

  @Test("an acceptance is not written where nothing is lost") func notNeeded() throws {
    var bench = Bench()
    bench.options.acceptSEVESLoss = true
    #expect(try #require(bench.change).sevES.accepted == false)
  }

  @Test("a SEV-ES server is never left where SEV-ES is lost (E3)") func neverLeft() throws {
    var bench = Bench()
    Self.target(&bench, Bench.losing, spl: 28)
    bench.options.acceptSEVESLoss = true
    bench.put(Bench.server("e1", .sevES, status: .shutoff))
    let exclusion = try #require(bench.exclusion)
    #expect(exclusion.kind == .serversBlocked)
    #expect(exclusion.rule == "E3")
  }

  @Test("guests that attest: announced for every activation with SNP on", arguments: [true, false])
  func attestation(snp: Bool) throws {
    var bench = Bench()
    bench.observation.parameters.sevSNP = snp
    let impact = try #require(bench.change).attestation
    #expect(impact == AttestationImpact(vcekChanges: snp, reportedTCBReset: snp, vlekLost: snp))
  }
}
