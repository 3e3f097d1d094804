import FleetLab
import Testing

@Suite struct FaultTableTests {
  @Test(arguments: FaultTable.rows)
  func everyFaultHasItsAnswer(_ row: FaultRow) async throws {
    try await Lanes.shared.run { try await Self.check(row) }
  }

  private static func check(_ row: FaultRow) async throws {
    var policy = row.policy
    if row.ask == .upgradeByReboot { policy += "activation: {reload: false}\n" }
    var bad = LabHostSpec.milan("h1")
    row.spec(&bad)
    try await Scenario.with(
      hosts: [bad, .milan("h2")], servers: [.init("web", on: "h1")], target: row.ask == .downgrade ? "older" : "newer",
      policy: policy
    ) { scenario in
      // The floor is learnt while the host is well, as in life.
      _ = try await scenario.sevfleet("probe", "h1")
      if let fault = row.fault { try await scenario.world.lab.set(fault, on: "h1") }
      let before = try await scenario.truth("h1")
      let command = row.ask == .downgrade ? "downgrade" : "apply"
      let (ended, rollout) = try await scenario.apply(
        row.ask == .downgrade ? ["h1", "--to", "older"] : ["h1"], command: command)
      #expect(ended.status == row.exit, "\(row): \(ended.stderr)")
      if row.outcome == "excluded" {
        #expect(rollout.hosts.isEmpty)
        #expect(ended.stderr.contains("(\(row.kind ?? ""))"), "\(row): \(ended.stderr)")
      } else {
        let host = try rollout.host("h1")
        #expect(host.outcome == row.outcome, "\(row): \(host.text) \(ended.stderr)")
        #expect(host.kind == row.kind, "\(row): \(host.text)")
        if let activation = row.activation { #expect(host.activation == activation, "\(row)") }
        if row.kind == "notApplied" { #expect(host.fileRestored && host.afterReboot != "1.55.34", "\(row)") }
      }
      try await Self.checkWorld(row, scenario, before)
    }
  }

  /// Service, servers, files and firmware, by the lab's own word.
  private static func checkWorld(_ row: FaultRow, _ scenario: Scenario, _ before: LabTruth) async throws {
    let after = try await scenario.truth("h1")
    let path = "/lib/firmware/amd/amd_sev_fam19h_model0xh.sbin"
    #expect(after.running == row.running ?? before.running, "\(row)")
    #expect(after.firmwareFiles[path] == row.file ?? before.firmwareFiles[path], "\(row)")
    #expect(await scenario.service("h1")?.isEnabled == row.enabled, "\(row)")
    let changes = await scenario.novaChanges()
    #expect(changes.filter(\.isMove).count == row.moves, "\(row): servers touched")
    #expect(changes.contains(where: \.isServiceChange) == row.touchesService, "\(row): service touched")
    if row.outcome != "quarantined" { #expect(after.computeActive, "\(row): nova-compute runs") }
  }
}
