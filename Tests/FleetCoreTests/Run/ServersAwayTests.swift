import FleetCore
import Testing

@Suite("FEATURES 54: which servers a run moved away live and has not brought home") struct ServersAwayTests {
  private static func away(_ effects: [(EffectKind, String, EffectResult?)]) throws -> [String] {
    let events = effects.flatMap { kind, server, result -> [HostRun.Event] in
      let id = EffectID(kind, server)
      let intended = HostRun.Event.effectIntended(effect: id, token: "cmp-1#0#1")
      return [intended] + (result.map { [.effectObserved(effect: id, result: $0)] } ?? [])
    }
    let steps = RunSamples.upTo(.drain) + [.stepStarted(step: .drain, attempt: 1)]
    return try HostRun(steps: RunSamples.steps, replaying: steps + events).serversAway
  }

  @Test("those that were seen to leave live, once each, in the order in which they left") func left() throws {
    let away = try Self.away([
      (.moveLive, "b", .failed("no host")), (.moveLive, "c", .done("")), (.moveLive, "b", .done("")),
      (.moveCold, "d", .done("")), (.stopServer, "e", .done("")), (.moveLive, "a", nil), (.moveLive, "c", .done("")),
    ])
    #expect(away == ["c", "b"])
  }

  @Test("one whose way home was seen to end, well or not, is told of no more") func home() throws {
    for (result, left) in [(EffectResult.done(""), ["b"]), (.failed("no room"), ["b"]), (nil, ["a", "b"])]
      as [(EffectResult?, [String])]
    {
      let away = try Self.away([(.moveLive, "a", .done("")), (.moveLive, "b", .done("")), (.moveHome, "a", result)])
      #expect(away == left, "\(String(describing: result))")
    }
  }
}
