import FleetLab
import Testing

@Suite struct ComputeLiveMigrationTests {
  @Test func doneMeansHostTaskAndRecord() async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("web", host: "sev-a01")
      let reply = try await probe.migrateLive(id)
      #expect(reply.status == 202)
      #expect(reply.body == .null)
      let done = try await probe.wait(id, "completed") { $0.record == "completed" }
      #expect(done.status == "ACTIVE" && done.isIdle)
      #expect(done.host != "sev-a01")
      #expect(await lab.processes(on: done.host ?? "") == [id])
      #expect(await lab.processes(on: "sev-a01").isEmpty)
    }
  }

  @Test func theRecordTurnsAfterTheServer() async throws {
    var settings = LabComputeSettings()
    settings.times.recordLag = neverEnds
    try await withCompute(settings: settings) { lab, probe in
      let id = try await lab.addServer("web", host: "sev-a01")
      _ = try await probe.migrateLive(id)
      let seen = try await probe.wait(id, "new host") { $0.host != nil && $0.host != "sev-a01" }
      #expect(seen.status == "ACTIVE" && seen.isIdle)
      #expect(seen.record == "running")
    }
  }

  @Test func inProgressListIsEmptyWhileAccepted() async throws {
    var settings = LabComputeSettings()
    settings.times.serviceDown = neverEnds
    settings.times.messagingTimeout = neverEnds
    try await withCompute(settings: settings) { lab, probe in
      let id = try await lab.addServer("web", host: "sev-a01")
      // Nobody answers the conductor, so the record stays as it was born.
      await lab.killCompute("sev-a01")
      _ = try await probe.migrateLive(id)
      let seen = try await probe.wait(id, "accepted") { $0.record == "accepted" }
      #expect(seen.status == "MIGRATING" && seen.task == "migrating" && seen.host == "sev-a01")
      #expect(try await probe.get("/servers/\(id)/migrations")["migrations"]?.list.isEmpty == true)
    }
  }

  @Test func bothHostsHaveAProcessWhileItCopies() async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("web", host: "sev-a01", metadata: ["lab_live": "hang"])
      _ = try await probe.migrateLive(id)
      _ = try await probe.wait(id, "running") { $0.record == "running" }
      let open = try await probe.get("/servers/\(id)/migrations")["migrations"]?.list.first
      #expect(open?["source_compute"] == .text("sev-a01"))
      #expect(open?["memory_total_bytes"]?.int == 536_870_912)
      let target = try #require(open?["dest_compute"]?.text)
      #expect(await lab.processes(on: target) == [id])
      #expect(await lab.processes(on: "sev-a01") == [id])
      await lab.letThrough(id)
      _ = try await probe.wait(id, "completed") { $0.record == "completed" && $0.host == target }
      #expect(await lab.processes(on: "sev-a01").isEmpty)
    }
  }

  @Test(arguments: [("fail", "failed"), ("fail_pre", "error"), ("fail_source_check", "error")])
  func failuresLeaveTheServerActiveOnItsHost(mode: String, record: String) async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("web", host: "sev-a01", metadata: ["lab_live": mode])
      #expect(try await probe.migrateLive(id).status == 202)
      let seen = try await probe.wait(id, record) { $0.record == record && $0.isIdle }
      #expect(seen.status == "ACTIVE" && seen.host == "sev-a01" && seen.fault == nil)
      #expect(await lab.processes(on: "sev-a01") == [id])
      #expect(await lab.processes(on: "sev-a02").isEmpty)
      // Only what never ran is an error of the action as well.
      let action = try await probe.get("/servers/\(id)/os-instance-actions")["instanceActions"]?.list.first
      #expect(action?["action"] == .text("live-migration"))
      #expect(action?["message"] == (record == "error" ? .text("Error") : .null))
    }
  }

  @Test func noValidHostIsAnErrorAfterA202() async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("web", host: "sev-a01")
      for host in ["sev-a02", "sev-a03"] { await lab.disableService(host, reason: nil) }
      #expect(try await probe.migrateLive(id).status == 202)
      let seen = try await probe.wait(id, "error") { $0.record == "error" && $0.isIdle }
      #expect(seen.status == "ACTIVE" && seen.host == "sev-a01")
      #expect(try await probe.migrateLive(id, host: "sev-a02").status == 202)
      let named = try await probe.wait(id, "error") { $0.recordID > seen.recordID && $0.isIdle }
      #expect(named.record == "error" && named.host == "sev-a01")
      let unknown = try await probe.migrateLive(id, host: "nosuch")
      #expect(unknown.status == 400)
      #expect(unknown.message == "Compute host nosuch could not be found.")
      let old = try await probe.at("2.30").migrateLive(id)
      #expect(old.status == 400)
    }
  }

  @Test func oneAtATimePerSourceAndQueuedOnesCanBeAborted() async throws {
    try await withCompute { lab, probe in
      let first = try await lab.addServer("one", host: "sev-a01", metadata: ["lab_live": "hang"])
      let second = try await lab.addServer("two", host: "sev-a01")
      _ = try await probe.migrateLive(first)
      let running = try await probe.wait(first, "running") { $0.record == "running" }
      _ = try await probe.migrateLive(second)
      let queued = try await probe.wait(second, "queued") { $0.record == "queued" }
      #expect(queued.status == "MIGRATING")
      let path = "/servers/\(second)/migrations/\(queued.recordID)"
      #expect(try await probe.at("2.64").nova("DELETE", path).status == 400)
      #expect(try await probe.at("2.65").nova("DELETE", path).status == 202)
      let cancelled = try await probe.wait(second, "cancelled") { $0.record == "cancelled" && $0.isIdle }
      #expect(cancelled.status == "ACTIVE" && cancelled.host == "sev-a01")
      let again = try await probe.nova("DELETE", path)
      #expect(again.status == 409)
      let busy = "/servers/\(first)/migrations/\(running.recordID)"
      #expect(try await probe.nova("DELETE", busy).status == 202)
      let stopped = try await probe.wait(first, "cancelled") { $0.record == "cancelled" && $0.isIdle }
      #expect(stopped.host == "sev-a01")
      #expect(await lab.processes(on: "sev-a01") == [first, second].sorted())
    }
  }

  @Test func theQueueGoesOnAfterAFailure() async throws {
    try await withCompute { lab, probe in
      var ids: [String] = []
      for number in 1...4 {
        let metadata = number == 2 ? ["lab_live": "fail"] : [:]
        ids.append(try await lab.addServer("s-\(number)", host: "sev-a01", metadata: metadata))
      }
      for id in ids { _ = try await probe.migrateLive(id) }
      for (index, id) in ids.enumerated() {
        let end = index == 1 ? "failed" : "completed"
        _ = try await probe.wait(id, end) { $0.record == end && $0.isIdle }
      }
      #expect(await lab.processes(on: "sev-a01") == [ids[1]])
    }
  }

  @Test func nothingElseWhileItMoves() async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("web", host: "sev-a01", metadata: ["lab_live": "hang"])
      _ = try await probe.migrateLive(id)
      for reply in [
        try await probe.migrateLive(id), try await probe.migrateCold(id),
        try await probe.action(id, "{\"os-stop\": null}"),
      ] {
        #expect(reply.status == 409)
        #expect(reply.body.names == ["conflictingRequest"])
        #expect(reply.message.contains("while it is in task_state migrating"))
      }
    }
  }

  @Test(arguments: ["sev.small", "sev-es.small", "sev-snp.small"])
  func encryptedServersAreRefusedInAnyState(flavor: String) async throws {
    try await withCompute { lab, probe in
      for state in [LabCompute.SeededState.active, .shutoff, .paused, .error] {
        let id = try await lab.addServer("s", flavor: flavor, host: "sev-a01", state: state)
        let reply = try await probe.migrateLive(id)
        #expect(reply.status == 400)
        #expect(reply.message.contains("not supported for mem encryption enabled instance (\(id))"))
      }
    }
  }

  @Test func anImageAloneCanAskForEncryption() async throws {
    var settings = LabComputeSettings()
    settings.encryptedRefusal = .conflict
    try await withCompute(settings: settings) { lab, probe in
      let image = await lab.addImage("sev-image", properties: ["hw_mem_encryption": "True"])
      let id = try await lab.addServer("s", host: "sev-a01", boot: .image(image))
      #expect(try await probe.migrateLive(id).status == 409)
      #expect(await lab.glimpse(id)?.model == .sev)
    }
  }

  @Test func pausedStaysPausedAndOthersAreRefused() async throws {
    try await withCompute { lab, probe in
      let paused = try await lab.addServer("p", host: "sev-a01", state: .paused)
      #expect(try await probe.migrateLive(paused).status == 202)
      let seen = try await probe.wait(paused, "completed") { $0.record == "completed" }
      #expect(seen.status == "PAUSED" && seen.power == 3 && seen.host != "sev-a01")
      for state in [LabCompute.SeededState.shutoff, .suspended, .error] {
        let id = try await lab.addServer("s", host: "sev-a01", state: state)
        let reply = try await probe.migrateLive(id)
        #expect(reply.status == 409)
        #expect(reply.message.contains("while it is in vm_state"))
      }
    }
  }

  @Test func bodiesAreChecked() async throws {
    try await withCompute { lab, probe in
      let id = try await lab.addServer("web", host: "sev-a01")
      for body in [
        "{\"os-migrateLive\": {\"host\": null}}", "{\"os-migrateLive\": null}", "{}", "{", "[]",
        "{\"os-migrateLive\": {\"host\": null, \"block_migration\": \"auto\", \"force\": true}}",
        "{\"os-migrateLive\": {\"host\": null, \"block_migration\": \"perhaps\"}}",
        "{\"migrate\": {\"server\": \"x\"}}", "{\"migrate\": {\"host\": 5}}",
      ] {
        #expect(try await probe.action(id, body).status == 400, "\(body)")
      }
      let old = "{\"os-migrateLive\": {\"host\": null, \"block_migration\": \"auto\", \"disk_over_commit\": false}}"
      #expect(try await probe.at("2.24").action(id, old).status == 400)
      #expect(await lab.glimpse(id)?.taskState == nil)
    }
  }
}
