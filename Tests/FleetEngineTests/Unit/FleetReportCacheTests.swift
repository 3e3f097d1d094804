import FleetCore
import FleetEngine
import FleetStore
import Testing

/// The fleet is judged anew with whatever changes, and not with every question.
@Suite struct FleetReportCacheTests {
  private static let bios = "B 1.2"
  private static let now = StubRollout.time(12 * 3600)

  private static func seen(_ build: UInt8) -> Observation {
    var seen = Observation(host: StubRun.host, observedAt: now)
    seen.bios = bios
    seen.firmware.sevctl = FirmwareVersion(1, 55, build)
    return seen
  }

  private static func host(_ target: FirmwareTarget = .factory) -> Host {
    Host(
      id: StubRun.host, address: "10.0.0.1", ssh: SSHSettings(), computeHost: .notInNova, target: target,
      declaredAt: SourceLocation(file: "hosts.yaml"))
  }

  /// One host whose target is its BIOS copy, under questions at times of their own.
  private struct Bed {
    let stub: StubRollout
    let cache: FleetReportCache
    var host = FleetReportCacheTests.host()
    var facts = Facts()
    var rules = ComplianceRules()

    init() throws {
      stub = try StubRollout()
      cache = FleetReportCache(stub.store)
      try look(36)
    }

    func look(_ build: UInt8) throws {
      try stub.store.save(observations: [(host: StubRun.host, result: .success(seen(build)), at: now)])
    }

    func learn(_ build: UInt8) throws {
      let floor = FloorEvidence(
        version: FirmwareVersion(1, 55, build), bios: bios, evidence: "log", observedAt: now)
      try stub.store.save(floors: [StubRun.host: floor])
    }

    func report(after: Duration = .zero) throws -> ComplianceReport {
      try cache.report([host], facts: facts, rules: rules, now: now + after)
    }

    func row(after: Duration = .zero) throws -> ComplianceRow { try #require(try report(after: after).rows.first) }
  }

  /// A floor shows by itself that the host was judged anew: nothing else tells of it.
  @Test func itIsKeptForAWhile() throws {
    let bed = try Bed()
    #expect(try bed.row().state == .unknown)
    try bed.learn(30)
    let last = FleetReportCache.longest - .milliseconds(1)
    #expect(try bed.row(after: last).state == .unknown)
    #expect(try bed.report(after: last).at == Self.now + last, "it is told as of now all the same")
    #expect(try bed.row(after: FleetReportCache.longest).state == .ahead)
    // A clock that was set back keeps nothing alive.
    try bed.learn(36)
    #expect(try bed.row(after: .seconds(-60)).state != .ahead)
  }

  @Test func whateverItRestsOnCountsAtOnce() throws {
    let changes: [(String, (inout Bed) throws -> Void)] = [
      ("a look", { try $0.look(36) }),
      (
        "a look that failed",
        {
          let failure = ProbeFailure(kind: .unreachable, text: "no answer")
          try $0.stub.store.save(observations: [(host: StubRun.host, result: .failure(failure), at: Self.now)])
        }
      ),
      ("a quarantine", { _ = try $0.stub.quarantine() }),
      ("another target", { $0.host = Self.host(.version(FirmwareVersion(1, 55, 30))) }),
      ("another fact", { $0.facts.sources = ["k": "v"] }),
      ("another rule", { $0.rules.enforceUnknown = true }),
    ]
    for (name, change) in changes {
      var bed = try Bed()
      #expect(try bed.row().state == .unknown)
      try bed.learn(30)
      #expect(try bed.row().state == .unknown, "\(name): nothing was changed yet")
      try change(&bed)
      // Judged anew, it knows of the floor, or of the failure.
      let row = try bed.row()
      #expect(row.state == .ahead || row.findings.contains { $0.kind == "unreachable" }, "\(name): \(row)")
    }
  }

  @Test func aDayThatEndsCounts() throws {
    var bed = try Bed()
    bed.rules.waivers = [
      .init(
        hosts: [StubRun.host], subject: .finding("unknown"), owner: "Mara", reason: "r", expires: Self.now.day,
        declaredAt: SourceLocation(file: "c.yaml"))
    ]
    let midnight = Instant(milliseconds: Int64(Self.now.day.daysSinceEpoch + 1) * 86_400_000)
    let before = midnight - Self.now + .milliseconds(-1)
    #expect(try bed.row(after: before).outcome == .waived)
    #expect(try bed.row(after: before + .milliseconds(1)).outcome == .unknown)
  }
}
