import FleetCore
import FleetEngine
import Testing

@Suite("RULES D: a drain against a Nova that loses, forgets and is used by others") struct DrainLoopTests {
  private static func isDrained(_ run: HostRun) -> Bool { run.state == .ready(.stage, attempt: 1) }

  private static func failure(_ run: HostRun) -> Failure? {
    guard case .skipped(.drain, let failure) = run.state else { return nil }
    return failure
  }

  private static func effects(_ run: HostRun, _ kind: EffectKind) -> [HostRun.EffectRecord] {
    run.effects.filter { $0.id.kind == kind }
  }

  // MARK: Answers

  @Test("the refusal of what Nova had accepted unheard closes nothing") func lostAnswer() async throws {
    let drain = StubDrain()
    drain.world.change {
      $0.answers["migrate"] = [.acceptUnheard]
      $0.lag = 40_000
    }
    let run = try await drain.run()
    #expect(Self.isDrained(run), "\(run.state)")
    #expect(drain.world.seen.calls == ["migrate", "migrate", "confirm"])
    #expect(Self.effects(run, .moveCold).count == 1)
  }

  @Test("a plain refusal is tried again, and gives its slot back") func refused() async throws {
    let drain = StubDrain()
    drain.world.change { $0.answers["migrate"] = [.refuse(.conflict)] }
    let run = try await drain.run()
    #expect(Self.isDrained(run), "\(run.state)")
    #expect(drain.world.seen.calls == ["migrate", "migrate", "confirm"])
  }

  @Test("a confirm is asked for again where nothing happens", arguments: [StubWorld.Answer.vanish, .lose])
  func confirm(answer: StubWorld.Answer) async throws {
    let drain = StubDrain()
    drain.world.change { $0.answers["confirm"] = [answer] }
    let run = try await drain.run()
    #expect(Self.isDrained(run), "\(run.state)")
    #expect(drain.world.seen.calls == ["migrate", "confirm", "confirm"])
    #expect(drain.world.seen.records.map(\.status) == ["confirmed"])
  }

  @Test("a stop is asked for again where nothing happens, and the server is left") func stop() async throws {
    var drain = StubDrain()
    drain.policy.sev = .stop
    drain.planned = .stop
    drain.world.change { $0.answers["stop"] = [.vanish] }
    let run = try await drain.run()
    #expect(Self.isDrained(run), "\(run.state)")
    #expect(drain.world.seen.calls == ["stop", "stop"])
    #expect(run.stoppedServers == [StubDrain.server])
  }

  @Test("what is never seen to happen is asked for three times") func bounded() async throws {
    let drain = StubDrain(.none)
    drain.world.change { $0.answers["live"] = Array(repeating: .vanish, count: 9) }
    let run = try await drain.run()
    #expect(Self.failure(run)?.kind == .serverFailed, "\(run.state)")
    #expect(drain.world.seen.calls == ["live", "live", "live"])
  }

  // MARK: Other people

  @Test("D4: what its owner takes back is not moved again") func takenBack() async throws {
    let drain = StubDrain()
    drain.world.change { $0.after(15_000) { $0.settle("reverted") } }
    let run = try await drain.run()
    #expect(Self.failure(run)?.kind == .serverFailed, "\(run.state)")
    #expect(drain.world.seen.calls == ["migrate"])
  }

  @Test("what somebody else confirms is settled") func confirmedByOthers() async throws {
    let drain = StubDrain()
    drain.world.change { $0.after(15_000) { $0.settle("confirmed") } }
    let run = try await drain.run()
    #expect(Self.isDrained(run), "\(run.state)")
    #expect(drain.world.seen.calls == ["migrate"])
  }

  @Test("an owner's resize is neither confirmed nor taken back, and is waited for") func resizedByOwner() async throws {
    let drain = StubDrain()
    drain.world.change { state in
      state.answers["migrate"] = [.lose]
      state.after(5000) {
        $0.server?.status = .verifyResize
        $0.server?.host = StubWorld.other
        $0.records.append(
          MigrationRecord(
            id: 1, server: StubDrain.server, kind: .other("resize"), status: "finished", source: StubWorld.name,
            destination: StubWorld.other))
      }
      state.after(100_000) { $0.settle("confirmed") }
    }
    let run = try await drain.run()
    #expect(Self.isDrained(run), "\(run.state)")
    #expect(drain.world.seen.calls == ["migrate"])
    #expect(Self.effects(run, .confirmMove).isEmpty)
  }

