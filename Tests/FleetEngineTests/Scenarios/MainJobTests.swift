import FleetLab
import Testing

/// The main job on one host, seen through the program's own document and the lab's own word.
@Suite(.serialized) struct MainJobTests {
  @Test func upgradeByReloadDrainsProvesAndGivesBack() async throws {
    try await Scenario.with(
      hosts: [.milan("h1"), .milan("h2")],
      servers: [.init("web", on: "h1"), .init("off", on: "h1", state: .shutoff)]
    ) { scenario in
      let (ended, rollout) = try await scenario.apply(["h1"])
      let host = try rollout.host("h1")
      #expect(ended.status == 0, "\(ended.stderr)")
      #expect(host.outcome == "converged")
      #expect(host.activation == "reload")
      #expect(host.found == "1.55.34")
      #expect(host.tcbBefore?.snp == 25)
      #expect(host.tcbAfter?.snp == 26)
      #expect(host.armed == false)
      let truth = try await scenario.truth("h1")
      #expect(truth.running == LabVersion(1, 55, 34))
      #expect(truth.bootCount == 1, "a reload is no reboot")
      #expect(await scenario.server("web")?.host == "h2")
      #expect(await scenario.server("off")?.host == "h1")
      #expect(await scenario.service("h1")?.isEnabled == true)
    }
  }

  @Test func secondApplyFindsNothingToDo() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")]) { scenario in
      _ = try await scenario.apply(["h1"])
      let effects = try await scenario.truth("h1").effects.count
      let (ended, rollout) = try await scenario.apply(["h1"])
      #expect(ended.status == 0)
      #expect(rollout.hosts.isEmpty)
      #expect(try await scenario.truth("h1").effects.count == effects, "a second run changes nothing")
    }
  }

  @Test func downgradeGoesThroughAReset() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")], target: "older") { scenario in
      let refused = try await scenario.sevfleet("plan", "h1")
      #expect(refused.stdout.contains("downgradeNotAllowed"))
      let (ended, rollout) = try await scenario.apply(["h1", "--to", "older"], command: "downgrade")
      let host = try rollout.host("h1")
      #expect(ended.status == 0, "\(ended.stderr)")
      #expect(host.outcome == "converged")
      #expect(host.activation == "reboot")
      #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 29))
      #expect(try await scenario.truth("h1").bootCount == 2)
    }
  }

  /// Each host goes back to what it ran before one rollout, whatever came after; a host that it did not touch stays.
  @Test func emergencyBringsBackWhatRanBeforeARollout() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")]) { scenario in
      let (_, first) = try await scenario.apply(["h1"])
      let firstID = try #require(first.id)
      #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 34))
      let (ended, rollout) = try await scenario.apply(
        ["--to", "backup", "--rollout", firstID, "--emergency", "--reason", "guests crash"], command: "downgrade")
      #expect(ended.status == 0, "\(ended.stderr)")
      #expect(rollout.hosts.map(\.host) == ["h1"])
      #expect(try rollout.host("h1").outcome == "converged")
      #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 31))
      let plan = try await scenario.sevfleet("plan", "h2", "--to", "backup", "--rollout", firstID)
      #expect(plan.stdout.contains("noImage") && plan.stdout.contains("kept no verified backup"))
      let wrong = try await scenario.sevfleet("plan", "h1", "--to", "older", "--rollout", firstID)
      #expect(wrong.status == 64)
    }
  }

  @Test func factoryBringsTheBIOSCopyBack() async throws {
    try await Scenario.with(
      hosts: [.milan("h1").with { $0.firmwarePackage = nil }, .milan("h2")], target: "same"
    ) { scenario in
      let (ended, rollout) = try await scenario.apply(["h1", "--to", "factory"], command: "downgrade")
      #expect(ended.status == 0, "\(ended.stdout) \(ended.stderr)")
      #expect(try rollout.host("h1").found == "1.51.3")
      #expect(try await scenario.truth("h1").firmwareFiles.isEmpty)
    }
  }

  @Test func lossOfSEVESBlocksUntilItIsAccepted() async throws {
    try await Scenario.with(hosts: [.milan("h1"), .milan("h2")], target: "lossy") { scenario in
      let blocked = try await scenario.sevfleet("apply", "h1", "--yes", "--json")
      #expect(blocked.status == 3)
      #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 31))
      let (ended, rollout) = try await scenario.apply(["h1", "--accept-sev-es-loss"])
      let host = try rollout.host("h1")
      #expect(ended.status == 0, "\(ended.stderr)")
      #expect(host.sevESBefore == "usable")
      #expect(host.sevESAfter == "lost")
    }
  }

  @Test func hostOutsideNovaIsUpgradedWithoutACloud() async throws {
    try await Scenario.with(hosts: [.genoa("h1")], hasCloud: false) { scenario in
      let (ended, rollout) = try await scenario.apply(["h1"])
      let host = try rollout.host("h1")
      #expect(ended.status == 0, "\(ended.stderr)")
      #expect(host.step("cordon") == "notApplicable")
      #expect(host.step("drain") == "notApplicable")
      #expect(try await scenario.truth("h1").running == LabVersion(1, 55, 42))
    }
  }
}
