import FleetCore
import Testing

@Suite("RULES E1: which door a run closed") struct ClosedDoorTests {
  private static let stop = EffectID(.stopCompute, "nova-compute")
  private static let start = EffectID(.startCompute, "nova-compute")

  private struct Row: Sendable {
    var name: String
    var events: [HostRun.Event]
    var isClosed: Bool
  }

  private static func ended(_ effect: EffectID, _ result: EffectResult) -> [HostRun.Event] {
    [.effectIntended(effect: effect, token: "t"), .effectObserved(effect: effect, result: result)]
  }

  private static let rows: [Row] = [
    Row(name: "nothing stopped", events: [], isClosed: false),
    Row(name: "a stop that nobody saw end", events: [.effectIntended(effect: stop, token: "t")], isClosed: true),
    Row(name: "a stop", events: ended(stop, .done("")), isClosed: true),
    Row(name: "a stop that was refused", events: ended(stop, .failed("no")), isClosed: false),
    Row(name: "stopped and started", events: ended(stop, .done("")) + ended(start, .done("")), isClosed: false),
    Row(
      name: "a start that nobody saw end",
      events: ended(stop, .done("")) + [.effectIntended(effect: start, token: "t")], isClosed: true),
    Row(
      name: "a start that was refused", events: ended(stop, .done("")) + ended(start, .failed("no")), isClosed: true),
    Row(
      name: "stopped again after a start",
      events: ended(stop, .done("")) + ended(start, .done("")) + ended(stop, .done("")), isClosed: true),
    Row(
      name: "undone",
      events: ended(stop, .done("")) + [
        .stepFailed(step: .proveEmpty, failure: RunSamples.permanent), .returnStarted, .undone(effect: stop, text: ""),
      ], isClosed: false),
  ]

  @Test("by what the journal says of stops and starts") func table() throws {
    for row in Self.rows {
      let run = try HostRun(
        steps: RunSamples.steps,
        replaying: RunSamples.upTo(.proveEmpty) + [.stepStarted(step: .proveEmpty, attempt: 1)] + row.events)
      #expect(run.closedDoor == (row.isClosed ? "nova-compute" : nil), "\(row.name)")
    }
  }
}
