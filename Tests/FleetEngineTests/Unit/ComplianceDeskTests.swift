import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Testing

/// Reports from what is stored: now, as of a past time, over days, and per server.
@Suite struct ComplianceDeskTests {
  private static let first = HostID("h1")
  private static let second = HostID("h2")
  private static func time(_ hours: Int) -> Instant { StubRollout.time(hours * 3600) }

  private static func host(_ id: HostID, nova: Bool = true) -> Host {
    Host(
      id: id, address: "10.0.0.1", ssh: SSHSettings(), computeHost: nova ? .named("nova-\(id)") : .notInNova,
      target: .version(FirmwareVersion(1, 55, 36)), declaredAt: SourceLocation(file: "hosts.yaml"))
  }

  /// A Milan host whose SNP level is `snp`.
  private static func seen(_ id: HostID, _ hours: Int, snp: UInt8, build: UInt8 = 36) -> Observation {
    var seen = Observation(host: id, observedAt: time(hours))
    seen.cpu = CPUIdentity(family: 25, model: 1, stepping: 1)
    seen.microcode = "0xa0011d5"
    seen.firmware.sevctl = FirmwareVersion(1, 55, build)
    seen.tcb = TCBReading(
      reported: TCBVersion(bootloader: 4, tee: 0, snp: snp, microcode: 222),
      platform: TCBVersion(bootloader: 4, tee: 0, snp: snp, microcode: 222), source: .snphost)
    seen.parameters = SEVParameters(sev: true, sevES: true, sevSNP: true)
    return seen
  }

  /// `h1` gets from SNP level 25 to 28 after three days; `h2` answers once.
  private static func bed() throws -> (stub: StubRollout, desk: ComplianceDesk) {
    let stub = try StubRollout()
    for hours in stride(from: 0, to: 24 * 6, by: 6) {
      let isNew = hours >= 72
      let look = seen(first, hours, snp: isNew ? 28 : 25, build: isNew ? 36 : 31)
      try stub.store.save(observations: [(host: first, result: .success(look), at: time(hours))])
    }
    try stub.store.save(observations: [(host: second, result: .success(seen(second, 80, snp: 25)), at: time(80))])
    let failure = ProbeFailure(kind: .unreachable, text: "no answer")
    try stub.store.save(observations: [(host: second, result: .failure(failure), at: time(90))])
    return (stub, ComplianceDesk(store: stub.store, facts: FactsFile.builtIn, rules: ComplianceRules()))
  }

  private static func state(_ report: ComplianceReport, _ id: HostID, _ bulletin: String) -> BulletinVerdict.State? {
    report.rows.first { $0.host == id }?.bulletins.first { $0.bulletin == bulletin }?.state
  }

  @Test func aPastTimeIsToldAsItWas() throws {
    let (stub, desk) = try Self.bed()
    let hosts = [Self.host(Self.first), Self.host(Self.second)]
    let now = Self.time(150)
    let today = try desk.report(hosts, now: now)
    #expect(today.at == now && today.past == nil && today.servers == nil)
    // Which BIOS name delivers it nobody said, so it is never called mitigated.
    #expect(Self.state(today, Self.first, "AMD-SB-3023") == .floorMet)
    #expect(today.rows[0].tcbs.current?.snp == 28 && today.rows[0].drift?.changes.isEmpty == true)
    #expect(today.rows[1].state == .unknown && Self.state(today, Self.second, "AMD-SB-3023") == .unknown)
    let before = try desk.report(hosts, at: Self.time(71), now: now)
    #expect(before.rows[0].tcbs.current?.snp == 25 && before.rows[0].outcome == .nonCompliant)
    #expect(Self.state(before, Self.first, "AMD-SB-3023") == .behind)
    #expect(before.rows[1].findings.map(\.kind) == ["neverSeen"])
    let change = try desk.report(hosts, at: Self.time(73), now: now).rows[0].drift
    #expect(change?.since == Self.time(66))
    #expect(change?.changes.map(\.what).sorted() == ["currentTCB", "reportedTCB", "running", "sevES"])
    withExtendedLifetime(stub) {}
  }

