import FleetCore
import FleetStore
import Testing

@Suite("Since when hosts are wanted to run what they are") struct StandingTargetTests {
  @Test func onlyAnotherVersionBeginsAnew() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let (one, two) = (Samples.host(1), Samples.host(2))
    #expect(try store.standingTargets().isEmpty)
    try store.save(wanted: [:], at: Samples.time(1))
    try store.save(wanted: [one: "1.55.31", two: "factory"], at: Samples.time(1))
    try store.save(wanted: [one: "1.55.31", two: "1.55.31"], at: Samples.time(2))
    #expect(
      try store.standingTargets() == [
        one: StandingTarget(wanted: "1.55.31", since: Samples.time(1)),
        two: StandingTarget(wanted: "1.55.31", since: Samples.time(2)),
      ])
    // Back and forth is a new wish each time.
    try store.save(wanted: [two: "factory"], at: Samples.time(3))
    try store.close()
    #expect(
      try folder.open().standingTargets()[two] == StandingTarget(wanted: "factory", since: Samples.time(3)))
  }
}
