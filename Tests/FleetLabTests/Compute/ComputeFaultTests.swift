import FleetLab
import Testing

@Suite struct ComputeFaultTests {
  private static var quick: LabComputeSettings {
    var settings = LabComputeSettings()
    settings.times.serviceDown = .milliseconds(150)
    settings.times.reportInterval = .milliseconds(20)
    settings.times.messagingTimeout = .milliseconds(100)
    return settings
  }

  private static func untilDown(_ lab: LabCompute, _ host: String) async throws {
    try await computeEventually("\(host) is down") { await lab.serviceState(host)?.isUp == false }
  }

  @Test func aDeadSourceLeavesItsMoveHangingUntilItIsBack() async throws {
    try await withCompute(settings: Self.quick) { lab, probe in
      let busy = try await lab.addServer("busy", host: "sev-a01", metadata: ["lab_live": "hang"])
      let idle = try await lab.addServer("idle", host: "sev-a01")
      _ = try await probe.migrateLive(busy)
      let running = try await probe.wait(busy, "running") { $0.record == "running" }
      await lab.killCompute("sev-a01")
      try await Self.untilDown(lab, "sev-a01")
      let abort = try await probe.nova("DELETE", "/servers/\(busy)/migrations/\(running.recordID)")
      #expect(abort.status == 202)
      let cold = try await probe.migrateCold(idle)
      #expect(cold.status == 409)
      #expect(cold.message == "Service is unavailable at this time.")
      #expect(try await probe.migrateLive(idle).status == 202)
      let refused = try await probe.wait(idle, "error") { $0.record == "error" && $0.isIdle }
      #expect(refused.status == "ACTIVE" && refused.host == "sev-a01")
      // By now the abort would have worked, had anybody read it.
      #expect(try await probe.server(busy).status == "MIGRATING")
      await lab.startCompute("sev-a01")
      let back = try await probe.wait(busy, "ACTIVE") { $0.status == "ACTIVE" && $0.isIdle }
      #expect(back.record == "error" && back.host == "sev-a01")
      #expect(await lab.processes(on: "sev-a01") == [busy, idle].sorted())
      #expect(await lab.processes(on: "sev-a02") + lab.processes(on: "sev-a03") == [])
    }
  }

  @Test func aDeadTargetEndsInErrorOnTheDeadHost() async throws {
    try await withCompute(settings: Self.quick) { lab, probe in
      let id = try await lab.addServer("s", host: "sev-a01", metadata: ["lab_live": "hang"])
      _ = try await probe.migrateLive(id, host: "sev-a02")
      _ = try await probe.wait(id, "running") { $0.record == "running" }
      await lab.killCompute("sev-a02")
      await lab.letThrough(id)
      let seen = try await probe.wait(id, "ERROR") { $0.status == "ERROR" && $0.isIdle }
      #expect(seen.host == "sev-a02" && seen.fault == "MessagingTimeout" && seen.record == "error")
    }
  }

  @Test func aTargetThatJustDiedIsPassedOver() async throws {
    var settings = Self.quick
    settings.times.serviceDown = .seconds(60)
    try await withCompute(settings: settings) { lab, probe in
      let id = try await lab.addServer("s", host: "sev-a01")
      await lab.killCompute("sev-a02")
      #expect(await lab.serviceState("sev-a02")?.isUp == true)
      _ = try await probe.migrateLive(id)
      let moved = try await probe.wait(id, "completed") { $0.record == "completed" }
      #expect(moved.host == "sev-a03")
      // The source dies as quietly: the move never runs.
      await lab.killCompute("sev-a03")
      _ = try await probe.migrateLive(id)
      let stayed = try await probe.wait(id, "error") { $0.record == "error" && $0.isIdle }
      #expect(stayed.host == "sev-a03" && stayed.status == "ACTIVE")
    }
  }

  @Test func aFrozenSourceIsRefusedByTheConductor() async throws {
    try await withCompute(settings: Self.quick) { lab, probe in
      let id = try await lab.addServer("s", host: "sev-a01")
      await lab.freezeCompute("sev-a01")
      try await Self.untilDown(lab, "sev-a01")
      _ = try await probe.migrateLive(id)
      let seen = try await probe.wait(id, "error") { $0.record == "error" && $0.isIdle }
      #expect(seen.host == "sev-a01" && seen.status == "ACTIVE")
      // Other work of the process goes on.
      #expect(try await probe.action(id, "{\"os-stop\": null}").status == 202)
      _ = try await probe.wait(id, "SHUTOFF") { $0.status == "SHUTOFF" }
    }
  }

