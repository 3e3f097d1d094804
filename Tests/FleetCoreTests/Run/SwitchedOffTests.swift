import FleetCore
import Testing

@Suite("RULES D2, D4: what a run switched off") struct SwitchedOffTests {
  private static func run(_ events: [HostRun.Event]) throws -> HostRun {
    try HostRun(
      steps: RunSamples.steps,
      replaying: RunSamples.upTo(.drain) + [.stepStarted(step: .drain, attempt: 1)] + events)
  }

  private static func effect(_ kind: EffectKind, _ server: String, _ result: EffectResult?) -> [HostRun.Event] {
    let id = EffectID(kind, server)
    let intended = HostRun.Event.effectIntended(effect: id, token: "cmp-1#0#1")
    return [intended] + (result.map { [.effectObserved(effect: id, result: $0)] } ?? [])
  }

  @Test("every cold move and stop that was not seen to fail") func switchedOff() throws {
    let run = try Self.run(
      Self.effect(.moveCold, "a", .done("VERIFY_RESIZE on cmp-2")) + Self.effect(.revertMove, "a", .done("taken back"))
        + Self.effect(.moveCold, "b", .failed("409")) + Self.effect(.stopServer, "c", .done("SHUTOFF"))
        + Self.effect(.moveLive, "d", .done("now on cmp-2")) + Self.effect(.moveCold, "e", nil))
    #expect(run.switchedOff == ["a", "c", "e"])
  }

  @Test("stopped servers wait for one try to start, oldest first") func stopped() throws {
    let stops =
      Self.effect(.stopServer, "b", .done("SHUTOFF")) + Self.effect(.stopServer, "a", .done("SHUTOFF"))
      + Self.effect(.stopServer, "c", .failed("409"))
    #expect(try Self.run(stops).stoppedServers == ["b", "a"])
    #expect(try Self.run(stops + Self.effect(.startServer, "b", nil)).stoppedServers == ["b", "a"])
    #expect(try Self.run(stops + Self.effect(.startServer, "b", .done(""))).stoppedServers == ["a"])
    #expect(try Self.run(stops + Self.effect(.startServer, "a", .failed("no key"))).stoppedServers == ["b"])
  }

  @Test("what the return path started again is not stopped any more") func undone() throws {
    let stop = EffectID(.stopServer, "a")
    let run = try Self.run(
      Self.effect(.stopServer, "a", .done("SHUTOFF")) + [
        .stepFailed(step: .drain, failure: RunSamples.permanent), .returnStarted, .undone(effect: stop, text: "runs"),
      ])
    #expect(run.stoppedServers.isEmpty)
  }
}