  // MARK: Consent and models

  @Test("D2: a server that was off when it was counted, and runs now, is not switched off") func consent() async throws
  {
    var drain = StubDrain()
    drain.plannedRunning = false
    let run = try await drain.run()
    #expect(Self.failure(run)?.kind == .serverBlocked, "\(run.state)")
    #expect(drain.world.seen.calls.isEmpty)
  }

  @Test("D1: a model that cannot be read just now is waited for") func pendingModel() async throws {
    let drain = StubDrain(.unknown, isModelPending: true)
    drain.world.change {
      $0.after(60_000) {
        $0.server?.model = .none
        $0.server?.isModelPending = nil
      }
    }
    let run = try await drain.run()
    #expect(Self.isDrained(run), "\(run.state)")
    #expect(drain.world.seen.calls == ["live"])
  }

  @Test("D1: a model that nobody can tell is blocked") func unknownModel() async throws {
    let drain = StubDrain(.unknown)
    let run = try await drain.run()
    #expect(Self.failure(run)?.kind == .serverBlocked, "\(run.state)")
    #expect(drain.world.seen.calls.isEmpty)
  }

  // MARK: Limits

  @Test("D5: a stop counts against the limit of what is switched off at once") func stopsAreLimited() async throws {
    var drain = StubDrain(others: ["t"])
    drain.policy.maxMoves = 4
    drain.policy.sev = .stop
    drain.policy.cold = 1
    drain.planned = .stop
    drain.world.change { $0.stopTime = 20_000 }
    let run = try await drain.run()
    #expect(Self.isDrained(run), "\(run.state)")
    let requests = drain.world.seen.requests
    try #require(requests.map(\.word) == ["stop", "stop"])
    #expect(Set(requests.map(\.server)) == [StubDrain.server, "t"])
    #expect(requests[1].at - requests[0].at >= 20_000, "the second waits for the first")
  }

  @Test("D5: moves of another rollout count, each drain under the limit of its own policy", arguments: [1, 2, 3])
  func othersCount(limit: Int) async throws {
    var drain = StubDrain()
    drain.policy.maxMoves = limit
    // The same server too: whoever asked for it holds a slot of his own.
    for server in [StubDrain.server, "t"] {
      let move = MoveSlots.Move(rollout: "r9", host: HostID("sev-9"), effect: EffectID(.moveCold, server))
      await drain.moves.hold(move)
    }
    let run = try await drain.run()
    if limit > 2 {
      #expect(Self.isDrained(run), "\(run.state)")
      #expect(drain.world.seen.calls == ["migrate", "confirm"])
    } else {
      #expect(Self.failure(run)?.kind == .drainDeadline, "\(run.state)")
      #expect(drain.world.seen.calls.isEmpty)
    }
    let free = await drain.moves.take(StubRun.move("u"), limit: 3)
    #expect(free, "it gave back what it held, and nothing of theirs")
    let full = await !drain.moves.take(StubRun.move("v"), limit: 3)
    #expect(full)
  }

  @Test("nothing new begins while a move is taken back") func revertIsOpen() async throws {
    var drain = StubDrain(others: ["t"])
    drain.policy.maxMoves = 4
    drain.policy.cold = 4
    let token = "\(StubWorld.name)#0#1"
    let move = EffectID(.moveCold, StubDrain.server)
    drain.open = [
      .effectIntended(effect: move, token: token),
      .effectObserved(effect: move, result: .done("VERIFY_RESIZE on \(StubWorld.other)")),
      .effectIntended(effect: EffectID(.revertMove, StubDrain.server), token: token),
    ]
    drain.world.change { state in
      state.edit(StubDrain.server) {
        $0.host = StubWorld.other
        $0.status = .verifyResize
      }
      state.records = [
        MigrationRecord(
          id: 1, server: StubDrain.server, kind: .cold, status: "finished", source: StubWorld.name,
          destination: StubWorld.other)
      ]
      // Only the second request does something, so that the revert stays open for a while.
      state.answers["revert"] = [.vanish]
    }
    let run = try await drain.run()
    #expect(Self.failure(run)?.kind == .serverFailed, "\(run.state)")
    #expect(drain.world.seen.calls == ["revert", "revert"])
  }