  @Test func aResetTurnsServersOffWhenComputeComesBack() async throws {
    try await withCompute(settings: Self.quick) { lab, probe in
      let active = try await lab.addServer("a", host: "sev-a01")
      let paused = try await lab.addServer("p", host: "sev-a01", state: .paused)
      let suspended = try await lab.addServer("s", host: "sev-a01", state: .suspended)
      let elsewhere = try await lab.addServer("e", host: "sev-a02")
      await lab.hostWasReset("sev-a01")
      #expect(await lab.processes(on: "sev-a01").isEmpty)
      #expect(try await probe.server(active).status == "ACTIVE")
      try await Self.untilDown(lab, "sev-a01")
      await lab.setComputeUp("sev-a01", true)
      #expect(await lab.serviceState("sev-a01")?.isUp == true)
      for id in [active, paused] {
        let seen = try await probe.server(id)
        #expect(seen.status == "SHUTOFF" && seen.power == 4 && seen.host == "sev-a01")
      }
      #expect(try await probe.server(suspended).status == "SUSPENDED")
      #expect(try await probe.server(elsewhere).status == "ACTIVE")
    }
  }

  @Test func aRestartKeepsGuests() async throws {
    try await withCompute(settings: Self.quick) { lab, probe in
      let id = try await lab.addServer("a", host: "sev-a01")
      await lab.restartCompute("sev-a01")
      #expect(try await probe.server(id).status == "ACTIVE")
      #expect(await lab.processes(on: "sev-a01") == [id])
    }
  }

  @Test func aLateBuildLandsOnADisabledHost() async throws {
    try await withCompute { lab, probe in
      await lab.disableService("sev-a01", reason: "drain")
      let waiting = try await lab.spawnLateBuild("waiting", on: "sev-a01", scheduling: neverEnds)
      let id = try await lab.spawnLateBuild("late", on: "sev-a01")
      let early = try await probe.server(waiting)
      #expect(early.status == "BUILD" && early.host == nil && early.task == "scheduling")
      let seen = try await probe.wait(id, "ACTIVE") { $0.status == "ACTIVE" && $0.isIdle }
      #expect(seen.host == "sev-a01")
      let failing = try await lab.spawnLateBuild("bad", on: "sev-a01", metadata: ["lab_spawn": "fail"])
      _ = try await probe.wait(failing, "ERROR") { $0.status == "ERROR" && $0.fault != nil }
    }
  }

  @Test func aLostModelCanKeepComputeDown() async throws {
    var settings = Self.quick
    settings.lostModelStopsCompute = true
    try await withCompute(settings: settings) { lab, probe in
      let id = try await lab.addServer("es", flavor: "sev-es.small", host: "sev-a01")
      await lab.killCompute("sev-a01")
      await lab.setSlots([.sev: 15, .sevSNP: 99], on: "sev-a01")
      await lab.startCompute("sev-a01")
      try await Self.untilDown(lab, "sev-a01")
      await lab.deleteServer(id)
      await lab.startCompute("sev-a01")
      #expect(await lab.serviceState("sev-a01")?.isUp == true)
      #expect(try await probe.nova("GET", "/servers/\(id)").status == 404)
    }
  }

  @Test func aDeletedServersMoveFreesTheQueue() async throws {
    try await withCompute { lab, probe in
      let first = try await lab.addServer("one", host: "sev-a01", metadata: ["lab_live": "hang"])
      let second = try await lab.addServer("two", host: "sev-a01")
      _ = try await probe.migrateLive(first)
      _ = try await probe.wait(first, "running") { $0.record == "running" }
      _ = try await probe.migrateLive(second)
      _ = try await probe.wait(second, "queued") { $0.record == "queued" }
      await lab.deleteServer(first)
      let moved = try await probe.wait(second, "completed") { $0.record == "completed" }
      #expect(moved.host != "sev-a01")
      #expect(await lab.processes(on: "sev-a01").isEmpty)
    }
  }

  @Test func controlSpeaksHTTP() async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("a", host: "sev-a01")
      let reply = try await probe.send("POST", "/control/hosts/sev-a01/kill")
      #expect(reply.status == 200 && reply.body["running"] == .bool(false))
      let state = try await probe.send("GET", "/control/state").body["hosts"]?["sev-a01"]
      #expect(state?["processes"]?.list == [.text(id)])
      #expect(try await probe.send("POST", "/control/hosts/nosuch/kill").status == 404)
      #expect(await lab.audit.isEmpty)
    }
  }
}
