import FleetCore
import Testing

/// The TCB that a server was launched on: known only where looks before and after agree.
@Suite struct ServerAttestationTests {
  private static func at(_ seconds: Int64) -> Instant { Instant(milliseconds: seconds * 1000) }
  private static let low = TCBVersion(bootloader: 4, tee: 0, snp: 24, microcode: 219)
  private static let high = TCBVersion(bootloader: 4, tee: 0, snp: 28, microcode: 219)
  private static let mixed = TCBVersion(bootloader: 3, tee: 0, snp: 28, microcode: 219)

  private static func look(_ seconds: Int64, _ tcb: TCBVersion?) -> ComplianceJudge.Look {
    var seen = Bench.observation()
    seen.tcb.platform = tcb
    return .init(at: at(seconds), result: .success(seen))
  }

  private static func failed(_ seconds: Int64) -> ComplianceJudge.Look {
    .init(at: at(seconds), result: .failure(ProbeFailure(kind: .unreachable, text: "no answer")))
  }

  struct Row: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var launched: Int64?
    /// After `create`, which is from 4 on.
    var actions: [(String, Int64, Int64?)] = []
    var looks: [ComplianceJudge.Look]
    var launch: TCBVersion?
    var verdict: ServerAttestation.Verdict
  }

  static let rows: [Row] = [
    Row(testDescription: "the same", launched: 5, looks: [look(1, low), look(9, low)], launch: low, verdict: .current),
    Row(
      testDescription: "the host has more by now", launched: 5, looks: [look(1, low), look(9, low), look(20, high)],
      launch: low, verdict: .restart),
    Row(
      testDescription: "the host has less by now", launched: 5, looks: [look(1, high), look(9, high), look(20, low)],
      launch: high, verdict: .above),
    Row(
      testDescription: "neither above", launched: 5, looks: [look(1, low), look(9, low), look(20, mixed)], launch: low,
      verdict: .unknown),
    Row(
      testDescription: "before and after disagree", launched: 5, looks: [look(1, low), look(9, high)], launch: nil,
      verdict: .unknown),
    Row(testDescription: "no look before", launched: 5, looks: [look(9, low)], launch: nil, verdict: .unknown),
    Row(testDescription: "no look after", launched: 5, looks: [look(1, low)], launch: nil, verdict: .unknown),
    Row(
      testDescription: "the look after failed", launched: 5, looks: [look(1, low), failed(9), look(20, low)],
      launch: nil, verdict: .unknown),
    Row(
      testDescription: "the look before tells no TCB", launched: 5, looks: [look(1, nil), look(9, low)], launch: nil,
      verdict: .unknown),
    Row(
      testDescription: "the newest look failed", launched: 5, looks: [look(1, low), look(9, low), failed(20)],
      launch: low, verdict: .unknown),
    Row(testDescription: "Nova tells no time", launched: nil, looks: [look(1, low)], launch: nil, verdict: .unknown),
    Row(
      testDescription: "a look at the very moment", launched: 5, looks: [look(4, low), look(5, low), look(20, high)],
      launch: low,
      verdict: .restart),
    Row(
      testDescription: "a look while it was being made", launched: 5,
      looks: [look(1, low), look(4, high), look(9, high)],
      launch: high, verdict: .current),
    Row(
      testDescription: "a start whose end nobody tells may last", launched: 5, actions: [("start", 15, nil)],
      looks: [look(1, low), look(20, low)], launch: nil, verdict: .unknown),
    Row(
      testDescription: "a start whose end is told", launched: 5, actions: [("start", 15, 18)],
      looks: [look(1, low), look(20, low)], launch: low, verdict: .current),
    Row(
      testDescription: "started anew on the new firmware, or not", launched: 5, actions: [("reboot", 15, 16)],
      looks: [look(1, low), look(9, low), look(12, high), look(20, high)], launch: nil, verdict: .unknown),
    Row(
      testDescription: "a reboot that changes nothing", launched: 5, actions: [("reboot", 15, 16)],
      looks: [look(1, low), look(9, low), look(20, low)], launch: low, verdict: .current),
    Row(
      testDescription: "what starts no guest does not count", launched: 5,
      actions: [("pause", 15, 16), ("start", 3, 4)],
      looks: [look(1, low), look(9, low), look(20, high)], launch: low, verdict: .restart),
  ]

  @Test(arguments: rows) func judge(row: Row) {
    let launch = ServerLaunch(
      launchedAt: row.launched.map(Self.at),
      actions: ([("create", 4, 5)] + row.actions).map { .init(name: $0.0, from: Self.at($0.1), to: $0.2.map(Self.at)) })
    let found = ServerAttestation.judge(
      Bench.server("1", .sevSNP), on: HostID("sev-1"), launch: launch, looks: row.looks)
    #expect(found.verdict == row.verdict, "\(found.text)")
    #expect(found.launchTCB == row.launch, "\(found.text)")
    #expect(!found.text.isEmpty)
  }

  @Test func everyVerdictIsSomeRows() {
    #expect(Set(Self.rows.map(\.verdict)) == Set(ServerAttestation.Verdict.allCases))
  }

  @Test func unknownEncryptionIsNoVerdict() {
    let launch = ServerLaunch(launchedAt: Self.at(5), actions: [.init(name: "create", from: Self.at(4), to: nil)])
    let found = ServerAttestation.judge(
      Bench.server("1", .unknown), on: HostID("sev-1"), launch: launch,
      looks: [Self.look(1, Self.low), Self.look(9, Self.low)])
    #expect(found.verdict == .unknown && found.launchTCB == nil)
  }

  /// Nova writes `launched_at` when the guest runs already; without the action that started it, it began before.
  @Test func aLaunchBeganBeforeNovaNotedIt() {
    let alone = ServerLaunch(launchedAt: Self.at(7200), actions: [])
    #expect(alone?.earliest == Self.at(3600) && alone?.latest == Self.at(7200))
    #expect(ServerLaunch(launchedAt: nil, actions: [.init(name: "create", from: Self.at(4), to: nil)]) == nil)
  }
}
