import FleetCore
import FleetStore
import Testing

@Suite struct HistoryTests {
  @Test func itTellsWhoBeganWhatTouchedTheHost() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let (touched, other) = (Samples.host(1), Samples.host(2))
    let plan = try store.begin("r-1", [touched])
    try store.append(run: Samples.skipped(plan.changes[0]), "r-1", touched)
    try store.append(.rolloutFinished, rollout: "r-1", host: nil, at: Samples.time(1))
    let foreign = try store.begin("r-2", [other], build: 34)
    try store.append(run: Samples.skipped(foreign.changes[0]), "r-2", other)
    let history = try store.history(host: touched)
    #expect(history.first?.event.kind == "rolloutStarted")
    #expect(history.last?.event == .rolloutFinished)
    #expect(history.allSatisfy { $0.rollout == "r-1" && $0.host != other })
    #expect(history.map(\.seq) == history.map(\.seq).sorted())
    #expect(try store.history(host: Samples.host(3)).isEmpty)
  }

  @Test func theNewestWordOfAHostIsFound() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let host = Samples.host(1)
    #expect(try store.latestFacts([host]).isEmpty)
    try store.append(
      .observed(RunFacts(version: FirmwareVersion(1, 55, 31))), rollout: nil, host: host, at: Samples.start)
    try store.append(.finding(kind: "note", text: "later"), rollout: nil, host: host, at: Samples.start)
    #expect(
      try store.latestFacts([host, Samples.host(2)]).mapValues(\.event.facts?.version) == [
        host: FirmwareVersion(1, 55, 31)
      ])
    let recorded = HostRun.Event.recorded(phase: .after, facts: RunFacts(version: FirmwareVersion(1, 55, 36)))
    try store.append(.run(recorded), rollout: "r-1", host: host, at: Samples.start)
    #expect(try store.latestFacts([host])[host]?.event.facts?.version == FirmwareVersion(1, 55, 36))
  }
}
