import FleetCore
import FleetEngine
import Testing

@Suite("What Nova refuses is asked for again later, and later each time") struct DrainBackoffTests {
  private static func gaps(_ drain: StubDrain) -> [Int64] {
    let times = drain.world.seen.requests.filter { $0.word == "migrate" }.map(\.at)
    return zip(times.dropFirst(), times).map { $0 - $1 }
  }

  @Test(arguments: 0...3) func refusals(_ count: Int) async throws {
    let drain = StubDrain()
    drain.world.change { $0.answers["migrate"] = Array(repeating: .refuse(.conflict), count: count) }
    let run = try await drain.run().state
    let bounds = EngineBounds()
    let gaps = Self.gaps(drain)
    #expect(gaps.count == min(count, bounds.maxMoveAttempts - 1), "\(gaps)")
    for (index, gap) in gaps.enumerated() {
      let least = bounds.moveBackoff.wholeMilliseconds << index
      #expect(gap >= least && gap < least * 2 + bounds.poll.wholeMilliseconds, "\(gaps)")
    }
    if count < bounds.maxMoveAttempts {
      #expect(run == .ready(.stage, attempt: 1), "\(run)")
    } else {
      guard case .skipped(.drain, let failure) = run else {
        Issue.record("\(run)")
        return
      }
      #expect(failure.kind == .serverFailed)
    }
  }

  @Test("another server does not wait for the one that was refused") func others() async throws {
    var drain = StubDrain(others: ["t"])
    drain.policy.cold = 2
    drain.policy.maxMoves = 2
    drain.world.change { $0.answers["migrate"] = [.refuse(.conflict)] }
    _ = try await drain.run()
    let moves = drain.world.seen.requests.filter { $0.word == "migrate" }
    #expect(moves.map(\.server) == ["s", "t", "s"], "\(moves)")
    #expect(moves[1].at == moves[0].at, "\(moves)")
  }

  @Test("a deadline is not stretched by waiting") func deadline() async throws {
    var drain = StubDrain()
    drain.policy.deadline = .seconds(1)
    drain.world.change { $0.answers["migrate"] = Array(repeating: .refuse(.conflict), count: 9) }
    guard case .skipped(.drain, let failure) = try await drain.run().state else {
      Issue.record("it was not given back")
      return
    }
    #expect(failure.kind == .drainDeadline && Self.gaps(drain).isEmpty, "\(failure)")
  }
}
