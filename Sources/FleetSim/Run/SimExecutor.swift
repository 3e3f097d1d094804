package import FleetCore
import Foundation
import Synchronization

/// Runs everything of one simulation on one thread, in virtual time: when nothing is ready to run, time jumps to the next
/// sleeper. One seed is one history, because nothing else decides what comes next.
package final class SimExecutor: TaskExecutor, SerialExecutor {
  private struct Sleeper {
    var wakes: Int64
    var number: UInt64
    var continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var jobs: [UnownedJob] = []
    var next = 0
    var sleepers: [Sleeper] = []
    var number: UInt64 = 0
    var monotonic: Int64 = 0
    /// What the wall clock shows beyond monotonic time; operators and time servers move it.
    var wall: Int64
  }

  private let state: Mutex<State>

  /// `start`: what the wall clock shows in the beginning.
  package init(start: Instant) { state = Mutex(State(wall: start.milliseconds)) }

  package var now: Instant { state.withLock { Instant(milliseconds: $0.monotonic + $0.wall) } }
  package var monotonic: Int64 { state.withLock(\.monotonic) }

  /// The wall clock jumps; time itself does not.
  package func shiftWall(by duration: Duration) { state.withLock { $0.wall += duration.wholeMilliseconds } }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  /// Waits in virtual time.
  package func sleep(_ duration: Duration) async {
    await withCheckedContinuation { continuation in
      state.withLock { state in
        state.number += 1
        let wakes = state.monotonic + max(0, duration.wholeMilliseconds)
        let sleeper = Sleeper(wakes: wakes, number: state.number, continuation: continuation)
        // The order of those that wake at one moment is the order in which they went to sleep.
        let place = state.sleepers.lastIndex { $0.wakes <= wakes }.map { $0 + 1 } ?? 0
        state.sleepers.insert(sleeper, at: place)
      }
    }
  }

  /// Runs `body` and everything that it starts. Returns what it returned; `nil`: everything waits for something that
  /// never comes.
  ///
  /// On a thread of its own: a task that runs others inside itself would be taken for one of them.
  package func run<Value: Sendable>(_ body: @Sendable @escaping () async -> Value) async -> Value? {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: self.turn(body)) }
    }
  }

  private func turn<Value: Sendable>(_ body: @Sendable @escaping () async -> Value) -> Value? {
    let result = Mutex<Value?>(nil)
    let task = Task(executorPreference: self) {
      let value = await body()
      result.withLock { $0 = value }
    }
    defer { task.cancel() }
    while true {
      if let value = result.withLock({ $0 }) { return value }
      if let job = nextJob() {
        job.runSynchronously(on: asUnownedTaskExecutor())
      } else if let sleeper = nextSleeper() {
        sleeper.continuation.resume()
      } else {
        return nil
      }
    }
  }

  private func nextJob() -> UnownedJob? {
    state.withLock { state in
      guard state.next < state.jobs.count else {
        state.jobs.removeAll(keepingCapacity: true)
        state.next = 0
        return nil
      }
      defer { state.next += 1 }
      return state.jobs[state.next]
    }
  }

  private func nextSleeper() -> Sleeper? {
    state.withLock { state in
      guard !state.sleepers.isEmpty else { return nil }
      let sleeper = state.sleepers.removeFirst()
      state.monotonic = max(state.monotonic, sleeper.wakes)
      return sleeper
    }
  }
}
