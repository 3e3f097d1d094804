import FleetCore
import FleetStore
import Testing

/// The past of a host can be told: `report compliance --at` asks for it.
@Suite struct ObservationHistoryTests {
  private static let host = Samples.host(1)
  private static let failure = ProbeFailure(kind: .unreachable, text: "no route to host")

  /// One look an hour; `build` is what ran then, and `nil` that the host did not answer.
  private static func look(
    hour: Int, build: UInt8?
  ) -> (host: HostID, result: Result<Observation, ProbeFailure>, at: Instant) {
    let at = Samples.time(hour * 3600)
    guard let build else {
      return (host, .failure(ProbeFailure(kind: .unreachable, text: "try \(hour)")), at)
    }
    var observation = Observation(host: host, observedAt: at)
    observation.uptimeSeconds = hour * 3600
    observation.virtualMachines.qemuProcesses = hour % 7
    observation.packageManager = hour % 5 == 0 ? "apt-get (pid \(hour))" : nil
    observation.firmware.sevctl = FirmwareVersion(1, 55, build)
    return (host, .success(observation), at)
  }

  private static func build(_ look: StoredObservation?) -> UInt8? { look?.observation?.firmware.sevctl?.build }

  @Test func everyPastTimeIsToldAsItWas() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let seed = UInt64.random(in: .min ... .max)
    var numbers = RandomNumbers(seed: seed)
    var told: [UInt8?] = []
    var build: UInt8? = 21
    let hours = 20 * FleetStore.keptObservations
    for _ in 0..<hours {
      switch UInt.random(in: 0..<40, using: &numbers) {
      case 0: build = nil
      case 1, 2: build = UInt8.random(in: 21...36, using: &numbers)
      case _: break
      }
      told.append(build)
    }
    // Some saves are of one look and some of many, as a probe of few or of many hosts is.
    var next = 0
    while next < hours {
      let end = min(hours, next + Int.random(in: 1...60, using: &numbers))
      try store.save(observations: (next..<end).map { Self.look(hour: $0, build: told[$0]) })
      next = end
    }
    let kept = try store.observations(host: Self.host, limit: hours)
    #expect(kept.count < hours / 3, "seed \(seed): unchanged looks are thinned")
    for hour in 0..<hours {
      let at = Samples.time(hour * 3600 + 1)
      let newest = try store.latestObservations(at: at)[Self.host]
      #expect(newest != nil, "seed \(seed), hour \(hour)")
      #expect(Self.build(newest) == told[hour], "seed \(seed), hour \(hour)")
      let seen = try store.latestSeen(at: at)[Self.host]
      let known = told[...hour].compactMap { $0 }.last
      #expect(Self.build(seen) == known, "seed \(seed), hour \(hour)")
      // When it was last looked at is told to the day.
      if let newest { #expect(at.milliseconds - newest.at.milliseconds <= 86_400_000, "seed \(seed), hour \(hour)") }
    }
    #expect(try store.latestObservations(at: Samples.time(-1)).isEmpty)
  }

  @Test func changesAreBounded() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let looks = FleetStore.keptChanges + 300
    // All within a day or two, so that no look is kept for its day.
    try store.save(
      observations: (0..<looks).map { number in
        var (host, result, _) = Self.look(hour: number, build: UInt8(21 + number % 2))
        if number == 0 { result = .failure(Self.failure) }
        return (host: host, result: result, at: Samples.time(number))
      })
    let kept = try store.observations(host: Self.host, limit: looks)
    #expect(kept.count >= FleetStore.keptChanges)
    #expect(kept.count <= FleetStore.keptChanges + 4)
    #expect(kept.first?.at == Samples.time(looks - 1))
  }

  @Test func daysAreBounded() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let days = FleetStore.keptDays + 100
    try store.save(observations: (0..<days).map { Self.look(hour: 24 * $0, build: 31) })
    let kept = try store.observations(host: Self.host, limit: days)
    // One look a day, and the first one, which was news.
    #expect(kept.count == FleetStore.keptDays + 1)
    #expect(kept.last?.at == Samples.time(0))
  }
}
