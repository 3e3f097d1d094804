import FleetCore
import Testing

@Suite("How long a host takes") struct HostEstimateTests {
  private static func change(
    _ activation: HostChange.Activation, drains: Bool = false, cold: Bool = false, initramfs: Bool = false
  ) -> HostChange {
    var change = RolloutSamples.change("a", activation: activation)
    let server = ServerMove(
      id: "1", name: "vm", project: "p", model: .none, move: cold ? .cold : .live, why: "", rule: "D5",
      wasRunning: true)
    change.drain = DrainPlan(needed: drains, servers: drains ? [server] : [])
    change.rebuildInitramfs = initramfs ? "6.1.0" : nil
    return change
  }

  private static func samples(_ change: HostChange, _ minutes: [Int]) -> [HostEstimate.Sample] {
    minutes.map { HostEstimate.Sample(key: HostEstimate.Key(change), duration: .seconds($0 * 60)) }
  }

  @Test("without a history it is every deadline that the host can spend") func policy() {
    var noReset = Policy()
    noReset.activation.reboot = false
    var homeward = noReset
    homeward.drain.returnHome = .live
    var hooked = Policy()
    hooked.hooks = [
      .preDrain: .init(argv: ["/a"], timeout: .seconds(60)), .powerCycle: .init(argv: ["/b"], timeout: .seconds(120)),
      .postSoak: .init(argv: ["/c"], timeout: .seconds(6000)),
    ]
    let minutes: [(HostChange, Policy, Int)] = [
      (Self.change(.none), Policy(), 5), (Self.change(.reboot), Policy(), 37),
      (Self.change(.reload), noReset, 19), (Self.change(.reload), Policy(), 39),
      (Self.change(.reload, drains: true), noReset, 49), (Self.change(.reload, drains: true, cold: true), noReset, 51),
      (Self.change(.reload), homeward, 19), (Self.change(.reload, drains: true), homeward, 79),
      (Self.change(.reboot, initramfs: true), Policy(), 57), (Self.change(.reboot), hooked, 60),
    ]
    for (change, policy, expected) in minutes {
      let estimate = HostEstimate(samples: []).duration(of: change, policy: policy)
      #expect(estimate.duration == .seconds(expected * 60))
      #expect(estimate.basis == .policy)
    }
  }

  @Test("with enough runs of its kind it is the slowest of the newest, and never more than policy allows")
  func history() {
    let reload = Self.change(.reload, drains: true)
    for count in 0...25 {
      // The newest first; the oldest are the slowest.
      let past = Self.samples(reload, Array(1...26).prefix(count).map { $0 })
      let estimate = HostEstimate(samples: past).duration(of: reload, policy: Policy())
      if count < HostEstimate.fewest {
        #expect(estimate.basis == .policy)
      } else {
        let counted = min(count, HostEstimate.newest)
        #expect(estimate.basis == .history(runs: counted))
        #expect(estimate.duration == .seconds(counted * 60))
      }
    }
    let bound = HostEstimate(samples: []).duration(of: reload, policy: Policy()).duration
    let slow = HostEstimate(samples: Self.samples(reload, [1, 2, 100_000])).duration(of: reload, policy: Policy())
    #expect(slow.duration == bound)
  }

  @Test("a history of another kind says nothing") func kinds() {
    let kinds = [
      Self.change(.reload), Self.change(.reload, drains: true), Self.change(.reboot),
      Self.change(.reboot, drains: true),
    ]
    #expect(Set(kinds.map { HostEstimate.Key($0) }).count == kinds.count)
    for known in kinds {
      let estimate = HostEstimate(samples: Self.samples(known, [1, 1, 1]))
      for asked in kinds {
        let isSame = HostEstimate.Key(known) == HostEstimate.Key(asked)
        #expect((estimate.duration(of: asked, policy: Policy()).basis == .policy) != isSame)
      }
    }
  }

  @Test("a way back without an image counts by the CPU that was seen, and gives its runs to hosts like it")
  func factory() {
    let models = [FamilyModel(family: 25, modelHigh: 0), FamilyModel(family: 25, modelHigh: 1)]
    func image(_ model: FamilyModel) -> FirmwareImage {
      FirmwareImage(
        familyModel: model, version: FirmwareVersion(1, 55, 36), spl: 25, sha256: "a", size: 1,
        kernelName: model.kernelName, path: "x")
    }
    func change(_ model: FamilyModel?, image: FirmwareImage?) -> HostChange {
      var change = Self.change(.reboot)
      change.image = image
      change.standing?.model = model
      return change
    }
    // What the key shall be, by what the plan kept.
    var rows: [(HostChange, FamilyModel?)] = [(change(nil, image: nil), nil)]
    for model in models {
      rows.append((change(model, image: nil), model))
      rows.append((change(model, image: image(model)), model))
      rows.append((change(nil, image: image(model)), model))
    }
    for (known, first) in rows {
      let estimate = HostEstimate(samples: Self.samples(known, [7, 8, 9]))
      for (asked, second) in rows {
        let basis = estimate.duration(of: asked, policy: Policy()).basis
        #expect(basis == (first == second ? .history(runs: 3) : .policy), "\(known), \(asked)")
      }
    }
  }

  @Test("times in which nobody worked do not count") func worked() {
    func time(_ minute: Int) -> Instant { Instant(milliseconds: Int64(minute) * 60_000) }
    func entry(_ minute: Int, _ event: JournalEvent) -> JournalEntry {
      JournalEntry(seq: Int64(minute) + 1, at: time(minute), rollout: "r", host: nil, event: event)
    }
    let entries = [
      entry(0, .rolloutStarted(plan: "p", by: "ada", emergency: nil)), entry(10, .finding(kind: "k", text: "t")),
      entry(10, .rolloutPaused(reason: "lunch")), entry(20, .rolloutHalted(reason: "bad")), entry(70, .rolloutResumed),
      // Its controller was lost behind minute 80, which somebody noticed and paused it.
      entry(80, .finding(kind: "k", text: "t")), entry(150, .rolloutPaused(reason: "lost")),
      entry(200, .rolloutResumed), entry(205, .finding(kind: "k", text: "t")),
      // Lost once more, and taken up as it was.
      entry(300, .rolloutResumed), entry(310, .rolloutFinished),
    ]
    let worked = WorkedTime(entries)
    for (start, end, expected) in [
      (0, 10, 10), (0, 70, 10), (0, 80, 20), (5, 15, 5), (15, 60, 0), (0, 205, 25), (80, 200, 0), (75, 205, 10),
      (20, 10, 0), (205, 300, 0), (0, 310, 35),
    ] {
      #expect(worked.between(time(start), time(end)) == .seconds(expected * 60), "\(start) to \(end)")
    }
  }
}
