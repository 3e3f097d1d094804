import FleetCore
import FleetFormats
import Testing

/// A small fleet in every outcome, under facts and rules as they are, with texts that no format may let through.
enum ComplianceSample {
  static let now = Instant(milliseconds: 1_795_737_600_000)  // 2026-11-27
  /// A formula, quotes, line ends, markup, a control character.
  static let hostile = "=cmd|' /C calc'!A0,\"q\"\r\n<b>&]]>\u{1}\u{FFFF}"

  static func host(_ name: String, _ target: FirmwareTarget?) -> Host {
    Host(
      id: HostID(name), address: "10.0.0.1", ssh: SSHSettings(), computeHost: .notInNova, target: target,
      declaredAt: SourceLocation(file: "hosts.yaml", line: 1))
  }

  static func observation(_ change: (inout Observation) -> Void = { _ in }) throws -> Observation {
    var seen = try ProbeText.parse(
      AnswerFixture.milan.bytes, host: HostID("sev-1"), at: now, facts: FactsFile.builtIn
    ).get()
    change(&seen)
    return seen
  }

  static func report() throws -> ComplianceReport {
    let running = try #require(RunningFirmware.judge(try observation().firmware).version)
    var rules = ComplianceRules()
    rules.waivers = [
      .init(
        hosts: [HostID("waived")], subject: .finding("ahead"), owner: hostile, reason: hostile,
        expires: CivilDate(daysSinceEpoch: now.day.daysSinceEpoch), declaredAt: SourceLocation(file: "c.yaml", line: 2)),
      .init(
        hosts: [HostID("behind")], subject: .finding("behind"), owner: "Mara", reason: "late",
        expires: CivilDate(daysSinceEpoch: 1), declaredAt: SourceLocation(file: "c.yaml", line: 3)),
    ]
    var facts = FactsFile.builtIn
    facts.bulletins[0].name = hostile
    let judge = ComplianceJudge(facts: facts, rules: rules)
    let seen = try observation {
      $0.mitigations = MitigationVector(supported: [1, 2], verified: [1])
      $0.initramfs = nil
      for index in $0.files.indices { $0.files[index].version = running }
    }
    let before = try observation {
      $0.microcode = hostile
      $0.mitigations = MitigationVector(supported: [1, 2])
    }
    func row(_ name: String, _ target: FirmwareVersion?, _ seen: Observation?) -> ComplianceRow {
      judge.row(
        host(name, target.map { .version($0) }), .init(seen: seen, before: seen == nil ? nil : before), at: now)
    }
    var rows = [
      row("right", running, seen), row("behind", FirmwareVersion(9, 9, 9), seen),
      row("waived", FirmwareVersion(0, 1, 1), seen), row("unseen", running, nil),
    ]
    rows[1].findings.append(.init(kind: "unread", text: hostile, source: hostile))
    var report = judge.report(rows, at: now)
    let looks: [ComplianceJudge.Look] = [
      .init(at: Instant(milliseconds: now.milliseconds - 3 * 86_400_000), result: .success(before)),
      .init(at: now, result: .success(seen)),
    ]
    let points = judge.points(host("right", .version(running)), looks, floor: nil, to: now)
    report.past = .fold([points, []], bulletins: facts.bulletins, from: looks[0].at, to: now)
    let server = ComputeServer(
      id: "u-1", name: hostile, project: "p", status: .active, host: "right", model: .sevSNP)
    let launch = ServerLaunch(earliest: looks[0].at, latest: looks[0].at, source: "launched_at")
    report.servers = [
      .judge(server, on: HostID("right"), launch: launch, looks: looks),
      .judge(server, on: HostID("right"), launch: nil, looks: looks),
    ]
    report.servers?[0].verdict = .restart
    return report
  }
}
