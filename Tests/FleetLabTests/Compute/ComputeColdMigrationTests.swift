import FleetLab
import Testing

@Suite struct ComputeColdMigrationTests {
  @Test(arguments: [LabCompute.SeededState.active, .shutoff])
  func endsInVerifyResizeAndIsConfirmed(state: LabCompute.SeededState) async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("s", flavor: "sev.small", host: "sev-a01", state: state)
      #expect(try await probe.migrateCold(id).status == 202)
      let seen = try await probe.wait(id, "VERIFY_RESIZE") { $0.status == "VERIFY_RESIZE" && $0.isIdle }
      let target = try #require(seen.host)
      #expect(target != "sev-a01" && seen.record == "finished")
      #expect(seen.power == (state == .active ? 1 : 4))
      #expect(await lab.processes(on: target) == (state == .active ? [id] : []))
      #expect(try await probe.migrateLive(id).status == 400)
      #expect(try await probe.migrateCold(id).status == 409)
      let confirmed = try await probe.confirm(id)
      #expect(confirmed.status == 204)
      let end = state == .active ? "ACTIVE" : "SHUTOFF"
      let done = try await probe.wait(id, end) { $0.status == end && $0.isIdle }
      #expect(done.record == "confirmed" && done.host == target)
      #expect(try await probe.confirm(id).status == 409)
    }
  }

  @Test func aConfirmLooksIdleWhileItWorks() async throws {
    var settings = LabComputeSettings()
    settings.times.confirm = neverEnds
    try await withCompute(settings: settings) { lab, probe in
      let id = try await lab.addServer("s", host: "sev-a01")
      _ = try await probe.migrateCold(id)
      _ = try await probe.wait(id, "VERIFY_RESIZE") { $0.status == "VERIFY_RESIZE" && $0.isIdle }
      #expect(try await probe.confirm(id).status == 204)
      let seen = try await probe.server(id)
      #expect(seen.status == "VERIFY_RESIZE" && seen.isIdle && seen.record == "confirming")
      // The old host no longer lists the server, and yet is not free of it.
      #expect(try await probe.get("/servers/detail?host=sev-a01")["servers"]?.list.isEmpty == true)
      let open = try await probe.get("/os-migrations?host=sev-a01&status=confirming")["migrations"]?.list
      #expect(open?.count == 1)
    }
  }

  @Test func aConfirmNeedsTheSourcesService() async throws {
    var settings = LabComputeSettings()
    settings.times.serviceDown = .milliseconds(100)
    settings.times.reportInterval = .milliseconds(20)
    try await withCompute(settings: settings) { lab, probe in
      let id = try await lab.addServer("s", host: "sev-a01")
      _ = try await probe.migrateCold(id)
      _ = try await probe.wait(id, "VERIFY_RESIZE") { $0.status == "VERIFY_RESIZE" && $0.isIdle }
      await lab.killCompute("sev-a01")
      try await computeEventually("down") { await lab.serviceState("sev-a01")?.isUp == false }
      let refused = try await probe.confirm(id)
      #expect(refused.status == 409)
      #expect(refused.message == "Service is unavailable at this time.")
      await lab.startCompute("sev-a01")
      await lab.disableService("sev-a01", reason: "disabled is no hindrance")
      #expect(try await probe.confirm(id).status == 204)
      _ = try await probe.wait(id, "confirmed") { $0.record == "confirmed" && $0.status == "ACTIVE" }
    }
  }

  @Test func theHostTurnsInMidMove() async throws {
    var settings = LabComputeSettings()
    settings.times.recordLag = neverEnds
    try await withCompute(settings: settings) { lab, probe in
      let id = try await lab.addServer("s", host: "sev-a01")
      _ = try await probe.migrateCold(id)
      let seen = try await probe.wait(id, "finish") { $0.record == "finished" && $0.task == "resize_finish" }
      #expect(seen.host != "sev-a01" && seen.status == "RESIZE")
    }
  }

  @Test func aRevertBringsItBack() async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("s", host: "sev-a01")
      _ = try await probe.migrateCold(id)
      let there = try await probe.wait(id, "VERIFY_RESIZE") { $0.status == "VERIFY_RESIZE" && $0.isIdle }
      #expect(try await probe.action(id, "{\"revertResize\": null}").status == 202)
      let back = try await probe.wait(id, "ACTIVE") { $0.status == "ACTIVE" && $0.isIdle }
      #expect(back.host == "sev-a01" && back.record == "reverted")
      #expect(await lab.processes(on: "sev-a01") == [id])
      #expect(await lab.processes(on: there.host ?? "").isEmpty)
    }
  }

  @Test(arguments: [("fail", "ERROR", true), ("fail_finish", "ERROR", false), ("rollback", "ACTIVE", true)])
  func failuresAreVisible(mode: String, status: String, staysOnSource: Bool) async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("s", host: "sev-a01", metadata: ["lab_cold": mode])
      _ = try await probe.migrateCold(id)
      let seen = try await probe.wait(id, status) {
        $0.status == status && $0.isIdle && $0.record == "error"
      }
      #expect((seen.host == "sev-a01") == staysOnSource)
      #expect((seen.fault == "Resize error: lab_cold=\(mode)") == (status == "ERROR"))
    }
  }

  @Test func statesAndHostsThatAreRefused() async throws {
    try await withCompute { lab, probe in
      for state in [LabCompute.SeededState.paused, .suspended, .error] {
        let id = try await lab.addServer("s", host: "sev-a01", state: state)
        #expect(try await probe.migrateCold(id).status == 409)
      }
      let id = try await lab.addServer("s", host: "sev-a01")
      #expect(try await probe.action(id, "{\"migrate\": {\"host\": \"nosuch\"}}").status == 400)
      #expect(try await probe.action(id, "{\"migrate\": {\"host\": \"sev-a01\"}}").status == 400)
      #expect(try await probe.action(id, "{\"migrate\": {\"host\": \"sev-a03\"}}").status == 202)
      let there = try await probe.wait(id, "there") { $0.status == "VERIFY_RESIZE" }
      #expect(there.host == "sev-a03")
    }
  }
}