  @Test func whoIsLateIsToldFromWhatIsStored() throws {
    let (stub, desk) = try Self.bed()
    var hosts = [Self.host(Self.first), Self.host(Self.second)]
    func late(_ hours: Int) throws -> [HostID: ComplianceLateness] {
      let rows = try desk.report(hosts, at: Self.time(hours), now: Self.time(hours)).rows
      return Dictionary(
        rows.compactMap { row in row.lateness.map { (row.host, $0) } }, uniquingKeysWith: { first, _ in first })
    }
    let wanted = [Self.first: "1.55.36", Self.second: "1.55.36"]
    try stub.store.save(wanted: wanted, at: Self.time(10))
    #expect(try late(70).isEmpty, "policy gives no time")
    for index in hosts.indices { hosts[index].policy.complyWithin = .seconds(24 * 3600) }
    // It ran the wrong version before anybody wanted the right one.
    let first = try #require(try late(70)[Self.first])
    #expect(first.since == Self.time(10) && first.due == Self.time(34))
    #expect(
      try late(73)[Self.first]?.since == Self.time(10), "the look of hour 72 cannot tell what the next reset brings")
    // It has the right version, and nobody could look at it later.
    #expect(try late(150)[Self.second]?.since == Self.time(80))
    try stub.store.save(wanted: [Self.first: "1.55.31"], at: Self.time(40))
    #expect(try late(70)[Self.first] == nil, "what is stored is about another target")
    withExtendedLifetime(stub) {}
  }

  @Test func daysOfThePast() throws {
    let (stub, desk) = try Self.bed()
    let hosts = [Self.host(Self.first), Self.host(Self.second)]
    let report = try desk.report(hosts, now: Self.time(150), days: 30)
    let past = try #require(report.past)
    #expect(past.days.count == 30 && past.days.last?.day == Self.time(150).day)
    #expect(past.days.allSatisfy { $0.states.values.reduce(0, +) + $0.unseen == 2 })
    #expect(past.days.first?.unseen == 2 && past.days.last?.unseen == 0)
    let open = past.days.map { $0.open["AMD-SB-3023"] ?? 0 }
    #expect(open.max() == 1 && open.last == 0, "\(open)")
    // Only what the store keeps can be told.
    let all = try desk.report(hosts, now: Self.time(150), days: 9_999).past
    #expect(all?.days.count == FleetStore.keptDays)
    withExtendedLifetime(stub) {}
  }

  // MARK: Servers

  private struct StubLaunches: LaunchGateway {
    var servers: [String: [LaunchedServer]] = [:]
    var failing: Set<String> = []

    func launches(host: String) async throws(ComputeError) -> [LaunchedServer] {
      if failing.contains(host) { throw ComputeError(.unreachable, "no answer") }
      return servers[host] ?? []
    }
  }

  private static func server(_ id: String, _ project: String, at hours: Int?) -> LaunchedServer {
    LaunchedServer(
      server: ComputeServer(id: id, name: id, project: project, status: .active, host: "nova-h1", model: .sevSNP),
      launch: hours.map { ServerLaunch(earliest: time($0), latest: time($0) + .seconds(60), source: "launched_at") })
  }

  @Test func serversAreToldWhatTheyWereLaunchedOn() async throws {
    let (stub, desk) = try Self.bed()
    let gateway = StubLaunches(servers: [
      "nova-h1": [
        Self.server("late", "p2", at: 100), Self.server("early", "p2", at: 20), Self.server("between", "p1", at: 67),
        Self.server("when", "p1", at: nil),
      ]
    ])
    let found = try await desk.servers(
      [Self.host(Self.first), Self.host(Self.second), Self.host(HostID("h3"), nova: false)], gateway,
      now: Self.time(150))
    #expect(found.map(\.server) == ["between", "when", "early", "late"])
    #expect(found.map(\.verdict) == [.unknown, .unknown, .restart, .current])
    #expect(found.map { $0.launchTCB?.snp } == [nil, nil, 25, 28])
    withExtendedLifetime(stub) {}
  }

  /// A list without one host would look complete.
  @Test func aHostOfWhichNovaTellsNothingIsNoEmptyHost() async throws {
    let (stub, desk) = try Self.bed()
    await #expect(throws: ComputeError.self) {
      try await desk.servers(
        [Self.host(Self.first), Self.host(Self.second)], StubLaunches(failing: ["nova-h2"]), now: Self.time(150))
    }
    withExtendedLifetime(stub) {}
  }
}
