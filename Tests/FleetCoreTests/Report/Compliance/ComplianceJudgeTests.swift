import FleetCore
import Testing

/// Waivers, the three TCBs, advisories and drift of one host.
@Suite struct ComplianceJudgeTests {
  private func open() -> ComplianceBed {
    var bed = ComplianceBed()
    bed.ask(.snp(99))
    return bed
  }

  @Test func aVersionThatTheInventoryForbidsIsFoundUntilTheRuleEnds() {
    var bed = ComplianceBed()
    let rule = VersionRules.Rule(Bench.running, reason: "it hangs", until: ComplianceBed.now.day)
    bed.bench.host.versions = [Bench.folder: VersionRules(blocked: [rule])]
    #expect(bed.row().findings.map(\.kind) == ["versionBlocked"] && bed.row().findings[0].text.contains("it hangs"))
    #expect(bed.row().findings.allSatisfy { ComplianceRow.Finding.kinds.contains($0.kind) })
    #expect(bed.row(at: ComplianceBed.now + .seconds(86_400)).findings.isEmpty)
    bed.bench.host.versions = [Bench.folder: VersionRules(blocked: [.init(Bench.newer)])]
    #expect(bed.row().findings.isEmpty)
  }

  // MARK: Waivers

  @Test func aWaiverCoversUntilItsLastDayIsOver() {
    var bed = open()
    bed.waive(until: "2026-11-27")
    let covered = bed.row(at: ComplianceBed.now + .seconds(86_399))
    #expect(covered.state == .behind && covered.outcome == .waived)
    #expect(covered.breaches.map(\.waiver?.owner) == ["Mara"])
    #expect(bed.judge.report([covered], at: ComplianceBed.now).isCompliant)
    let after = bed.row(at: ComplianceBed.now + .seconds(86_400))
    #expect(after.outcome == .nonCompliant && after.findings.map(\.kind).contains("expiredWaiver"))
    let report = bed.judge.report([after], at: ComplianceBed.now + .seconds(86_400))
    #expect(!report.isCompliant && report.waivers.map(\.state) == [.expired])
    #expect(report.waivers[0].open == [ComplianceBed.host])
  }

  @Test func anExpiredWaiverThatAnotherRenewsIsNoFinding() {
    var bed = open()
    bed.waive(until: "2026-11-01")
    bed.waive(until: "2026-12-31")
    let row = bed.row()
    #expect(row.outcome == .waived && row.breaches[0].waiver?.expires == CivilDate("2026-12-31"))
    #expect(!row.findings.map(\.kind).contains("expiredWaiver"))
  }

  @Test func anExpiredWaiverOfWhatIsClosedIsNoFinding() {
    var bed = ComplianceBed()
    bed.ask(.snp(1))
    bed.waive(until: "2026-11-01")
    let row = bed.row()
    #expect(row.outcome == .compliant && row.findings.isEmpty)
    #expect(bed.judge.report([row], at: ComplianceBed.now).waivers[0].open == [])
  }

  @Test func aWaiverOfOneThingCoversNoOther() {
    var bed = open()
    bed.bench.host.target = .version(Bench.newer)
    bed.waive()
    #expect(bed.row().breaches.map(\.subject) == [.finding("behind"), .bulletin(ComplianceBed.id)])
    #expect(bed.row().outcome == .nonCompliant)
    bed.waive(.finding("behind"))
    #expect(bed.row().outcome == .waived)
    bed.rules.waivers[1].hosts = [HostID("sev-2")]
    #expect(bed.row().outcome == .nonCompliant)
  }

  @Test func anUnknownHostIsCoveredOnlyByAWaiverOfThat() {
    var bed = ComplianceBed()
    bed.bench.host.target = nil
    bed.waive(.finding("behind"))
    #expect(bed.row().outcome == .unknown)
    bed.waive(.finding("unknown"))
    #expect(bed.row().outcome == .waived)
  }

  @Test func aBulletinNobodyCanJudgeCountsOnlyWhereAskedFor() {
    var bed = ComplianceBed()
    bed.ask(.agesa("1.0.0.H"))
    #expect(bed.row().state == .compliant && bed.row().outcome == .compliant)
    bed.rules.enforceUnknown = true
    #expect(bed.row().state == .unknown && bed.row().outcome == .unknown)
    bed.ask(.snp(99))
    #expect(bed.row().state == .behind && bed.row().outcome == .nonCompliant)
  }

  /// Two reasons not to be compliant keep the state that the target gave: the worst is never hidden by another.
  @Test func aStateOfTheTargetStays() {
    for (target, state) in [(Bench.old, ComplianceRow.State.ahead), (Bench.newer, .behind)] {
      var bed = open()
      bed.bench.host.target = .version(target)
      #expect(bed.row().state == state && bed.row().outcome == .nonCompliant)
    }
  }

  // MARK: TCBs

