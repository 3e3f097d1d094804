import FleetCore
import FleetStore
import Testing

@Suite("How long hosts took, by the journals of rollouts") struct DurationTests {
  /// Every step of the host takes its share of `seconds`.
  private static func converge(
    _ store: FleetStore, _ rollout: String, _ change: HostChange, from start: Int, seconds: Int
  ) throws {
    let events = Samples.converged(change)
    for (index, event) in events.enumerated() {
      let at = Samples.time(start + seconds * index / (events.count - 1))
      try store.append(run: [event], rollout, change.host, at: at)
    }
  }

  @Test func onlyHostsThatConvergedCountAndTheNewestRolloutComesFirst() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let hosts = (1...4).map { Samples.host($0) }
    for (index, id) in ["r1", "r2"].enumerated() {
      let plan = try store.begin(id, hosts)
      try Self.converge(store, id, plan.changes[0], from: 0, seconds: 100 * (index + 1))
      try store.append(run: Samples.quarantined(plan.changes[1]), id, hosts[1])
      try store.append(run: Samples.skipped(plan.changes[2]), id, hosts[2])
      try store.append(run: Samples.inDrain(plan.changes[3]), id, hosts[3])
    }
    #expect(try store.hostDurations().map(\.duration) == [.seconds(200), .seconds(100)])
    let key = HostEstimate.Key(Samples.change(hosts[0]))
    #expect(try store.hostDurations().allSatisfy { $0.key == key })
  }

  @Test func timeInWhichNobodyWorkedDoesNotCount() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let host = Samples.host(1)
    let plan = try store.begin("r1", [host])
    let events = Samples.converged(plan.changes[0])
    let half = events.count / 2
    for (index, event) in events.enumerated() {
      if index == half {
        // The controller was lost; an hour later somebody paused it, and took it up after another one.
        try store.append(.rolloutPaused(reason: "lost"), rollout: "r1", host: nil, at: Samples.time(3600))
        try store.append(.rolloutResumed, rollout: "r1", host: nil, at: Samples.time(7200))
      }
      try store.append(run: [event], "r1", host, at: Samples.time(index < half ? index : 7200 + index - half))
    }
    #expect(try store.hostDurations().map(\.duration) == [.seconds(half - 1 + events.count - half - 1)])
  }

  @Test func aRolloutThatCannotBeBelievedIsLeftOut() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let host = Samples.host(1)
    let good = try store.begin("r1", [host])
    try Self.converge(store, "r1", good.changes[0], from: 0, seconds: 50)
    let bad = try store.begin("r2", [host])
    try Self.converge(store, "r2", bad.changes[0], from: 0, seconds: 70)
    try store.append(run: [.quarantined], "r2", host)
    #expect(try store.hostDurations().map(\.duration) == [.seconds(50)])
  }

  @Test func olderRolloutsAreNotReadOnceThereIsEnough() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let many = (1...FleetStore.mostDurations).map { HostID("h\($0)") }
    for (id, hosts) in [("old", [Samples.host(1)]), ("new", many)] {
      let plan = try store.begin(id, hosts)
      let events = plan.changes.flatMap { change in
        Samples.converged(change).map { (event: JournalEvent.run($0), host: HostID?.some(change.host)) }
      }
      try store.append(events, rollout: id, at: Samples.start)
    }
    #expect(try store.hostDurations().count == many.count)
  }
}
