import FleetCore
import FleetStore
import Testing

@Suite struct RolloutFoldsTests {
  /// Events of three hosts, one at a time and mixed, in two rollouts.
  private static func walk(_ plan: Plan) -> [(HostRun.Event, HostID)] {
    let runs = zip(plan.changes, [Samples.converged, Samples.quarantined, Samples.inDrain]).map { change, events in
      events(change).map { ($0, change.host) }
    }
    let longest = runs.map(\.count).max() ?? 0
    return (0..<longest).flatMap { index in runs.filter { index < $0.count }.map { $0[index] } }
  }

  @Test func whatIsFoldedInPiecesIsWhatIsFoldedAtOnce() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let plan = try store.begin("r-1", (1...3).map(Samples.host))
    try store.begin("r-2", (4...6).map(Samples.host))
    for (event, host) in Self.walk(plan) {
      try store.append(run: [event], "r-1", host)
      #expect(try store.openRollouts() == folder.open(readOnly: true).openRollouts())
    }
    try store.append(.rolloutFinished, rollout: "r-1", host: nil, at: Samples.start)
    #expect(try store.openRollouts().map(\.record.id) == ["r-2"])
    try store.append(.rolloutResumed, rollout: "r-1", host: nil, at: Samples.start)
    #expect(
      try store.openRollouts() == folder.open(readOnly: true).openRollouts(), "it was forgotten, and is read anew")
  }

  @Test func whatAnotherProcessWroteIsFoldedToo() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let plan = try store.begin("r-1", [Samples.host(1)])
    #expect(try store.slotHolders().isEmpty)
    let reader = try folder.open(readOnly: true)
    #expect(try reader.slotHolders().isEmpty)
    try store.append(run: Samples.inDrain(plan.changes[0]), "r-1", Samples.host(1))
    #expect(try reader.slotHolders() == [Samples.host(1)])
  }

  @Test func anEntryThatCannotBeStopsEveryLook() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    try store.begin("r-1", [Samples.host(1)])
    #expect(try store.openRollouts().count == 1)
    try store.append(run: [.skipped], "r-1", Samples.host(1))
    #expect(throws: StoreError.self) { try store.openRollouts() }
    #expect(throws: StoreError.self) { try store.openRollouts() }
  }
}
