import FleetCore
import FleetStore
import Testing

/// Looks of the past, as reports on a while ask for them: the same as every look by itself, in one read.
@Suite struct PastTests {
  private static let host = Samples.host(1)

  private static func look(
    hour: Int, build: UInt8?, host: HostID = Self.host
  ) -> (host: HostID, result: Result<Observation, ProbeFailure>, at: Instant) {
    let at = Samples.time(hour * 3600)
    guard let build else { return (host, .failure(ProbeFailure(kind: .unreachable, text: "no answer")), at) }
    var observation = Observation(host: host, observedAt: at)
    observation.uptimeSeconds = hour * 3600
    observation.firmware.sevctl = FirmwareVersion(1, 55, build)
    return (host, .success(observation), at)
  }

  private static func build(_ result: Result<Observation, ProbeFailure>) -> UInt8? {
    switch result {
    case .success(let seen): seen.firmware.sevctl?.build
    case .failure: nil
    }
  }

  @Test func everyLookTellsWhatItSaw() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let seed = UInt64.random(in: .min ... .max)
    var numbers = RandomNumbers(seed: seed)
    var told: [UInt8?] = []
    var build: UInt8? = 21
    // More than are kept, so that what is no news was thinned.
    for _ in 0..<(6 * FleetStore.keptObservations) {
      switch UInt.random(in: 0..<20, using: &numbers) {
      case 0: build = nil
      case 1, 2: build = UInt8.random(in: 21...36, using: &numbers)
      case _: break
      }
      told.append(build)
    }
    try store.save(observations: told.indices.map { Self.look(hour: $0, build: told[$0]) })
    try store.save(observations: [Self.look(hour: 3, build: 99, host: Samples.host(2))])
    for _ in 0..<40 {
      let first = Int.random(in: 0..<told.count, using: &numbers)
      let last = Int.random(in: first..<told.count, using: &numbers)
      let looks = try store.pastLooks(
        host: Self.host, from: Samples.time(first * 3600), to: Samples.time(last * 3600))
      #expect(looks.map(\.at) == looks.map(\.at).sorted(), "seed \(seed)")
      #expect(looks.dropFirst().allSatisfy { $0.at >= Samples.time(first * 3600) }, "seed \(seed)")
      for hour in first...last {
        let at = looks.last { $0.at <= Samples.time(hour * 3600) }
        #expect(at != nil, "seed \(seed), hour \(hour)")
        #expect(at.flatMap { Self.build($0.result) } == told[hour], "seed \(seed), hour \(hour)")
      }
      // What is no news tells what the look before it told.
      for (before, look) in zip(looks, looks.dropFirst()) where !look.isNews {
        #expect(Self.build(before.result) == Self.build(look.result), "seed \(seed)")
      }
    }
  }

  @Test func nothingWasSeenBeforeTheFirstLook() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    #expect(try store.pastLooks(host: Self.host, from: Samples.time(0), to: Samples.time(9)).isEmpty)
    #expect(try store.seenBefore().isEmpty)
    try store.save(observations: [Self.look(hour: 5, build: 21)])
    #expect(try store.pastLooks(host: Self.host, from: Samples.time(0), to: Samples.time(9)).isEmpty)
    #expect(try store.seenBefore().isEmpty)
  }

  @Test func theLookBeforeTheNewestThatSawSomething() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let builds: [UInt8?] = [21, nil, 21, 22, nil, 22, 22]
    try store.save(observations: builds.indices.map { Self.look(hour: $0, build: builds[$0]) })
    let seen = [0, 2, 3, 5, 6]
    for hour in builds.indices {
      let before = try store.seenBefore(at: Samples.time(hour * 3600))[Self.host]
      let expected = seen.filter { $0 <= hour }.dropLast().last
      #expect(before?.observedAt == expected.map { Samples.time($0 * 3600) }, "hour \(hour)")
      #expect(before?.firmware.sevctl?.build == expected.flatMap { builds[$0] }, "hour \(hour)")
    }
    #expect(try store.seenBefore()[Self.host]?.observedAt == Samples.time(5 * 3600))
  }
}
