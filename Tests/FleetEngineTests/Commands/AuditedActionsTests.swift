import FleetCore
import FleetEngine
import FleetStore
import Testing

/// Who stopped, approved and began something, and why, stands in the audit log.
@Suite struct AuditedActionsTests {
  private static let holder = LockHolder(
    pid: 1, startedAt: Instant(milliseconds: 0), command: "apply", hostName: "ctl")

  private static func rows(_ store: FleetStore) throws -> [String] {
    var log = AuditLog()
    return try store.entries(after: 0).compactMap { log.row(of: $0)?.sentence }
  }

  @Test(arguments: [ControlRequest.Verb.pause, ControlRequest.Verb.halt], [true, false])
  func aStopHasAnAuthor(verb: ControlRequest.Verb, isInHand: Bool) throws {
    let rollout = try StubRollout()
    try rollout.begin([StubRun.change()])
    let desk = ControlDesk(store: rollout.store, holder: Self.holder)
    if isInHand { desk.take(StubRun.rollout) }
    let answer = desk.answer(ControlRequest(verb, rollout: StubRun.rollout, by: "ada", reason: "fire"))
    #expect(answer.outcome == (isInHand ? .accepted : .done), "\(answer)")
    let word = verb == .halt ? "halted" : "paused"
    let told = try Self.rows(rollout.store).filter { $0.contains(word) }
    #expect(told.first == "ada \(word) rollout \(StubRun.rollout): fire")
    #expect(told.count == (isInHand ? 1 : 2), "what was asked is told at once, and what became of it when it has")
  }

  @Test func whatIsTakenOnIsToldWithItsAuthor() throws {
    var change = StubRun.change()
    change.sevES.verdict = .lost
    change.sevES.accepted = true
    var options = PlanOptions()
    options.emergency = "bad image"
    options.target = .backup
    let plan = Plan(changes: [change], upToDate: [], excluded: [], options: options)
    let told = plan.consents(by: "ada").map(\.sentence)
    #expect(told.contains("ada accepts the loss of SEV-ES by \(change.host): bad image"), "\(told)")
    #expect(told.contains("ada restores the newest backup on \(change.host)"), "\(told)")
    #expect(Plan(changes: [], upToDate: [], excluded: []).consents(by: "ada").isEmpty)
  }

  @Test func brokenGlassHasAnAuthor() {
    var options = PlanOptions()
    options.emergency = "bad image"
    let plan = Plan(changes: [], upToDate: [], excluded: [], options: options)
    let terms = EmergencyTerms(plan, policy: Policy.Emergency(), breakGlass: "nobody is awake")
    #expect(
      terms.events(by: "ada", rollout: "r-1").last?.sentence
        == "ada went on without others' approval with rollout r-1: nobody is awake")
    #expect(EmergencyTerms(plan, policy: Policy.Emergency(), breakGlass: nil).events(by: "ada", rollout: "r").isEmpty)
  }

  @Test func theNewestActionIsFound() throws {
    let store = try FleetStore.inMemory()
    let at = Instant(milliseconds: 5)
    #expect(try store.newestAction([.startServing]) == nil)
    for kind in [Action.Kind.startServing, .stopServing, .pauseRollout] {
      try store.audit(Action(by: "ada", kind, kind.rawValue), at: at)
    }
    #expect(try store.newestAction([.startServing, .stopServing])?.action.what == .stopServing)
    #expect(try store.newestAction([.startServing])?.at == at)
  }
}
