import FleetLab
import Foundation
import Testing

@Suite struct FaultTableTests {
  /// `SEVFLEET_FAULT_ROWS` names the rows to run, one a line; without it all of them run.
  private static let rows: [FaultRow] = {
    guard let wanted = ProcessInfo.processInfo.environment["SEVFLEET_FAULT_ROWS"] else { return FaultTable.rows }
    let names = Set(wanted.split(separator: "\n").map(String.init))
    return FaultTable.rows.filter { names.contains($0.name) }
  }()

  @Test(arguments: rows)
  func everyFaultHasItsAnswer(_ row: FaultRow) async throws {
    try await Lanes.shared.run { try await Self.check(row) }
  }

  /// Each fault the lab knows has a row, and so has each failure of FACTS 7 that concerns one host.
  @Test func theTableIsComplete() {
    let faults = Set(FaultTable.rows.compactMap(\.fault?.kind))
    #expect(faults == Set(LabFault.Kind.allCases), "\(Set(LabFault.Kind.allCases).subtracting(faults))")
    // 11 is drift, below; 14 is the killed controller, in KillNineTests; 15 concerns a fleet.
    let facts = Set(FaultTable.rows.flatMap(\.facts)).union([11, 14])
    #expect(facts == Set(1...14), "\(Set(1...14).subtracting(facts))")
    let names = FaultTable.rows.map(\.name)
    #expect(Set(names).count == names.count, "names are unique")
  }

  private static func check(_ row: FaultRow) async throws {
    var bad = LabHostSpec.milan("h1")
    row.spec(&bad)
    try await Scenario.with(
      hosts: [bad, .milan("h2")], servers: row.servers, target: row.target, policy: row.policy,
      hasCloud: row.hasCloud, images: row.images
    ) { scenario in
      try await row.furnish(scenario)
      if row.learns { _ = try await scenario.sevfleet("probe", "h1") }
      try await row.arrange(scenario)
      if let fault = row.fault { try await scenario.world.lab.set(fault, on: "h1") }
      let before = try await Seen(scenario)
      let ended = try await scenario.sevfleet(row.command + row.arguments + ["--json", "--yes"])
      #expect(ended.status == row.exit, "\(row): \(ended.stderr)")
      let rollout = try RolloutSeen.read(ended)
      for text in row.says {
        #expect((ended.stdout + ended.stderr).contains(text), "\(row) does not say \"\(text)\": \(ended.stderr)")
      }
      let host = try Self.checkReport(row, rollout, ended)
      let after = try await Seen(scenario)
      Self.checkHost(row, before, after)
      Self.checkCloud(row, before, after, rollout)
      if let host { try await Self.checkNextReset(row, host, scenario) }
    }
  }

