import FleetCore
import Testing

@Suite("Times of a run that a restart does not begin anew") struct RunTimesTests {
  private static func time(_ second: Int) -> Instant { Instant(milliseconds: Int64(second) * 1000) }

  private static func drain(_ attempt: Int = 1) -> HostRun.Event { .stepStarted(step: .drain, attempt: attempt) }
  private static let reset = HostRun.Event.effectIntended(effect: EffectID(.reset), token: "t")
  private static let failed = HostRun.Event.stepFailed(step: .drain, failure: RunSamples.permanent)

  private struct Row: Sendable {
    /// The first comes at second 1.
    var events: [HostRun.Event]
    /// Seconds; `nil`: never.
    var drainBegan: Int?
    var resetAsked: Int?
  }

  private static let rows: [Row] = [
    Row(events: []),
    Row(events: [.stepStarted(step: .observe, attempt: 1)]),
    Row(events: [drain()], drainBegan: 1),
    Row(events: [drain(), .stepResumed(step: .drain)], drainBegan: 1),
    Row(events: [drain(), failed, drain(2)], drainBegan: 1),
    Row(events: [drain(), .drainReentered]),
    Row(events: [drain(), .drainReentered, drain()], drainBegan: 3),
    Row(events: [drain(), .drainReentered, drain(), failed, drain(2)], drainBegan: 3),
    Row(events: [reset], resetAsked: 1),
    Row(events: [drain(), reset, .stepResumed(step: .activate), reset], drainBegan: 1, resetAsked: 2),
    Row(events: [.effectIntended(effect: EffectID(.reload), token: "t"), reset], resetAsked: 2),
    Row(events: [reset, .drainReentered], resetAsked: 1),
    Row(
      events: [
        .effectObserved(effect: EffectID(.reset), result: .done("")),
        .stepSucceeded(step: .drain, completion: .performed),
      ]),
  ]

  @Test("the first start of a drain and the first wish for a reset count") func folded() {
    for row in Self.rows {
      var times = RunTimes()
      for (index, event) in row.events.enumerated() { times.note(event, at: Self.time(index + 1)) }
      #expect(times.drainBegan == row.drainBegan.map(Self.time), "\(row.events)")
      #expect(times.resetAskedAt == row.resetAsked.map(Self.time), "\(row.events)")
    }
  }
}
