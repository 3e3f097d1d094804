import FleetCore
import Testing

@Suite("Compliance: a host held against its target") struct ComplianceTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var state: ComplianceRow.State
    var findings: [String]
    var change: @Sendable (inout Bench) -> Void

    init(
      _ name: String, _ state: ComplianceRow.State, findings: [String] = [],
      _ change: @escaping @Sendable (inout Bench) -> Void
    ) {
      testDescription = "\(state.rawValue): \(name)"
      self.state = state
      self.findings = findings
      self.change = change
    }
  }

  static let rows: [Row] = [
    Row("version and file are right", .compliant) { $0.host.target = .version(Bench.running) },
    Row("older", .behind) { $0.host.target = .version(Bench.newer) },
    Row("newer", .ahead) { $0.host.target = .version(Bench.old) },
    Row("another one after the next reset", .unstable, findings: ["armed"]) {
      $0.host.target = .version(Bench.running)
      $0.observation.files = []
    },
    Row("nobody can tell what the next reset brings", .unknown, findings: ["afterResetUnknown"]) {
      $0.host.target = .version(Bench.running)
      $0.observation.nextBootKernel = nil
    },
    Row("no target", .unknown) { $0.host.target = nil },
    Row("the last look failed", .unknown, findings: ["unreachable"]) {
      $0.host.target = .version(Bench.running)
      $0.failure = ProbeFailure(kind: .unreachable, text: "no answer")
    },
    Row("two sources differ", .unknown, findings: ["contradictorySources"]) {
      $0.host.target = .version(Bench.running)
      $0.observation.firmware.sevctl = Bench.newer
    },
    Row("the right version, and SEV does not start", .unknown, findings: ["sevLost"]) {
      $0.host.target = .version(Bench.running)
      $0.observation.parameters.sev = false
      $0.observation.firmware.kernelLog?.initErrors = [.init(seconds: 5, code: 1, line: "")]
    },
    Row("the right version, and SNP alone does not start", .unknown, findings: ["snpLost"]) {
      $0.host.target = .version(Bench.running)
      $0.observation.firmware.kernelLog?.initErrors = [
        .init(seconds: 5, code: 1, line: "SEV-SNP: failed to INIT rc -5, error 0x1")
      ]
    },
    Row("two SNP levels that disagree are a finding (V2)", .compliant, findings: ["contradictoryTCB"]) {
      $0.host.target = .version(Bench.running)
      $0.observation.tcb.platform = TCBVersion(bootloader: 4, tee: 0, snp: 23, microcode: 219)
    },
    Row("factory, the BIOS copy runs", .compliant) {
      $0.host.target = .factory
      $0.floor?.version = Bench.running
      $0.observation.files = []
    },
    Row("factory, and the BIOS copy is unknown", .unknown) {
      $0.host.target = .factory
      $0.floor = nil
    },
    Row("a reported TCB below the platform's is a finding (FACTS 1.3)", .compliant, findings: ["reportedTCB"]) {
      $0.host.target = .version(Bench.running)
      $0.observation.tcb.platform = TCBVersion(bootloader: 4, tee: 0, snp: 24, microcode: 219)
      $0.observation.tcb.reported = TCBVersion(bootloader: 4, tee: 0, snp: 23, microcode: 219)
    },
  ]

  @Test("rows", arguments: rows) func judge(row: Row) {
    var bench = Bench()
    row.change(&bench)
    let found = ComplianceRow.judge(
      bench.host, observation: bench.observation, failure: bench.failure, floor: bench.floor, quarantine: nil,
      facts: bench.facts)
    #expect(found.state == row.state)
    let kinds = found.findings.map(\.kind)
    for kind in row.findings { #expect(kinds.contains(kind), "\(kinds)") }
    let report = ComplianceReport(at: Instant(milliseconds: 0), rows: [found])
    #expect(report.isCompliant == (row.state == .compliant))
  }

  @Test("a host never seen is unknown, with the quarantine it is in") func neverSeen() {
    let bench = Bench()
    let row = ComplianceRow.judge(
      bench.host, observation: nil, failure: nil, floor: nil, quarantine: "roll-1", facts: bench.facts)
    #expect(row.state == .unknown)
    #expect(row.findings.map(\.kind) == ["quarantined", "neverSeen"])
    #expect(row.lastSeen == nil)
  }

  @Test("every state is some row's") func complete() {
    #expect(Set(Self.rows.map(\.state)) == Set(ComplianceRow.State.allCases))
  }
}
