import FleetCore
import FleetEngine
import FleetFormats
import FleetStore
import Foundation
import Testing

/// What the holder answers, rollout by rollout and state by state.
@Suite struct ControlDeskTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var state: [JournalEvent]
    var isInHand = false
    var verb: ControlRequest.Verb
    var outcome: ControlAnswer.Outcome
    /// What the journal says afterwards.
    var after: RolloutReport.State
    var testDescription: String { "\(verb) of \(state.map(\.kind))\(isInHand ? ", in hand" : "")" }
  }

  private static let halted = JournalEvent.rolloutHalted(reason: "budget")
  private static let paused = JournalEvent.rolloutPaused(reason: "Ctrl-C")

  static let rows: [Row] = [
    Row(state: [], isInHand: true, verb: .pause, outcome: .accepted, after: .running),
    Row(state: [], isInHand: true, verb: .halt, outcome: .accepted, after: .running),
    Row(state: [], verb: .pause, outcome: .done, after: .paused),
    Row(state: [], verb: .halt, outcome: .done, after: .halted),
    Row(state: [paused], verb: .pause, outcome: .done, after: .paused),
    Row(state: [paused], verb: .halt, outcome: .done, after: .halted),
    Row(state: [halted], verb: .pause, outcome: .done, after: .halted),
    Row(state: [halted], verb: .halt, outcome: .done, after: .halted),
    Row(state: [.rolloutFinished], verb: .halt, outcome: .done, after: .finished),
    Row(state: [halted, .rolloutResumed], isInHand: true, verb: .halt, outcome: .accepted, after: .running),
  ]

  private static func withDesk(_ body: (FleetStore, ControlDesk) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "sevfleet-desk-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = try FleetStore.open(folder: folder)
    let plan = Plan(changes: [], upToDate: [HostID("h1")], excluded: [])
    let id = try PlanID(of: plan).rawValue
    try store.save(plan: plan, id: id, at: Instant(milliseconds: 1))
    try store.createRollout(
      id: "r-one", plan: id, at: Instant(milliseconds: 2),
      events: [.rolloutStarted(plan: id, by: "ops", emergency: nil)])
    let holder = LockHolder(pid: 7, startedAt: Instant(milliseconds: 0), command: "apply", hostName: "ctl1")
    try body(store, ControlDesk(store: store, holder: holder))
    try store.close()
  }

  @Test(arguments: rows) func eachStateIsAnswered(_ row: Row) throws {
    try Self.withDesk { store, desk in
      for event in row.state { try store.append(event, rollout: "r-one", host: nil, at: Instant(milliseconds: 3)) }
      if row.isInHand { desk.take("r-one") }
      let answer = desk.answer(ControlRequest(row.verb, rollout: "r-one", by: "alice", reason: "why\u{1B}[2J"))
      #expect(answer.outcome == row.outcome, "\(answer)")
      #expect(try store.rollout(id: "r-one").state == row.after)
      let wish = desk.wish(for: "r-one")
      #expect((wish != nil) == row.isInHand)
      #expect(wish?.reason.map { $0 == "why [2J" } ?? true, "no control character reaches the journal")
      desk.letGo("r-one")
      #expect(desk.wish(for: "r-one") == nil)
    }
  }

  @Test func aHaltBeatsAPause() throws {
    try Self.withDesk { _, desk in
      desk.take("r-one")
      for verb in [ControlRequest.Verb.pause, .halt, .pause] {
        _ = desk.answer(ControlRequest(verb, rollout: "r-one", by: verb.rawValue))
      }
      #expect(desk.wish(for: "r-one") == StopWish(.halt, by: "halt"))
      #expect(desk.answer(ControlRequest(.status, by: "x")).rollouts == ["r-one"])
    }
  }

  @Test func whatIsUnknownIsRefused() throws {
    try Self.withDesk { _, desk in
      #expect(desk.answer(ControlRequest(.halt, by: "x")).kind == "usage")
      #expect(desk.answer(ControlRequest(.halt, rollout: "r-other", by: "x")).kind == "notFound")
    }
  }
}
