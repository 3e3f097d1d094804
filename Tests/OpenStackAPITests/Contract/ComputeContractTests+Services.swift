import OpenStackAPI
import Testing

extension ComputeContractTests {
  @Test(arguments: await ComputeBackends.all)
  func serviceIsDisabledAndEnabled(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 1) { stage in
      let before = try await stage.service(stage.hosts[0])
      #expect(before.status == .enabled)
      #expect(before.state == .up)
      #expect(before.disabledReason == nil)
      #expect(!before.forcedDown)

      let disabled = try await stage.nova.disable(service: before.id, reason: "sevfleet:r1:\(before.host)")
      #expect(disabled.status == .disabled)
      #expect(disabled.state == .up)
      #expect(try await stage.service(before.host).disabledReason == "sevfleet:r1:\(before.host)")

      // Nothing protects a reason: the second one wins without a word.
      try await stage.nova.disable(service: before.id, reason: "somebody else")
      #expect(try await stage.service(before.host).disabledReason == "somebody else")

      for _ in 0..<2 {
        let enabled = try await stage.nova.enable(service: before.id)
        #expect(enabled.status == .enabled)
        #expect(enabled.disabledReason == nil)
      }
      #expect(try await stage.service(before.host).status == .enabled)
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func heartbeatsAdvance(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 1) { stage in
      let first = try #require(try await stage.service(stage.hosts[0]).updatedAt)
      try await eventually("heartbeat") {
        let now = try await stage.service(stage.hosts[0]).updatedAt
        return ((now ?? first) > first ? true : nil, "\(String(describing: now))")
      }
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func servicesAreFoundByHost(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 1) { stage in
      #expect(try await stage.nova.services(host: "no-such-host").isEmpty)
      #expect(try await stage.nova.services(host: stage.hosts[0]).map(\.host) == [stage.hosts[0]])
      let all = try await stage.nova.allComputeServices()
      #expect(Set(all.map(\.host)).isSuperset(of: backend.hosts))
      #expect(Set(all.map(\.id)).count == all.count)
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func refusalsKeepWhatNovaSaid(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 1) { stage in
      let missing = "11111111-2222-4333-8444-555555555555"
      let service = try await OpenStackError.of {
        try await stage.nova.disable(service: missing, reason: "sevfleet:case")
      }
      #expect(service.kind == .notFound)
      let server = try await OpenStackError.of {
        try await stage.nova.server(missing)
      }
      #expect(server.kind == .notFound)
      let remote = try #require(server.remote)
      #expect(remote.status == 404)
      #expect(remote.message?.contains(missing) == true)
      #expect(remote.requestID?.hasPrefix("req-") == true)
      #expect(remote.body.contains("404"))
      #expect(!remote.truncated)
      #expect(!server.mayHaveTakenEffect)
      #expect(server.operation == "GET /servers/\(missing)")
    }
  }

  @Test(arguments: await ComputeBackends.all)
  func newestCommonMicroversionIsUsed(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 1) { stage in
      let version = try await stage.nova.microversion()
      #expect(version >= ComputeFeature.baseline.since)
      #expect(version <= ComputeFeature.newest)
      for feature in ComputeFeature.allCases {
        #expect(try await stage.nova.supports(feature) == (version >= feature.since))
      }
    }
  }

  /// The service dies: Nova notices by silence, accepts a live move that never runs, refuses a cold one.
  @Test(arguments: await ComputeBackends.all)
  func deadServiceMovesNothing(_ backend: any ComputeBackend) async throws {
    try await Stage.play(backend, hosts: 2) { stage in
      let server = try await stage.server()
      let stuck = try await stage.server(0, .plain, ["lab_live": "hang"])
      try await stage.nova.liveMigrate(stuck.id, host: stage.hosts[1])
      try await eventually("running migration") {
        let newest = try await stage.nova.migrations(instance: stuck.id).first
        return (newest?.status == .running ? true : nil, newest?.status.word ?? "none")
      }
      try await backend.host(stage.hosts[0], .kill)
      let service = try await eventually("down") {
        let service = try await stage.service(stage.hosts[0])
        return (service.state == .down ? service : nil, service.state.word)
      }
      #expect(service.status == .enabled)

      // The operator's word can still be given, and looks like a heartbeat in `updatedAt`.
      let disabled = try await stage.nova.disable(service: service.id, reason: "sevfleet:case")
      #expect(disabled.state == .down)

      try await stage.nova.liveMigrate(server.id, host: stage.hosts[1])
      let after = try await stage.settled(server.id, "a failed move") { _, move in move?.status == .error }
      #expect(after.server.host == stage.hosts[0])
      #expect(after.server.status == .active)
      let cold = try await OpenStackError.of {
        try await stage.nova.migrate(server.id)
      }
      #expect(cold.kind == .conflict)
      #expect(try await stage.nova.server(stuck.id).status == .migrating)
      #expect(try await backend.guests(on: stage.hosts[0]).isSuperset(of: [server.id, stuck.id]))

      try await backend.host(stage.hosts[0], .start)
      try await eventually("up") {
        let service = try await stage.service(stage.hosts[0])
        return (service.state == .up ? true : nil, service.state.word)
      }
      #expect(try await stage.service(stage.hosts[0]).status == .disabled)
      let recovered = try await stage.settled(stuck.id, "recovery") { _, move in move?.status == .error }
      #expect(recovered.server.status == .active)
      #expect(recovered.server.host == stage.hosts[0])
    }
  }
}
