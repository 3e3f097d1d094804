import FleetCore
import FleetStore
import GRDB
import Testing

@Suite struct ObservationTests {
  private static let failure = ProbeFailure(
    kind: .hostKeyMismatch, text: "another key", expected: "SHA256:a", found: "SHA256:b")

  private static func look(_ host: HostID, _ seconds: Int) -> Observation {
    var observation = Observation(host: host, observedAt: Samples.time(seconds))
    observation.bootID = "boot \(seconds)"
    observation.firmware.kernelLog = KernelLogFacts(
      apis: [
        KernelLogFacts.API(
          seconds: 4.031999, version: FirmwareVersion(1, 55, 31), isSNP: true, line: "SEV-SNP API:1.55 build:31")
      ], reachesBoot: true)
    return observation
  }

  @Test func theNewestLookIsFound() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let (one, two) = (Samples.host(1), Samples.host(2))
    #expect(try store.latestObservation(host: one) == nil)
    #expect(try store.newestLook() == 0)
    try store.save(observations: [
      (host: one, result: .success(Self.look(one, 1)), at: Samples.time(1)),
      (host: two, result: .success(Self.look(two, 2)), at: Samples.time(2)),
    ])
    #expect(try store.newestLook() == 2)
    try store.save(observations: [(host: one, result: .failure(Self.failure), at: Samples.time(3))])
    #expect(try store.newestLook() == 3)
    let failed = StoredObservation(host: one, at: Samples.time(3), result: .failure(Self.failure))
    let seen = StoredObservation(host: one, at: Samples.time(1), result: .success(Self.look(one, 1)))
    let other = StoredObservation(host: two, at: Samples.time(2), result: .success(Self.look(two, 2)))
    #expect(try store.latestObservation(host: one) == failed)
    #expect(try store.latestSeen(host: one) == seen)
    #expect(try store.observations(host: one) == [failed, seen])
    #expect(try store.latestObservations() == [one: failed, two: other])
    #expect(try store.latestSeen() == [one: seen, two: other])
    #expect(try store.latestObservations(at: Samples.time(2)) == [one: seen, two: other])
    #expect(try store.latestObservations(at: Samples.time(1)) == [one: seen])
    #expect(try store.latestObservations(at: Samples.time(0)).isEmpty)
  }

  @Test func whatIsSavedLastIsNewestWhateverTheClockSaid() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let host = Samples.host(1)
    for seconds in [1000, 5] {
      try store.save(observations: [(host: host, result: .success(Self.look(host, seconds)), at: Samples.time(seconds))]
      )
    }
    #expect(try store.latestObservation(host: host)?.at == Samples.time(5))
  }

  @Test func historyIsBoundedAndKeepsTheLastThingSeen() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let (one, two) = (Samples.host(1), Samples.host(2))
    for seconds in [0, 1] {
      try store.save(observations: [(host: one, result: .success(Self.look(one, seconds)), at: Samples.time(seconds))])
    }
    try store.save(observations: [(host: two, result: .success(Self.look(two, 1)), at: Samples.time(1))])
    for seconds in 2..<(FleetStore.keptObservations + 10) {
      try store.save(observations: [(host: one, result: .failure(Self.failure), at: Samples.time(seconds))])
    }
    let kept = try store.observations(host: one, limit: 1000)
    // The last two things seen told of two boots; then the first failure was news, and the newest ones are kept.
    #expect(kept.suffix(3).map(\.at) == [2, 1, 0].map(Samples.time))
    #expect(kept.count == FleetStore.keptObservations + 3)
    #expect(kept.dropLast(2).allSatisfy { $0.observation == nil })
    #expect(try store.observations(host: two).count == 1)
  }

  @Test func anUnreadableLookIsNamed() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let host = Samples.host(1)
    try store.save(observations: [(host: host, result: .success(Self.look(host, 1)), at: Samples.time(1))])
    try folder.raw { try $0.execute(sql: "UPDATE observations SET body = '{\"host\":7}'") }
    let later = try folder.open()
    let error = #expect(throws: StoreError.self) { try later.latestObservation(host: host) }
    #expect(error?.kind == .corruptRecord)
  }

  @Test func aFloorIsKeptUntilItIsReplaced() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let host = Samples.host(1)
    #expect(try store.floor(host: host) == nil)
    for build in [3, 4] as [UInt8] {
      let floor = FloorEvidence(
        version: FirmwareVersion(1, 51, build), bios: build == 3 ? "Vendor 2.1" : nil, evidence: "a log line",
        observedAt: Samples.time(Int(build)))
      try store.save(floors: [host: floor])
      #expect(try store.floor(host: host) == floor)
      #expect(try store.floors() == [host: floor])
    }
    #expect(try store.floor(host: Samples.host(2)) == nil)
  }
}
