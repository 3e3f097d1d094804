import FleetCore
import FleetEngine
import Testing

@Suite("FEATURES 54: what the drain moved away live comes home, where policy says so") struct ReturnHomeTests {
  fileprivate static func record(
    _ server: String, _ id: Int, from source: String = StubWorld.name, to host: String = StubWorld.other
  ) -> MigrationRecord {
    MigrationRecord(
      id: id, server: server, kind: .live, status: "completed", source: source, destination: host)
  }

  /// On a host that has been verified, with these servers moved away live by the drain, in this order.
  private static func uncordon(
    moved: [String], _ home: Policy.Drain.ReturnHome = .live, deadline: Duration = .seconds(600),
    reason: String = StubRun.reason, begun: [HostRun.Event] = [], moves: MoveSlots = MoveSlots(),
    answers: [StubWorld.Answer] = [],
    change: @Sendable (inout StubWorld.State) -> Void = { _ in }
  ) async throws -> (ended: StubRun.Ended, world: StubWorld) {
    let servers = moved.map { id in
      ComputeServer(id: id, name: "vm-\(id)", project: "p", status: .active, host: StubWorld.other, model: .none)
    }
    let world = StubWorld(servers, reason: reason)
    world.change { state in
      state.records = moved.enumerated().map { record($1, $0 + 1) }
      state.answers["live"] = answers
      state.service.updatedAt = Instant(milliseconds: state.time)
      state.after(5_000) { $0.service.updatedAt = Instant(milliseconds: $0.time) }
      change(&state)
    }
    let unit = "nova-compute.service"
    var run = StubRun(world, StubHost(world))
    run.policy.drain.returnHome = home
    run.policy.drain.deadline = deadline
    run.policy.drain.maxMoves = 1
    run.moves = moves
    run.come(
      to: .uncordon,
      [
        .cordon: reason == StubRun.reason ? [StubRun.cordon] : [],
        .drain: moved.map { EffectID(.moveLive, $0) }, .proveEmpty: [EffectID(.stopCompute, unit)],
        .activate: [EffectID(.reload)], .verify: [EffectID(.startCompute, unit)],
      ], then: begun)
    let ended = try await run.drive()
    #expect(ended.run.state == .converged, "\(ended.run.state)")
    #expect(ended.run.effects.allSatisfy { $0.result != nil }, "what was begun is settled")
    return (ended, world)
  }

  private static func sent(_ world: StubWorld) -> [String] {
    world.seen.requests.filter { $0.word == "live" }.map { "\($0.server) to \($0.host ?? "anywhere")" }
  }

  private static func places(_ world: StubWorld) -> [String?] { world.seen.servers.map(\.host) }

  private static func left(_ ended: StubRun.Ended) -> [String] {
    ended.findings.filter { $0.hasPrefix("serverNotHome") }
  }

  @Test("all of them, one at a time, in the order in which they left") func all() async throws {
    let (ended, world) = try await Self.uncordon(moved: ["c", "a", "b"])
    #expect(Self.sent(world) == ["c", "a", "b"].map { "\($0) to \(StubWorld.name)" })
    #expect(Self.places(world).allSatisfy { $0 == StubWorld.name } && Self.left(ended).isEmpty, "\(ended.findings)")
  }

  @Test("nobody where policy does not say so") func unasked() async throws {
    let (ended, world) = try await Self.uncordon(moved: ["a"], .none)
    #expect(Self.sent(world).isEmpty && Self.left(ended).isEmpty)
  }

  @Test("nobody to a host that others took out of service") func takenOut() async throws {
    let (ended, world) = try await Self.uncordon(moved: ["a"], reason: "memory is replaced on Friday")
    #expect(Self.sent(world).isEmpty && Self.left(ended).isEmpty && !world.seen.service.isEnabled)
  }

  @Test("who is refused stays, is named, and holds up nobody") func refused() async throws {
    let (ended, world) = try await Self.uncordon(moved: ["a", "b"], answers: [.refuse(.conflict)])
    #expect(Self.places(world) == [StubWorld.other, StubWorld.name])
    #expect(Self.left(ended).count == 1 && Self.left(ended)[0].contains("server a "), "\(ended.findings)")
    #expect(Self.sent(world).count == 2, "a refusal is believed")
  }

