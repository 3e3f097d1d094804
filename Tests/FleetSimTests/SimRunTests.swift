import FleetCore
import FleetFormats
import FleetSim
import Foundation
import Testing

/// Histories of whole fleets, seed by seed. `SEVFLEET_SIM_SEEDS` is how many, `SEVFLEET_SIM_FIRST` the first of them,
/// `SEVFLEET_SIM_SEED` repeats one and tells its journal.
@Suite struct SimRunTests {
  static let images = Result { try SimImages(folder: NSTemporaryDirectory() + "sevfleet-sim-\(getpid())") }

  private static let environment = ProcessInfo.processInfo.environment
  private static let count = UInt64(environment["SEVFLEET_SIM_SEEDS"] ?? "") ?? 300
  /// Two processes with a half each are a quarter faster than one with both: its threads wait for each other's counters.
  private static let first = UInt64(environment["SEVFLEET_SIM_FIRST"] ?? "") ?? 1
  /// Seeds that are run twice: their journals must be equal.
  private static let twice: UInt64 = 200
  /// Histories at once: each is one thread.
  private static let atOnce = UInt64(environment["SEVFLEET_SIM_THREADS"] ?? "") ?? 2

  /// Of 1,000 hosts those that a history changes. Many small rollouts meet more than a few large ones in the same time;
  /// one in thirty-two is the whole fleet.
  private static let behind =
    Array(repeating: 100, count: 14) + Array(repeating: 150, count: 10) + Array(repeating: 200, count: 4)
    + [250, 250, 300, 1000]

  private static func run(_ seed: UInt64, _ faults: SimFaults) async throws -> SimRun.Outcome {
    let setup = SimSetup(
      seed: seed, faults: faults, takenOut: faults == .none ? 0 : 15,
      behind: faults == .none ? 1000 : behind[Int(seed % UInt64(behind.count))])
    return try await SimRun(setup.scenario(try images.get())).run()
  }

  @Test func withoutFaultsEveryHostConverges() async throws {
    for seed in UInt64(1)...20 {
      let outcome = try await Self.run(seed, .none)
      #expect(outcome.breaches.isEmpty, "seed \(seed): \(outcome.breaches)")
      #expect(outcome.stuck == nil, "seed \(seed): \(outcome.stuck ?? "")")
      let report = try #require(outcome.report, "seed \(seed)")
      // A server that another host of the rollout has switched off already may be in the way; nothing else.
      let left = report.hosts.filter { $0.outcome != .converged && $0.failure?.kind != .serverBlocked }
        .map { "\($0.change.host) \($0.text)" }
      #expect(left.isEmpty, "seed \(seed): \(left)")
    }
  }

  /// What many histories came to.
  private struct Sum: Sendable {
    var hosts = 0
    var converged = 0
    var entries = 0
    var fired: [SimFault: Int] = [:]

    mutating func add(_ outcome: SimRun.Outcome) {
      entries += outcome.journal.count
      for (fault, number) in outcome.fired { fired[fault, default: 0] += number }
      hosts += outcome.report?.hosts.count ?? 0
      converged += outcome.report?.hosts.count { $0.outcome == .converged } ?? 0
    }
  }

  private static func judge(_ seed: UInt64) async throws -> SimRun.Outcome {
    let outcome = try await run(seed, .some)
    #expect(outcome.breaches.isEmpty, "SEVFLEET_SIM_SEED=\(seed): \(outcome.breaches)")
    #expect(outcome.stuck == nil, "SEVFLEET_SIM_SEED=\(seed): \(outcome.stuck ?? "")")
    guard seed <= twice else { return outcome }
    let again = try await run(seed, .some)
    #expect(
      outcome.journal == again.journal && outcome.journal.count > 10, "SEVFLEET_SIM_SEED=\(seed) is two histories")
    return outcome
  }

  @Test func whateverGoesWrongTheInvariantsHoldAndOneSeedIsOneHistory() async throws {
    if let seed = UInt64(Self.environment["SEVFLEET_SIM_SEED"] ?? "") {
      for entry in try await Self.judge(seed).journal {
        print("\(entry.seq) \(entry.at.rfc3339) \(entry.host.map { "\($0): " } ?? "")\(entry.event.sentence)")
      }
      return
    }
    let began = ContinuousClock.now
    let sum = try await withThrowingTaskGroup(of: SimRun.Outcome.self) { group in
      var sum = Sum()
      let seeds = Self.first..<Self.first + Self.count
      for seed in seeds {
        if seed >= Self.first + Self.atOnce, let outcome = try await group.next() { sum.add(outcome) }
        group.addTask { try await Self.judge(seed) }
      }
      for try await outcome in group { sum.add(outcome) }
      return sum
    }
    let repeated = Self.first > Self.twice ? 0 : min(Self.count, Self.twice - Self.first + 1)
    print(
      "FleetSim: \(Self.count) seeds from \(Self.first), \(repeated) of them twice, in \(ContinuousClock.now - began)")
    print("FleetSim: \(sum.converged) of \(sum.hosts) hosts converged, \(sum.entries) journal entries")
    for fault in SimFault.allCases { print("FleetSim: \(fault.rawValue) \(sum.fired[fault] ?? 0)") }
    #expect(sum.converged * 10 >= sum.hosts * 3, "at least 30 % of the hosts converge")
    let fewest = min(500, Int(Self.count) / 8)
    for fault in SimFault.allCases { #expect(sum.fired[fault] ?? 0 >= fewest, "\(fault.rawValue) hardly ever happens") }
  }
}

/// A region in one night. `SEVFLEET_SIM_REGION` is how many hosts it has; a thousand take minutes.
@Suite struct RegionTests {
  private static let hosts = Int(ProcessInfo.processInfo.environment["SEVFLEET_SIM_REGION"] ?? "") ?? 150

  @Test func aRegionInVirtualTime() async throws {
    let setup = SimSetup(seed: 7, faults: .none, hosts: Self.hosts, resumes: 0)
    let began = ContinuousClock.now
    let outcome = try await SimRun(setup.scenario(try SimRunTests.images.get())).run()
    #expect(outcome.breaches.isEmpty && outcome.stuck == nil, "\(outcome.breaches) \(outcome.stuck ?? "")")
    let report = try #require(outcome.report)
    let converged = report.hosts.count { $0.outcome == .converged }
    print(
      "FleetSim: \(report.hosts.count) hosts, \(converged) converged, in \(outcome.duration) of virtual time and "
        + "\(ContinuousClock.now - began)")
    #expect(report.state == .finished && report.hosts.count * 10 > Self.hosts * 9)
    #expect(converged * 10 >= report.hosts.count * 9)
  }
}
