import FleetCore
package import FleetStore
import Synchronization

/// The journal as a stream for many readers: one look at the store serves them all.
///
/// A reader asks for what is behind the entry that it had last. What is recent comes from memory, what is older from the
/// store; so nothing falls between the past and the present, and nothing is kept for a reader that is slow.
package final class EventFeed: Sendable {
  /// Readers at once: every operator with a few pages open, and the programs beside them.
  package static let maxReaders = 256
  /// Recent entries in memory: what a busy rollout writes in a minute, some megabytes.
  package static let kept = 4096
  /// Entries handed over at once, so that a reader far behind does not hold many in memory.
  static let batch = 256
  /// Between two looks at the journal.
  static let look = Duration.milliseconds(200)
  /// Between two signs of life: what is on the way drops a connection after a minute of silence, often.
  static let heartbeat = Duration.seconds(15)
  /// For a reader to take what it was given; then its connection is closed.
  package static let patience = Duration.seconds(60)
  /// For a reader that lost its connection to come back.
  static let retry = Duration.seconds(2)

  package enum Step: Sendable {
    case frames([EventFrame])
    /// It must read the store: what it wants is not in memory any more.
    case behind
    /// Nothing was written for a while.
    case quiet
    case closed(APIProblem?)
  }

  private struct Reader {
    var waiting: (after: Int64, CheckedContinuation<Step, Never>)?
    /// When it took up what it was given last.
    var busySince = ContinuousClock.now
    var isCut = false
    /// Closes its connection.
    let hangUp: @Sendable () -> Void
  }

  private struct State {
    /// Everything behind `base` up to `last`.
    var recent: [EventFrame] = []
    var base: Int64 = 0
    var last: Int64 = 0
    var hasBegun = false
    var readers: [Int: Reader] = [:]
    var number = 0
    var isClosed = false
    var problem: APIProblem?
  }

  private let store: FleetStore
  private let state = Mutex(State())

  package init(_ store: FleetStore) { self.store = store }

  /// Whether it came to its end: nobody is served any more.
  var isClosed: Bool { state.withLock(\.isClosed) }

  package var readerCount: Int { state.withLock(\.readers.count) }

  /// Readers that have had everything there is.
  package var waitingCount: Int { state.withLock { state in state.readers.values.count { $0.waiting != nil } } }

  // MARK: Readers

  /// Where a reader begins: behind `after`, or with what comes from now on. Throws 400 for an entry that is not written
  /// yet, and 503 where there are too many readers.
  package func open(after: Int64?, hangUp: @escaping @Sendable () -> Void = {}) throws -> EventReader {
    let last = try store.lastSeq()
    let start = after ?? last
    guard start <= last else {
      throw APIProblem(
        400, "aheadOfJournal", "the journal does not go as far", expected: "at most \(last)", found: "\(start)")
    }
    let past = past(until: last)
    let number: Int = try state.withLock { state in
      guard !state.isClosed else {
        throw state.problem ?? APIProblem(503, "ending", "the controller ends", retryAfter: 5)
      }
      guard state.readers.count < Self.maxReaders else {
        throw APIProblem(
          503, "tooManyReaders", "there are \(state.readers.count) readers of events already",
          expected: "at most \(Self.maxReaders)", retryAfter: 15)
      }
      if let past, state.readers.isEmpty, !Self.isNear(state, last) {
        (state.recent, state.base, state.last) = (past, last - Int64(past.count), last)
        state.hasBegun = true
      }
      state.number += 1
      state.readers[state.number] = Reader(hangUp: hangUp)
      return state.number
    }
    return EventReader(feed: self, number: number, start: start)
  }

  /// What readers who come back want first, for a feed that nobody read for long or ever; `nil`: it has that. Where it
  /// cannot be read, whoever asks for it is told so, and nobody else.
  private func past(until last: Int64) -> [EventFrame]? {
    let isNear = state.withLock { Self.isNear($0, last) || !$0.readers.isEmpty }
    if isNear { return nil }
    let entries = try? store.entries(after: max(0, last - Int64(Self.kept)), limit: Self.kept)
    return (try? entries?.filter { $0.seq <= last }.map { try EventFrame($0) }) ?? []
  }

  /// Whether the next look catches up: nobody looks while there is no reader.
  private static func isNear(_ state: State, _ last: Int64) -> Bool {
    state.hasBegun && last - state.last <= Int64(kept)
  }

  func leave(_ number: Int) {
    let waiting = state.withLock { $0.readers.removeValue(forKey: number)?.waiting }
    waiting?.1.resume(returning: .closed(nil))
  }

  /// What is behind an entry; waits until there is something, for a while.
  func next(_ number: Int, after seq: Int64) async -> Step {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let step: Step? = state.withLock { state in
          guard !state.isClosed, !Task.isCancelled, state.readers[number]?.isCut == false else {
            return .closed(state.problem)
          }
          if let step = Self.step(state, after: seq) {
            state.readers[number]?.busySince = .now
            return step
          }
          state.readers[number]?.waiting = (seq, continuation)
          return nil
        }
        if let step { continuation.resume(returning: step) }
      }
    } onCancel: {
      wake(number, .closed(nil))
    }
  }

  /// `nil`: there is nothing yet.
  private static func step(_ state: State, after seq: Int64) -> Step? {
    if seq < state.base { return .behind }
    guard seq < state.last else { return nil }
    // The journal has no gaps, so the place tells the entry.
    return .frames(Array(state.recent.dropFirst(Int(seq - state.base)).prefix(batch)))
  }

  private func wake(_ number: Int, _ step: Step) {
    let waiting = state.withLock { state in
      let waiting = state.readers[number]?.waiting
      state.readers[number]?.waiting = nil
      return waiting
    }
    waiting?.1.resume(returning: step)
  }

  /// From the store, for a reader that is behind.
  func stored(after seq: Int64) throws -> [EventFrame] {
    try store.entries(after: seq, limit: Self.batch).map { try EventFrame($0) }
  }

  // MARK: The journal

  /// Looks at the journal until the task is cancelled; then every reader is told the end.
  func run() async {
    var lastBeat = ContinuousClock.now
    while !Task.isCancelled {
      if readerCount > 0 { look() }
      if ContinuousClock.now - lastBeat >= Self.heartbeat {
        lastBeat = .now
        beat()
      }
      try? await Task.sleep(for: Self.look)
    }
    close(nil)
  }

  /// One look; what it finds is handed to whoever waits.
  package func look() {
    do {
      let last = state.withLock(\.last)
      let frames = try store.entries(after: last, limit: Self.kept).map { try EventFrame($0) }
      guard let newest = frames.last else { return }
      hand { state in
        // Another look may have been quicker, or the last reader gone and a new one come.
        guard state.last == last else { return }
        state.recent += frames
        state.last = newest.seq
        let surplus = max(0, state.recent.count - Self.kept)
        state.recent.removeFirst(surplus)
        state.base += Int64(surplus)
      }
    } catch let error as StoreError where error.kind == .corrupt {
      // It stays so: who reads on would miss what follows.
      close(APIProblem(error))
    } catch {
      // The store is busy, or its disk is: the next look finds what this one did not.
    }
  }

  /// Changes the state and gives everybody who waits what there is for them then.
  private func hand(_ change: (inout State) -> Void) {
    let served = state.withLock { state in
      change(&state)
      var served: [(CheckedContinuation<Step, Never>, Step)] = []
      for (number, reader) in state.readers {
        guard let (after, continuation) = reader.waiting, let step = Self.step(state, after: after) else { continue }
        state.readers[number]?.waiting = nil
        state.readers[number]?.busySince = .now
        served.append((continuation, step))
      }
      return served
    }
    for (continuation, step) in served { continuation.resume(returning: step) }
  }

  /// Tells everybody who waits that nothing happened, and lets go of those who do not take what they were given.
  package func beat(at now: ContinuousClock.Instant = .now) {
    let (waiting, stuck) = state.withLock { state in
      var waiting: [CheckedContinuation<Step, Never>] = []
      var stuck: [@Sendable () -> Void] = []
      for (number, reader) in state.readers {
        if let (_, continuation) = reader.waiting {
          state.readers[number]?.waiting = nil
          state.readers[number]?.busySince = now
          waiting.append(continuation)
        } else if !reader.isCut, now - reader.busySince > Self.patience {
          state.readers[number]?.isCut = true
          stuck.append(reader.hangUp)
        }
      }
      return (waiting, stuck)
    }
    for continuation in waiting { continuation.resume(returning: .quiet) }
    for hangUp in stuck { hangUp() }
  }

  /// The end: whoever waits is told, and nobody begins.
  package func close(_ problem: APIProblem?) {
    let waiting = state.withLock { state in
      state.isClosed = true
      state.problem = problem
      let waiting = state.readers.values.compactMap { $0.waiting?.1 }
      for number in state.readers.keys { state.readers[number]?.waiting = nil }
      return waiting
    }
    for continuation in waiting { continuation.resume(returning: .closed(problem)) }
  }
}
