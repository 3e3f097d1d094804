import FleetCore
import FleetStore
import Testing

@Suite struct RolloutTests {
  @Test func aRolloutNeedsItsPlanAndANewID() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    #expect(throws: StoreError.notFound(.plan, given: "plan-x")) {
      try store.createRollout(id: "r-1", plan: "plan-x", at: Samples.start)
    }
    try store.begin("r-1", [Samples.host(1)])
    let plan = try #require(try store.latestPlan()?.id)
    #expect(throws: StoreError.immutable(.rollout, id: "r-1")) {
      try store.createRollout(id: "r-1", plan: plan, at: Samples.start, events: [.rolloutResumed])
    }
    #expect(try store.entries(after: 0).map(\.event) == [.rolloutStarted(plan: plan, by: "ops", emergency: nil)])
  }

  @Test func itsStateIsThatOfItsNewestEvent() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let host = Samples.host(1)
    let plan = try store.begin("r-1", [host])
    try store.createRollout(id: "r-2", plan: try Samples.planID(plan), at: Samples.time(1))
    func state() throws -> RolloutReport.State { try store.rollout(id: "r-1").state }
    #expect(try state() == .running)
    let walk: [(JournalEvent, RolloutReport.State)] = [
      (.rolloutPaused(reason: "ctrl-c"), .paused), (.rolloutResumed, .running), (.rolloutHalted(reason: "x"), .halted),
      (.rolloutResumed, .running), (.rolloutFinished, .finished),
    ]
    for (event, expected) in walk {
      try store.append(event, rollout: "r-1", host: nil, at: Samples.start)
      try store.append(.finding(kind: "note", text: "x"), rollout: "r-1", host: host, at: Samples.start)
      #expect(try state() == expected)
      for record in try store.rollouts() { #expect(try store.rollout(id: record.id) == record) }
      let unfinished = expected == .finished ? ["r-2"] : ["r-2", "r-1"]
      #expect(try store.unfinishedRollouts().map(\.id) == unfinished)
    }
    #expect(try store.rollouts().map(\.id) == ["r-2", "r-1"])
    #expect(try store.rollouts().map(\.state) == [.running, .finished])
  }

  @Test func enoughOfAnIDMeansOne() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    for id in ["r-20261123-a", "r-20261123-b", "r-2026"] { try store.begin(id, [Samples.host(1)]) }
    #expect(try store.rollout(id: "r-20261123-b").id == "r-20261123-b")
    #expect(try store.rollout(id: "r-2026").id == "r-2026")
    #expect(throws: StoreError.ambiguous(.rollout, given: "r-20261", matches: ["r-20261123-a", "r-20261123-b"])) {
      try store.rollout(id: "r-20261")
    }
    #expect(throws: StoreError.notFound(.rollout, given: "r-2027")) { try store.rollout(id: "r-2027") }
    #expect(throws: StoreError.tooShort(.rollout, given: "r-2", minimum: 4)) { try store.rollout(id: "r-2") }
  }

  @Test func openHostsAreThoseWithWorkLeft() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let hosts = (1...5).map(Samples.host)
    let plan = try store.begin("r-1", hosts)
    #expect(try store.slotHolders().isEmpty)
    try store.append(run: Samples.converged(plan.changes[0]), "r-1", hosts[0])
    try store.append(run: Samples.inDrain(plan.changes[1]), "r-1", hosts[1])
    try store.append(run: Samples.skipped(plan.changes[2]), "r-1", hosts[2])
    try store.append(run: Samples.quarantined(plan.changes[3]), "r-1", hosts[3])
    #expect(try store.hostsInOpenRollouts() == [hosts[1]: "r-1", hosts[4]: "r-1"])
    #expect(try store.slotHolders() == [hosts[1], hosts[3]])
    let open = try #require(try store.openRollouts().first)
    #expect(open.hostsUnderWork == [hosts[1]])
    #expect(open.plan == plan)
    #expect(open.runs[hosts[0]]?.state == .converged)
    // What a halt left untouched is free for other plans; what it left half done is not.
    try store.append(.rolloutHalted(reason: "budget"), rollout: "r-1", host: nil, at: Samples.start)
    #expect(try store.hostsInOpenRollouts() == [hosts[1]: "r-1"])
    #expect(try store.slotHolders() == [hosts[1], hosts[3]])
    try store.append(.rolloutFinished, rollout: "r-1", host: nil, at: Samples.start)
    #expect(try store.openRollouts().isEmpty)
    #expect(try store.slotHolders() == [hosts[3]])
  }

  @Test func anImpossibleEventNamesItsEntry() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let host = Samples.host(1)
    try store.begin("r-1", [host])
    let bad = try store.append(
      .run(.stepSucceeded(step: .verify, completion: .performed)), rollout: "r-1", host: host, at: Samples.start)
    let error = #expect(throws: StoreError.self) { try store.openRollouts() }
    guard case .corrupt(seq: bad.seq, _)? = error else {
      Issue.record("expected entry \(bad.seq) to be named, got \(String(describing: error))")
      return
    }
    // The entries themselves can still be looked at.
    #expect(try store.entries(rollout: "r-1").count == 2)
  }
}
