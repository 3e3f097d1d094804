import OpenStackAPI
import Testing

extension ComputeContractTests {
  @Test(arguments: await ComputeBackends.all)
  func liveMoveChangesHost(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let server = try await stage.server()
      let request = try await stage.nova.liveMigrate(server.id, host: stage.hosts[1])
      // 202 promises nothing, and while it lasts nothing else may be asked for.
      let second = try await OpenStackError.of {
        try await stage.nova.liveMigrate(server.id, host: stage.hosts[1])
      }
      #expect(second.kind == .conflict)
      let stop = try await OpenStackError.of { try await stage.nova.stop(server.id) }
      #expect(stop.kind == .conflict)

      let after = try await stage.settled(server.id, "completed move") { _, move in move?.status == .completed }
      #expect(after.server.host == stage.hosts[1])
      #expect(after.server.hypervisorHostname != nil)
      #expect(after.server.status == .active)
      #expect(after.server.powerState == .running)
      let move = try #require(after.newest)
      #expect(move.type == .liveMigration)
      #expect(move.sourceCompute == stage.hosts[0])
      #expect(move.destCompute == stage.hosts[1])
      #expect(move.instanceID == server.id)
      #expect(move.uuid != nil)
      #expect(move.created != nil)
      #expect(move.status.isOver)
      #expect(!move.status.isFailure)
      for host in stage.hosts {
        #expect(try await stage.nova.migrations(host: host).contains { $0.id == move.id })
      }
      #expect(try await stage.nova.servers(host: stage.hosts[1]).map(\.id).contains(server.id))
      #expect(try await stage.nova.servers(host: stage.hosts[0]).map(\.id).contains(server.id) == false)
      #expect(try await backend.guests(on: stage.hosts[1]).contains(server.id))
      #expect(try await backend.guests(on: stage.hosts[0]).contains(server.id) == false)
      // Nova's name of the request is what the server's actions show.
      let actions = try await stage.nova.instanceActions(server.id)
      #expect(actions.contains { $0.action == "live-migration" && $0.requestID == request })
    }
  }

  /// A move that the hypervisor broke off leaves an ACTIVE server without a fault: only the record tells.
  @Test(arguments: await ComputeBackends.all)
  func failedLiveMoveLooksHealthy(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let server = try await stage.server(0, .plain, ["lab_live": "fail"])
      try await stage.nova.liveMigrate(server.id, host: stage.hosts[1])
      let failed = try await stage.settled(server.id, "failed move") { _, move in move?.status.isOver == true }
      #expect(failed.newest?.status == .failed)
      #expect(failed.newest?.status.isFailure == true)
      #expect(failed.server.host == stage.hosts[0])
      #expect(failed.server.status == .active)
      #expect(failed.server.fault == nil)

      try await backend.setMetadata(server.id, ["lab_live": "fail_pre"])
      try await stage.nova.liveMigrate(server.id, host: stage.hosts[1])
      let refused = try await stage.settled(server.id, "refused move") { _, move in
        move?.id != failed.newest?.id && move?.status.isOver == true
      }
      #expect(refused.newest?.status == .error)
      #expect(refused.server.host == stage.hosts[0])
      #expect(refused.server.status == .active)
      #expect(refused.server.fault == nil)
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func sevServersAreNeverLive(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let seeds = [ServerSeed.Flavor.sev, .sevES, .sevSNP].map { ServerSeed(host: stage.hosts[0], flavor: $0) }
      let servers = try await stage.servers(seeds)
      #expect(
        servers.map { $0.flavor.extraSpecs?["hw:mem_encryption_model"] } == [nil, "amd-sev-es", "amd-sev-snp"])
      for server in servers {
        #expect(server.flavor.extraSpecs?["hw:mem_encryption"] == "true")
        let error = try await OpenStackError.of {
          try await stage.nova.liveMigrate(server.id, host: stage.hosts[1])
        }
        #expect(error.kind == .badRequest)
        #expect(try await stage.nova.migrations(instance: server.id).isEmpty)
      }
      // Checked before the state: a stopped one is a 400 as well, not the 409 of other stopped servers.
      try await stage.nova.stop(servers[0].id)
      try await stage.settled(servers[0].id, "stopped") { server, _ in server.status == .shutoff }
      let stopped = try await OpenStackError.of {
        try await stage.nova.liveMigrate(servers[0].id, host: stage.hosts[1])
      }
      #expect(stopped.kind == .badRequest)
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func queuedAndRunningMovesAreAborted(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let hang = ServerSeed(host: stage.hosts[0], metadata: ["lab_live": "hang"])
      let servers = try await stage.servers([hang, hang])
      let first = try await move(servers[0].id, to: stage.hosts[1], reaching: .running, stage)
      let second = try await move(servers[1].id, to: stage.hosts[1], reaching: .queued, stage)
      #expect(!first.status.isOver && !second.status.isOver)
      let open = try await stage.nova.migrations(host: stage.hosts[0]).filter { !$0.status.isOver }
      #expect(Set(open.map(\.id)) == [first.id, second.id])
      #expect(open.map(\.id) == open.map(\.id).sorted(by: >))

      for (server, migration) in [(servers[1], second), (servers[0], first)] {
        try await stage.nova.abortMigration(server.id, migration: migration.id)
        let after = try await stage.settled(server.id, "cancelled") { _, move in move?.status == .cancelled }
        #expect(after.server.host == stage.hosts[0])
        #expect(after.server.status == .active)
      }
      let again = try await OpenStackError.of {
        try await stage.nova.abortMigration(servers[0].id, migration: first.id)
      }
      #expect(again.kind == .conflict)
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func targetsOfLiveMoves(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let server = try await stage.server()
      let nowhere = try await OpenStackError.of {
        try await stage.nova.liveMigrate(server.id, host: "no-such-host")
      }
      #expect(nowhere.kind == .badRequest)
      // A disabled target and the source itself are accepted and never run.
      try await stage.nova.disable(service: try await stage.service(stage.hosts[1]).id, reason: "sevfleet:case")
      for target in [stage.hosts[1], stage.hosts[0]] {
        let before = try await stage.nova.migrations(instance: server.id).count
        try await stage.nova.liveMigrate(server.id, host: target)
        let after = try await eventually("record of the move") {
          let moves = try await stage.nova.migrations(instance: server.id)
          let ended = moves.count > before && moves[0].status.isOver
          return (ended ? moves[0] : nil, "\(moves.map(\.status))")
        }
        #expect(after.status == .error)
        try await stage.settled(server.id, "rest") { server, _ in server.status == .active }
      }
      #expect(try await stage.nova.server(server.id).host == stage.hosts[0])
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func pausedMovesLiveOnly(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let server = try await stage.server()
      try await backend.pause(server.id)
      try await stage.settled(server.id, "paused") { server, _ in server.status == .paused }
      let cold = try await OpenStackError.of {
        try await stage.nova.migrate(server.id)
      }
      #expect(cold.kind == .conflict)
      try await stage.nova.liveMigrate(server.id, host: stage.hosts[1])
      let after = try await stage.settled(server.id, "completed move") { _, move in move?.status == .completed }
      #expect(after.server.status == .paused)
      #expect(after.server.vmState == .paused)
      #expect(after.server.host == stage.hosts[1])
    }
  }

  /// Asks for a live move and waits until its record is in `status`.
  private func move(
    _ id: String, to host: String, reaching status: MigrationStatus, _ stage: Stage
  ) async throws -> Migration {
    try await stage.nova.liveMigrate(id, host: host)
    return try await eventually("\(status) migration") {
      let newest = try await stage.nova.migrations(instance: id).first
      return (newest?.status == status ? newest : nil, newest?.status.word ?? "none")
    }
  }
}
