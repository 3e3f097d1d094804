import FleetCore
import FleetStore
import Testing

@Suite struct QuarantineTests {
  @Test func itStandsUntilSomebodyReleasesIt() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let host = Samples.host(1)
    let plan = try store.begin("r-1", [host])
    #expect(try store.quarantines().isEmpty)
    try store.append(run: Samples.quarantined(plan.changes[0]), "r-1", host, at: Samples.time(9))
    let expected = Quarantine(
      host: host, rollout: "r-1", since: Samples.time(9), step: .activate, failure: Samples.failure)
    #expect(try store.quarantines() == [host: expected])
    #expect(expected.sentence == "rollout r-1: activate failed (unhealthy): SEV does not start")
    try store.append(.rolloutFinished, rollout: "r-1", host: nil, at: Samples.time(10))
    try store.close()
    let again = try folder.open()
    #expect(try again.quarantines() == [host: expected])
    #expect(try again.slotHolders() == [host])
    try again.append(run: [.released(reason: "board changed")], "r-1", host)
    #expect(try again.quarantines().isEmpty)
    #expect(try again.slotHolders().isEmpty)
  }

  @Test func itsRunMustAgree() throws {
    let folder = try TemporaryFolder()
    let store = try folder.open()
    let host = Samples.host(1)
    try store.begin("r-1", [host])
    let entry = try store.append(.run(.quarantined), rollout: "r-1", host: host, at: Samples.start)
    let error = #expect(throws: StoreError.self) { try store.quarantines() }
    guard case .corrupt(seq: entry.seq, _)? = error else {
      Issue.record("expected entry \(entry.seq) to be named, got \(String(describing: error))")
      return
    }
  }

  /// Many rollouts one after the other, each host ending in some way: what is derived is what was done.
  @Test func theFoldAgreesWithWhatHappened() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("quarantines: seed \(seed)")
    var random = RandomNumbers(seed: seed)
    let folder = try TemporaryFolder()
    let store = try folder.open()
    var quarantined: [HostID: String] = [:]
    var open: [HostID: String] = [:]
    for number in 0..<25 {
      let rollout = "r-\(1000 + number)"
      // As the planner does: a host with work or a quarantine left is in no new plan.
      let hosts = (0..<12).map(Samples.host).filter { quarantined[$0] == nil && open[$0] == nil }
      let plan = try store.begin(rollout, hosts, at: Samples.time(number))
      let finishes = Int.random(in: 0..<5, using: &random) > 0
      for change in plan.changes {
        switch Int.random(in: 0..<(finishes ? 6 : 8), using: &random) {
        case 0...2: try store.append(run: Samples.converged(change), rollout, change.host)
        case 3: try store.append(run: Samples.skipped(change), rollout, change.host)
        case 4...5:
          try store.append(run: Samples.quarantined(change), rollout, change.host)
          quarantined[change.host] = rollout
        case 6:
          try store.append(run: Samples.inDrain(change), rollout, change.host)
          open[change.host] = rollout
        case _: open[change.host] = rollout
        }
      }
      if finishes {
        try store.append(.rolloutFinished, rollout: rollout, host: nil, at: Samples.start)
      }
      for (host, rollout) in quarantined where Bool.random(using: &random) {
        try store.append(run: [.released(reason: "looked at")], rollout, host)
        quarantined[host] = nil
      }
      #expect(try store.quarantines().mapValues(\.rollout) == quarantined)
      #expect(try store.hostsInOpenRollouts() == open)
    }
    #expect(try store.auditJournal().fault == nil)
  }
}