  @Test(
    "a lost answer is looked up, a lost request is asked for again", arguments: [StubWorld.Answer.acceptUnheard, .lose])
  func unheard(answer: StubWorld.Answer) async throws {
    let (ended, world) = try await Self.uncordon(moved: ["a"], answers: [answer])
    #expect(Self.places(world) == [StubWorld.name] && Self.left(ended).isEmpty, "\(ended.findings)")
  }

  struct Case: Sendable, CustomStringConvertible {
    var description: String
    /// What the finding says; `nil`: there is none.
    var finding: String?
    var change: @Sendable (inout StubWorld.State) -> Void

    init(_ description: String, _ finding: String?, _ change: @escaping @Sendable (inout StubWorld.State) -> Void) {
      self.description = description
      self.finding = finding
      self.change = change
    }

    static let all = [
      Case("was moved on", "somebody else") { state in
        state.records.append(ReturnHomeTests.record("a", 9, from: StubWorld.other, to: "cmp-3"))
        state.edit("a") { $0.host = "cmp-3" }
      },
      Case("was moved cold since", "somebody else") { state in
        state.records.append(
          MigrationRecord(
            id: 9, server: "a", kind: .cold, status: "confirmed", source: StubWorld.name,
            destination: StubWorld.other))
      },
      Case("its owner forbids it", "forbids every move") { state in state.edit("a") { $0.ownerWord = .forbid } },
      Case("nobody knows whether it is encrypted", "unknown") { state in state.edit("a") { $0.model = .unknown } },
      Case("it was switched off", "server a ") { state in
        state.edit("a") {
          $0.status = .shutoff
          $0.powerState = 4
        }
      },
      Case("it was deleted", nil) { state in state.servers.removeFirst() },
      Case("it is home", nil) { state in state.edit("a") { $0.host = StubWorld.name } },
    ]
  }

  @Test("only what still lies where it was put, and may be moved", arguments: Case.all)
  func others(one: Case) async throws {
    let (ended, world) = try await Self.uncordon(moved: ["a", "b"], change: one.change)
    #expect(Self.sent(world) == ["b to \(StubWorld.name)"], "\(one)")
    let left = Self.left(ended)
    #expect(left.count == (one.finding == nil ? 0 : 1), "\(one): \(ended.findings)")
    if let finding = one.finding { #expect(left.first?.contains(finding) == true, "\(one): \(left)") }
  }

  @Test("what an earlier process had begun is settled and not asked for twice") func resumed() async throws {
    let token = MoveToken(source: StubWorld.other, lastRecord: 1, powerState: 1)
    let open = HostRun.Event.effectIntended(effect: EffectID(.moveHome, "a"), token: token.description)
    for home in [Policy.Drain.ReturnHome.live, .none] {
      let (ended, world) = try await Self.uncordon(
        moved: ["a"], home, begun: StubRun.done(EffectID(.enableService, StubWorld.name)) + [open],
        change: { state in
          state.service.isEnabled = true
          state.records.append(
            MigrationRecord(
              id: 2, server: "a", kind: .live, status: "running", source: StubWorld.other, destination: StubWorld.name))
          state.edit("a") { $0.taskState = "migrating" }
          state.after(20_000) { state in
            state.records[1].status = "completed"
            state.edit("a") {
              $0.taskState = nil
              $0.host = StubWorld.name
            }
          }
        })
      #expect(Self.sent(world).isEmpty && Self.left(ended).isEmpty, "\(ended.findings)")
    }
  }

  @Test("who is still on the way when time is over is named, and the host is given back") func late() async throws {
    let (ended, _) = try await Self.uncordon(moved: ["a", "b"], deadline: .seconds(5))
    #expect(Self.left(ended).count == 2, "\(ended.findings)")
  }

  @Test("max_moves holds here too, and every place is given back") func slots() async throws {
    let moves = MoveSlots()
    let other = StubRun.move("x", rollout: "r2")
    await moves.hold(other)
    let (ended, world) = try await Self.uncordon(moved: ["a"], deadline: .seconds(30), moves: moves)
    #expect(Self.sent(world).isEmpty && Self.left(ended).count == 1, "\(ended.findings)")
    await moves.give(other)
    let again = try await Self.uncordon(moved: ["a", "b"], moves: moves)
    #expect(Self.places(again.world).allSatisfy { $0 == StubWorld.name })
    let isFree = await moves.take(other, limit: 1)
    #expect(isFree)
  }
}
