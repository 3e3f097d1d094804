import OpenStackAPI
import Testing

extension ComputeContractTests {
  /// A cold move waits in VERIFY_RESIZE, unfinished for both hosts; confirming takes effect later.
  @Test(arguments: await ComputeBackends.all)
  func coldMoveIsConfirmed(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let server = try await stage.server(0, .sev)
      let waiting = try await coldMove(server.id, to: stage.hosts[1], stage)
      #expect(waiting.server.host == stage.hosts[1])
      #expect(waiting.server.vmState == .resized)
      let record = try #require(waiting.newest)
      #expect(record.type == .migration)
      #expect(record.sourceCompute == stage.hosts[0])
      #expect(record.destCompute == stage.hosts[1])
      #expect(!record.status.isOver)
      // The old host shows no server any more, and is still needed.
      #expect(try await stage.nova.servers(host: stage.hosts[0]).contains { $0.id == server.id } == false)
      #expect(
        try await stage.nova.migrations(host: stage.hosts[0]).contains { $0.id == record.id && !$0.status.isOver })
      for call in [stage.nova.liveMigrate, stage.nova.migrate] as [(String, String?) async throws -> String?] {
        await #expect(throws: OpenStackError.self) { _ = try await call(server.id, stage.hosts[0]) }
      }

      try await stage.nova.confirmResize(server.id)
      let after = try await stage.settled(server.id, "confirmed") { server, move in
        move?.status == .confirmed && server.status != .verifyResize
      }
      #expect(after.server.status == .active)
      #expect(after.server.host == stage.hosts[1])
      #expect(after.newest?.id == record.id)
      let again = try await OpenStackError.of {
        try await stage.nova.confirmResize(server.id)
      }
      #expect(again.kind == .conflict)
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func coldMoveIsReverted(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let server = try await stage.server()
      _ = try await coldMove(server.id, to: stage.hosts[1], stage)
      try await stage.nova.revertResize(server.id)
      let after = try await stage.settled(server.id, "reverted") { server, move in
        move?.status == .reverted && server.status == .active
      }
      #expect(after.server.host == stage.hosts[0])
      #expect(after.newest?.status.isOver == true)
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func stoppedServerMovesColdOnly(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let server = try await stage.server()
      try await stage.nova.stop(server.id)
      let stopped = try await stage.settled(server.id, "stopped") { server, _ in server.status == .shutoff }
      #expect(stopped.server.powerState == .shutdown)
      #expect(stopped.server.vmState == .stopped)
      let live = try await OpenStackError.of {
        try await stage.nova.liveMigrate(server.id, host: stage.hosts[1])
      }
      #expect(live.kind == .conflict)
      _ = try await coldMove(server.id, to: stage.hosts[1], stage)
      try await stage.nova.confirmResize(server.id)
      let after = try await stage.settled(server.id, "confirmed") { server, move in
        move?.status == .confirmed && server.status != .verifyResize
      }
      #expect(after.server.status == .shutoff)
      #expect(after.server.host == stage.hosts[1])
      try await stage.nova.start(server.id)
      try await stage.settled(server.id, "started") { server, _ in server.status == .active }
    }
  }

  @Test(arguments: await ComputeBackends.all, [("fail", 0), ("fail_finish", 1)])
  func failedColdMoveEndsInError(_ backend: any ComputeBackend, _ fault: (mode: String, host: Int)) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let server = try await stage.server(0, .plain, ["lab_cold": fault.mode])
      try await stage.nova.migrate(server.id, host: stage.hosts[1])
      let after = try await stage.settled(server.id, "ERROR") { server, move in
        server.status == .error && move?.status.isOver == true
      }
      #expect(after.newest?.status == .error)
      #expect(after.server.host == stage.hosts[fault.host])
      #expect(after.server.vmState == .error)
      #expect(after.server.fault?.message.isEmpty == false)
      for call in [stage.nova.liveMigrate, stage.nova.migrate] as [(String, String?) async throws -> String?] {
        await #expect(throws: OpenStackError.self) { _ = try await call(server.id, nil) }
      }
    }
  }

  /// The hypervisor could put it back: nothing is broken, and nothing is moved.
  @Test(arguments: await ComputeBackends.all)
  func rolledBackColdMoveLeavesServerAsItWas(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let server = try await stage.server(0, .plain, ["lab_cold": "rollback"])
      try await stage.nova.migrate(server.id, host: stage.hosts[1])
      let after = try await stage.settled(server.id, "rolled back") { server, move in
        server.status == .active && move?.status.isOver == true
      }
      #expect(after.newest?.status.isFailure == true)
      #expect(after.server.host == stage.hosts[0])
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func targetsOfColdMoves(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let server = try await stage.server()
      for target in [stage.hosts[0], "no-such-host"] {
        let error = try await OpenStackError.of {
          try await stage.nova.migrate(server.id, host: target)
        }
        #expect(error.kind == .badRequest)
        #expect(error.remote?.message != nil)
      }
      try await stage.nova.disable(service: try await stage.service(stage.hosts[1]).id, reason: "sevfleet:case")
      try await stage.nova.migrate(server.id, host: stage.hosts[1])
      let after = try await stage.settled(server.id, "failed move") { _, move in move?.status.isOver == true }
      #expect(after.newest?.status == .error)
      #expect(after.server.host == stage.hosts[0])
      #expect(after.server.status == .active)
    }
  }

  /// Without a target the scheduler chooses; it never chooses a disabled host. Alone, so that no other case gets its
  /// servers.
  @Test(arguments: await ComputeBackends.all)
  func schedulerChoosesAnEnabledHost(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: nil) { stage in
      let closed = stage.hosts[1...stage.hosts.count / 2]
      for host in closed {
        try await stage.nova.disable(service: try await stage.service(host).id, reason: "sevfleet:case")
      }
      let servers = try await stage.servers([
        ServerSeed(host: stage.hosts[0]), ServerSeed(host: stage.hosts[0], flavor: .sev),
      ])
      try await stage.nova.liveMigrate(servers[0].id)
      try await stage.nova.migrate(servers[1].id)
      let live = try await stage.settled(servers[0].id, "completed move") { _, move in move?.status == .completed }
      let cold = try await stage.settled(servers[1].id, "VERIFY_RESIZE") { server, move in
        server.status == .verifyResize && move?.status == .finished
      }
      for server in [live.server, cold.server] {
        let host = try #require(server.host)
        #expect(host != stage.hosts[0])
        #expect(!closed.contains(host))
      }
    }
  }

  /// Cold-moves a server and waits for VERIFY_RESIZE with a finished record.
  private func coldMove(_ id: String, to host: String, _ stage: Stage) async throws -> Stage.Look {
    try await stage.nova.migrate(id, host: host)
    return try await stage.settled(id, "VERIFY_RESIZE") { server, move in
      server.status == .verifyResize && move?.status == .finished
    }
  }
}