  // MARK: The way back

  @Test("U1: a stop that may still land is waited for, and the server is started") func stopLands() async throws {
    let drain = Self.returning()
    drain.world.change { $0.after(10_000) { $0.turn(StubDrain.server, .shutoff, power: 4) } }
    let run = try await drain.run()
    #expect(Self.failure(run) != nil, "\(run.state)")
    #expect(drain.world.seen.calls == ["start"])
    #expect(drain.world.seen.server?.status == .active)
  }

  @Test("U1: a stop that never lands is waited for as long as Nova may take") func stopIsLost() async throws {
    let drain = Self.returning()
    let began = drain.world.seen.time
    let run = try await drain.run()
    #expect(Self.failure(run) != nil, "\(run.state)")
    #expect(drain.world.seen.calls.isEmpty)
    #expect(drain.world.seen.time - began >= EngineBounds().acceptance.wholeMilliseconds)
  }

  /// On its way back, with a stop that was asked for and that nobody saw end.
  private static func returning() -> StubDrain {
    var drain = StubDrain()
    drain.policy.sev = .stop
    drain.planned = .stop
    drain.open = [
      .effectIntended(effect: EffectID(.stopServer, StubDrain.server), token: "\(StubWorld.name)#0#1"),
      .stepFailed(step: .drain, failure: Failure(.serverFailed, "another server failed")), .returnStarted,
    ]
    return drain
  }

  // MARK: Deadlines

  @Test("D7: the deadline goes on over a restart, and a refused abort is asked for again") func deadline() async throws
  {
    var drain = StubDrain(.none)
    drain.age = drain.policy.deadline.wholeMilliseconds
    drain.open = [
      .effectIntended(effect: EffectID(.moveLive, StubDrain.server), token: "\(StubWorld.name)#0#1")
    ]
    drain.world.change {
      $0.server?.taskState = "migrating"
      $0.records = [
        MigrationRecord(
          id: 1, server: StubDrain.server, kind: .live, status: "accepted", source: StubWorld.name, destination: nil)
      ]
      $0.answers["abort"] = [.refuse(.badRequest)]
    }
    let began = drain.world.seen.time
    let run = try await drain.run()
    #expect(Self.failure(run)?.kind == .drainDeadline, "\(run.state)")
    #expect(drain.world.seen.calls == ["abort", "abort"])
    #expect(drain.world.seen.time - began < 120_000, "it did not begin anew")
    #expect(drain.world.seen.service.isEnabled)
    let aborts = Self.effects(run, .abortMove)
    #expect(aborts.count == 1)
    #expect(aborts.first?.result == .done("asked for"))
  }

  @Test("D7: nothing is begun once the time is up") func nothingBegins() async throws {
    var drain = StubDrain()
    drain.policy.deadline = .zero
    let run = try await drain.run()
    #expect(Self.failure(run)?.kind == .drainDeadline, "\(run.state)")
    #expect(drain.world.seen.calls.isEmpty)
  }

  @Test("a record that alone holds the host is named at the deadline") func staleRecord() async throws {
    var drain = StubDrain()
    drain.policy.deadline = .seconds(60)
    drain.world.change {
      $0.server = nil
      $0.records = [
        MigrationRecord(
          id: 9, server: "x", kind: .cold, status: "post-migrating", source: StubWorld.name, destination: "cmp-9")
      ]
    }
    let run = try await drain.run()
    let failure = try #require(Self.failure(run), "\(run.state)")
    #expect(failure.kind == .drainDeadline)
    #expect(failure.text.contains("migration 9"), "\(failure.text)")
  }
}
