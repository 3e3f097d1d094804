import FleetCore
import Testing

@Suite("Properties of every rollout") struct RolloutPropertyTests {
  /// Decisions in one rollout; more means that it goes round in circles.
  private static let maxTurns = 2000

  private static func budgets(_ changes: [HostChange], _ random: inout SeededGenerator) -> RolloutBudgets {
    var budgets = RolloutBudgets(
      maxFailures: random.pick([.number(0), .number(2), .percent(0), .percent(20), .percent(100)]),
      maxDomains: Int.random(in: 1...3, using: &random),
      soak: random.pick([.zero, .seconds(60)]))
    for change in changes { budgets.unavailable[change.host] = Int.random(in: 0...6, using: &random) }
    return budgets
  }

  private static func changes(_ random: inout SeededGenerator) -> [HostChange] {
    var wave = 1
    return (0..<Int.random(in: 0...25, using: &random)).map { index in
      if random.chance(1, of: 4) { wave += 1 }
      return RolloutSamples.change(
        "h\(index)", wave: wave, combination: random.pick(["x", "y", "z"]),
        domain: random.pick(["d1", "d2", "d3", nil]), activation: random.pick([.reload, .reboot, .none]))
    }
  }

  @Test("no rollout breaks a budget, mixes waves, starts twice, or goes round in circles") func everything() throws {
    let seed = TestEnvironment.seed()
    print("RolloutPropertyTests.everything seed \(seed)")
    var endings: [String: Int] = [:]
    for number in 0..<TestEnvironment.sample(1000) {
      var random = SeededGenerator(seed: seed &+ UInt64(number) &* 7919)
      var judge = RolloutJudge(seed: seed, &random, changes: Self.changes(&random), budgets: Self.budgets)
      try judge.run(maxTurns: Self.maxTurns, &random)
      for ending in judge.endings { endings[ending.kind, default: 0] += 1 }
    }
    for kind in ["rolloutFinished", "rolloutHalted", "rolloutPaused"] {
      #expect((endings[kind] ?? 0) > 20, "too few of these to tell anything: \(endings)")
    }
  }
}

/// Runs one rollout in a world where anything may happen, and looks at each decision with rules of its own.
struct RolloutJudge {
  private let seed: UInt64
  private var world: RolloutWorld
  private var absent: [HostID: Absence] = [:]
  private(set) var endings: [JournalEvent] = []
  /// Combinations that were paused at any time: their hosts may come after later waves.
  private var everPaused: Set<String> = []

  init(
    seed: UInt64, _ random: inout SeededGenerator, changes: [HostChange],
    budgets: ([HostChange], inout SeededGenerator) -> RolloutBudgets
  ) {
    self.seed = seed
    world = RolloutWorld(changes, budgets(changes, &random))
  }

  mutating func run(maxTurns: Int, _ random: inout SeededGenerator) throws {
    for _ in 0..<maxTurns {
      if random.chance(1, of: 12) { absent = random.chance(1, of: 2) ? [HostID("outside"): .disabled] : [:] }
      let wish = random.chance(1, of: 60) ? StopWish(random.pick(StopWish.Kind.allCases), by: "ada") : nil
      try refolded()
      let decision = try world.advance(absent: absent, wish: wish, verdict: random.chance(1, of: 4) ? ["bad"] : [])
      everPaused.formUnion(world.rollout.pausedCombinations)
      switch decision {
      case .start(let change):
        judge(start: change)
        try world.start(change)
        if random.chance(1, of: 3) { try finishOne(&random) }
      case .skip(let host, _): Issue.record("seed \(seed): nobody claims \(host)")
      case .wait:
        if world.running.isEmpty { absent = [:] } else { try finishOne(&random) }
      case .end(let event):
        if !world.running.isEmpty {
          // A stop, or a crash: hosts go on to the next boundary or are cut off.
          while !world.running.isEmpty { try finishOne(&random) }
          continue
        }
        guard let event else {
          if wish?.kind != .leave { Issue.record("seed \(seed): it ended without a word, and nobody wished that") }
          absent = [:]
          try world.write(.rolloutResumed)
          continue
        }
        endings.append(event)
        if case .rolloutFinished = event { return judgeEnd() }
        absent = [:]
        try world.write(.rolloutResumed)
      case .openWave, .beginSoak, .soak, .judge, .pauseCombination: break
      }
    }
    Issue.record("seed \(seed): no end in \(maxTurns) turns")
  }

  private mutating func finishOne(_ random: inout SeededGenerator) throws {
    guard !world.running.isEmpty else { return }
    let host = random.pick(world.running)
    let activates = world.change(host)?.activation != HostChange.Activation.none
    let outcome: RolloutOutcome =
      random.chance(1, of: 6) ? (activates ? .quarantined : .skipped) : random.chance(1, of: 8) ? .skipped : .converged
    try world.finish(host, outcome)
  }

  /// Another process that reads the journal decides the same (D3).
  private func refolded() throws {
    var other = Rollout(plan: world.rollout.plan, budgets: world.rollout.budgets)
    for entry in world.entries { try other.apply(entry) }
    if other != world.rollout { Issue.record("seed \(seed): the fold of the journal differs") }
  }

  private func judge(start change: HostChange) {
    let budgets = world.rollout.budgets
    let others = Set(world.running)
    func wrong(_ text: String) { Issue.record("seed \(seed): \(change.host) \(text)") }
    if others.contains(change.host) { wrong("is started twice") }
    if world.rollout.runs[change.host]?.isEnded != false { wrong("had ended") }
    let limit = others.union([change.host]).compactMap { budgets.unavailable[$0] }.min() ?? 1
    let out = others.union(absent.keys).union([change.host])
    if out.count > max(1, limit) { wrong("is one too many: \(out.count) of \(limit)") }
    let domains = Set((others.compactMap { world.change($0) } + [change]).compactMap { $0.standing?.domain })
    if domains.count > budgets.maxDomains, change.standing?.domain != nil {
      wrong("is in a domain too many: \(domains)")
    }
    let earlier = world.rollout.plan.changes.filter { other in
      guard other.wave < change.wave, world.rollout.runs[other.host]?.isEnded == false else { return false }
      return !everPaused.contains(other.standing?.combination ?? "")
    }
    if !earlier.isEmpty { wrong("is of wave \(change.wave), and \(earlier.map(\.host)) of an earlier one are left") }
    if world.rollout.pausedCombinations.contains(change.standing?.combination ?? "") { wrong("is paused") }
  }

  private func judgeEnd() {
    let left = world.rollout.plan.changes.filter { world.rollout.runs[$0.host]?.isEnded != true }
    if !left.isEmpty { Issue.record("seed \(seed): finished, and \(left.map(\.host)) are left") }
  }
}