  /// The report's row of the host; `nil` where the plan left it alone.
  private static func checkReport(
    _ row: FaultRow, _ rollout: RolloutSeen, _ ended: Program.Ended
  ) throws -> RolloutSeen.Host? {
    switch row.outcome {
    case .upToDate:
      #expect(rollout.hosts.isEmpty, "\(row): \(ended.stderr)")
      return nil
    case .excluded:
      #expect(rollout.hosts.isEmpty, "\(row)")
      #expect(ended.stderr.contains("(\(row.kind ?? ""))"), "\(row): \(ended.stderr)")
      return nil
    case .converged, .skipped, .quarantined:
      let host = try rollout.host("h1")
      #expect(host.outcome == row.outcome.rawValue, "\(row): \(host.text) \(ended.stderr)")
      if row.kind != nil || row.outcome == .converged { #expect(host.kind == row.kind, "\(row): \(host.text)") }
      if let activation = row.activation { #expect(host.activation == activation, "\(row)") }
      if row.kind == "notApplied" { #expect(host.fileRestored && host.afterReboot != "1.55.34", "\(row)") }
      return host
    }
  }

  /// What one look at the world sees, by the lab's own word.
  private struct Seen {
    var truth: LabTruth
    var places: [String: [String]]
    var service: (isEnabled: Bool, reason: String?, isUp: Bool)?
    var changes: [AuditEntry]

    init(_ scenario: Scenario) async throws {
      truth = try await scenario.truth("h1")
      places = await scenario.places()
      service = await scenario.service("h1")
      changes = await scenario.novaChanges()
    }
  }

  /// Firmware, every image below `/lib/firmware`, and how often something was done.
  private static func checkHost(_ row: FaultRow, _ before: Seen, _ after: Seen) {
    let (was, now) = (before.truth, after.truth)
    func times(_ kind: LabEffect.Kind, _ subject: String? = nil) -> Int {
      now.count(kind, subject) - was.count(kind, subject)
    }
    #expect(now.running == row.running ?? was.running, "\(row)")
    var files = was.firmwareFiles
    for (path, version) in row.files { files[path] = version }
    #expect(now.firmwareFiles == files, "\(row)")
    #expect(now.bootCount - was.bootCount == row.boots, "\(row): boots")
    #expect(times(.moduleRemoved, "ccp") == row.reloads, "\(row): reloads")
    #expect(times(.kexec) == row.kexecs, "\(row): kexecs")
    #expect(times(.initramfsRebuilt) == row.rebuilds, "\(row): initramfs rebuilds")
    let once: Set<LabFault.Kind> = [.dropConnection, .vmAppears, .packageOverwrites]
    #expect(!now.faults.contains { once.contains($0.kind) }, "\(row): the fault has happened")
    if row.outcome != .quarantined { #expect(now.computeActive == was.computeActive, "\(row): nova-compute") }
  }

  /// Where the servers are, and the service's switch with its reason.
  private static func checkCloud(_ row: FaultRow, _ before: Seen, _ after: Seen, _ rollout: RolloutSeen) {
    #expect(after.places == before.places.merging(row.places) { $1 }, "\(row)")
    let changes = after.changes.dropFirst(before.changes.count)
    #expect(changes.filter(\.isMove).count == row.moves, "\(row): servers touched")
    #expect(changes.contains(where: \.isServiceChange) == row.touchesService, "\(row): service touched")
    let isOurs = row.outcome == .quarantined && row.hasCloud
    #expect(after.service?.isEnabled == (isOurs ? false : before.service?.isEnabled), "\(row): service")
    let reason = isOurs ? "sevfleet:\(rollout.id ?? "none"):h1" : before.service?.reason
    #expect(after.service?.reason == reason, "\(row): reason")
  }

  /// What the report says of the next reset is what a reset brings.
  private static func checkNextReset(_ row: FaultRow, _ host: RolloutSeen.Host, _ scenario: Scenario) async throws {
    guard row.knowsNextReset else {
      #expect(host.afterReboot == nil && host.armed == nil, "\(row): nobody can know what the next reset brings")
      return
    }
    // A processor that takes no file at all is nothing that a report could know of; a dead one wants its power cut.
    for fault in [LabFault.Kind.silentRefusal, .pspTimeouts] { try await scenario.world.lab.clear(fault, on: "h1") }
    let running = try await scenario.truth("h1").running
    try await scenario.world.lab.reset("h1")
    let next = try await scenario.truth("h1").running
    #expect(host.afterReboot == "\(next)", "\(row): after the next reset")
    #expect(host.armed == (next != running), "\(row): armed")
  }

  /// Firmware that a package update and a reset change outside of any run is seen, and not compliant (FACTS 7.11).
  @Test func driftIsSeen() async throws {
    try await Lanes.shared.run {
      try await Scenario.with(hosts: [.milan("h1"), .milan("h2")]) { scenario in
        let (ended, _) = try await scenario.apply(["h1"])
        #expect(ended.status == 0, "\(ended.stderr)")
        try await scenario.world.lab.set(.packageOverwrites(LabVersion(1, 55, 21), when: .boot), on: "h1")
        try await scenario.world.lab.reset("h1")
        _ = try await scenario.sevfleet("probe", "h1")
        let report = try await scenario.sevfleet("report", "compliance", "--json")
        #expect(report.stdout.contains("\"behind\": 1"), "\(report.stdout)")
        #expect(report.stdout.contains("1.55.21"), "\(report.stdout)")
      }
    }
  }

  /// A file that somebody put there is applied by any reboot (FACTS 2.7); the one that nobody here asked for is told.
  @Test func anArmedHostThatRebootsIsToldOnce() async throws {
    try await Lanes.shared.run {
      try await Scenario.with(hosts: [.milan("h1")]) { scenario in
        _ = try await scenario.sevfleet("probe", "h1")
        try await scenario.world.lab.set(.packageOverwrites(LabVersion(1, 55, 34), when: .after(seconds: 0)), on: "h1")
        while try await !scenario.truth("h1").faults.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        _ = try await scenario.sevfleet("probe", "h1")
        #expect(try await !Self.history(scenario).contains("while armed"))
        try await scenario.world.lab.reset("h1")
        for _ in 1...2 { _ = try await scenario.sevfleet("probe", "h1") }
        let told = try await Self.history(scenario)
        let expected = "while armed: 1.55.31 ran and 1.55.34 lay ready; 1.55.34 runs now"
        #expect(told.components(separatedBy: expected).count == 2, "\(told)")
      }
    }
  }

  private static func history(_ scenario: Scenario) async throws -> String {
    try await scenario.sevfleet("history", "h1").stdout
  }
}
