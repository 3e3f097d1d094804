import FleetCore
import FleetSim
import Foundation
import Synchronization
import Testing

/// A rollout that gives way to an emergency, at many moments of its history: no host is left between two steps.
@Suite struct GivingBackTests {
  /// Journal entries between two moments that are tried.
  private static let stride = 9

  private static func run(_ seed: UInt64, afterEntry last: Int?) async throws -> (
    SimRun.Outcome, SimWorld, entries: Int
  ) {
    let setup = SimSetup(seed: seed, faults: .none, resumes: 0)
    let scenario = setup.scenario(try SimRunTests.images.get())
    var run = SimRun(scenario)
    let entries = Entries()
    run.told = { _, _, _ in entries.add() }
    run.stop = {
      guard let last, entries.count >= last else { return nil }
      return StopWish(.pause, by: "ada", reason: "emergency", givesBack: true)
    }
    return (try await run.run(), scenario.world, entries.count)
  }

  private final class Entries: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock { $0 } }
    func add() { number.withLock { $0 += 1 } }
  }

  @Test(arguments: [1, 2] as [UInt64]) func atEveryMomentNoHostIsLeftHalfway(_ seed: UInt64) async throws {
    let whole = try await Self.run(seed, afterEntry: nil).entries
    var (givenBack, converged) = (0, 0)
    for last in Swift.stride(from: 1, to: whole, by: Self.stride) {
      let (outcome, world, _) = try await Self.run(seed, afterEntry: last)
      let place = "seed \(seed), after entry \(last)"
      #expect(outcome.breaches.isEmpty && outcome.stuck == nil, "\(place): \(outcome.breaches)")
      let report = try #require(outcome.report)
      #expect(report.state == .paused || report.state == .finished, "\(place)")
      for row in report.hosts {
        let begun = row.steps.contains { $0.attempts > 0 }
        switch row.outcome {
        case .pending: #expect(!begun, "\(place): \(row.change.host) is left halfway")
        case .skipped where row.failure?.kind == .halted:
          givenBack += 1
          let runs = world.hosts[row.change.host]?.running
          #expect(runs == row.change.expected, "\(place): \(row.change.host) is not as it was")
        case .converged: converged += 1
        case .skipped, .quarantined: break
        }
      }
      #expect(world.disabledByUs.isSubset(of: report.hosts.filter { $0.outcome == .quarantined }.map(\.change.host)))
    }
    #expect(givenBack > whole / Self.stride / 4 && converged > 0, "\(givenBack) given back, \(converged) converged")
  }
}
