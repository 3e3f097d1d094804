import FleetCore
import FleetStore
import Testing

@Suite struct ComputeViewTests {
  private static func view(_ host: HostID, enabled: Bool) -> ComputeHostView {
    ComputeHostView(
      service: ComputeServiceState(
        id: "1", host: host.rawValue, isEnabled: enabled, disabledReason: nil, isUp: true, forcedDown: false,
        updatedAt: Samples.start), servers: [], unfinishedMigrations: [])
  }

  @Test func theNewestAnswerOfEachHostIsKept() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let (first, second) = (Samples.host(1), Samples.host(2))
    #expect(try store.computeViews().isEmpty)
    try store.save(
      computeViews: [first: Self.view(first, enabled: true), second: Self.view(second, enabled: true)],
      at: Samples.time(1))
    try store.save(computeViews: [first: Self.view(first, enabled: false)], at: Samples.time(2))
    try store.close()
    let found = try folder.open().computeViews()
    #expect(found[first] == StoredComputeView(at: Samples.time(2), view: Self.view(first, enabled: false)))
    #expect(found[second]?.at == Samples.time(1))
  }
}
