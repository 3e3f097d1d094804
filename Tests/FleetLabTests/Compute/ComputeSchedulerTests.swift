import FleetLab
import Testing

@Suite struct ComputeSchedulerTests {
  @Test func antiAffinityHolds() async throws {
    try await withCompute(hosts: 2) { lab, probe in
      let group = await lab.addServerGroup("lab-anti")
      let one = try await lab.addServer("anti-01", host: "sev-a01", group: group)
      let two = try await lab.addServer("anti-02", host: "sev-a02", group: group)
      _ = try await probe.migrateLive(one)
      let stuck = try await probe.wait(one, "error") { $0.record == "error" && $0.isIdle }
      await lab.addHost("sev-a03")
      _ = try await probe.migrateLive(one)
      let moved = try await probe.wait(one, "completed") { $0.record == "completed" }
      #expect(moved.recordID > stuck.recordID && moved.host == "sev-a03")
      let view = try await probe.get("/os-server-groups?all_projects=1")["server_groups"]?.list.first
      #expect(view?["policy"] == .text("anti-affinity"))
      #expect(Set(view?["members"]?.list.compactMap(\.text) ?? []) == [one, two])
    }
  }

  @Test func memoryIsCounted() async throws {
    try await withCompute(hosts: 1) { lab, probe in
      await lab.addHost("small", memoryMB: 16384 + 512)
      await lab.addFlavor("half", memoryMB: 10000)
      let one = try await lab.addServer("one", flavor: "half", host: "sev-a01")
      let two = try await lab.addServer("two", flavor: "half", host: "sev-a01")
      _ = try await probe.migrateLive(one)
      let moved = try await probe.wait(one, "completed") { $0.record == "completed" }
      #expect(moved.host == "small")
      _ = try await probe.migrateLive(two)
      let full = try await probe.wait(two, "error") { $0.record == "error" && $0.isIdle }
      #expect(full.host == "sev-a01")
    }
  }

  @Test func encryptedServersNeedASlotOfTheirModel() async throws {
    try await withCompute(hosts: 1) { lab, probe in
      await lab.addHost("no-sev", slots: [:])
      await lab.addHost("one-es", slots: [.sev: 5, .sevES: 1])
      let one = try await lab.addServer("one", flavor: "sev-es.small", host: "sev-a01")
      let two = try await lab.addServer("two", flavor: "sev-es.small", host: "sev-a01")
      _ = try await probe.migrateCold(one)
      let moved = try await probe.wait(one, "moved") { $0.status == "VERIFY_RESIZE" }
      #expect(moved.host == "one-es")
      _ = try await probe.migrateCold(two)
      let none = try await probe.wait(two, "error") { $0.record == "error" && $0.isIdle }
      #expect(none.status == "ACTIVE" && none.host == "sev-a01")
    }
  }

  @Test func downHostsAreNeverChosen() async throws {
    var settings = LabComputeSettings()
    settings.times.serviceDown = .milliseconds(100)
    settings.times.reportInterval = .milliseconds(20)
    try await withCompute(hosts: 2, settings: settings) { lab, probe in
      let id = try await lab.addServer("web", host: "sev-a01")
      await lab.killCompute("sev-a02")
      try await computeEventually("down") { await lab.serviceState("sev-a02")?.isUp == false }
      _ = try await probe.migrateLive(id)
      let seen = try await probe.wait(id, "error") { $0.record == "error" && $0.isIdle }
      #expect(seen.host == "sev-a01")
    }
  }
}