  @Test func threeTCBs() {
    var bed = ComplianceBed()
    let current = bed.bench.observation.tcb.platform
    #expect(bed.row().tcbs == TCBAnswers(current: current, reported: current))
    bed.bench.observation.tcb.committed = TCBVersion(bootloader: 4, tee: 0, snp: 20, microcode: 219)
    bed.bench.observation.tcb.reported?.snp = 22
    #expect(bed.row().tcbs.committed?.snp == 20 && bed.row().tcbs.committedFrom == "snphost")
    #expect(bed.row().findings.map(\.kind) == ["reportedTCB", "committedTCB"])
    #expect(bed.row().outcome == .compliant)
  }

  /// What ccp loads it commits (FACTS 1.6); only a log of this boot that tells of the load says so.
  @Test func aLoadCommits() {
    var bed = ComplianceBed()
    bed.bench.observation.firmware.kernelLog?.updates = [
      .init(seconds: 3, from: Bench.floor, to: Bench.running, line: "updated")
    ]
    #expect(bed.row().tcbs.committed == bed.bench.observation.tcb.platform)
    #expect(bed.row().tcbs.committedFrom?.hasPrefix("derived") == true)
    let spoil: [(inout Observation) -> Void] = [
      { $0.firmware.kernelLog?.reachesBoot = false }, { $0.firmware.kernelLog?.updates[0].to = nil },
      { $0.firmware.kernelLog?.updates = [] }, { $0.startedByKexec = true }, { $0.firmware.sevctl = Bench.newer },
      { $0.firmware.kernelLog?.updates[0].to = Bench.old },
    ]
    for (index, change) in spoil.enumerated() {
      var seen = bed.bench.observation
      change(&seen)
      #expect(TCBAnswers(seen).committed == nil, "\(index)")
    }
  }

  // MARK: Advisories and drift

  @Test func theAdvisoryOfMilanMayBeSwitchedOff() {
    var bed = ComplianceBed()
    bed.bench.facts.advisories = [
      .init(id: "milan-attestation", generation: "Milan", text: "t", fact: SampleFacts.c),
      .init(id: "other", generation: "Genoa", text: "t", fact: SampleFacts.c),
    ]
    #expect(bed.row().advisories == ["milan-attestation"] && bed.row().outcome == .compliant)
    #expect(bed.judge.report([bed.row()], at: ComplianceBed.now).advisories.map(\.id) == ["milan-attestation"])
    bed.rules.milanAttestationCaveat = false
    #expect(bed.row().advisories.isEmpty)
  }

  @Test func driftTellsWhatChanged() {
    let bed = ComplianceBed()
    #expect(bed.row().drift == nil)
    let before = bed.bench.observation
    let changes: [(String, (inout Observation) -> Void)] = [
      ("running", { $0.firmware.kernelLog = Bench.log(Bench.newer) }), ("microcode", { $0.microcode = "0xa0011db" }),
      ("bios", { $0.bios = "B 1.3" }), ("kernel", { $0.kernel = "6.2" }),
      ("reportedTCB", { $0.tcb.reported?.snp = 20 }), ("sev", { $0.parameters.sev = false }),
      ("mitigations", { $0.mitigations = MitigationVector(verified: [1]) }), ("files", { $0.files = [] }),
      ("processor", { $0.cpu?.stepping = 2 }),
    ]
    for (name, change) in changes {
      var after = before
      change(&after)
      let drift = ComplianceDrift.between(before, after, facts: bed.facts)
      #expect(drift.changes.map(\.what).contains(name), "\(name): \(drift.changes)")
      #expect(drift.changes.allSatisfy { $0.before != $0.after })
    }
    var later = before
    later.uptimeSeconds = 9
    later.virtualMachines.qemuProcesses = 3
    #expect(ComplianceDrift.between(before, later, facts: bed.facts).changes.isEmpty)
  }

  @Test func aSentenceNamesWhatItRestsOn() {
    typealias Finding = ComplianceRow.Finding
    #expect(Finding(kind: "armed", text: "t", source: "firmware files").sentence == "armed: t [firmware files]")
    #expect(Finding(kind: "k", text: "t", source: "s1", grade: .c).sentence == "k: t [grade C: s1]")
    #expect(
      Finding(kind: "k", text: "t", source: "FACTS 1.4, grade A", grade: .a).sentence == "k: t [FACTS 1.4, grade A]")
    let fact = Fact(grade: .b, sources: ["T1", "T2"])
    #expect(ComplianceBreach(subject: .finding("k"), text: "t", isUnknown: false).sentence == "t [the host's target]")
    #expect(
      ComplianceBreach(subject: .bulletin("B"), text: "t", isUnknown: false, fact: fact).sentence
        == "t [grade B: T1, T2]")
  }

  @Test func theReportCitesWhatItRestsOn() {
    var bed = open()
    bed.bench.facts.sources = ["test": "a test", "other": "unused"]
    let report = bed.judge.report([bed.row()], at: ComplianceBed.now)
    #expect(report.sources == ["test": "a test"])
  }
}
