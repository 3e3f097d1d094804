import FleetCore
package import FleetEngine
package import FleetFormats
package import FleetStore
import Synchronization

/// Tells receivers what the journal says: each in order, each for itself, at least once.
///
/// The place of a receiver in the journal moves on behind what was sent. So a crash repeats the last message and loses
/// none, and a receiver that is gone keeps nobody waiting: not the controller, which only appends, and not the others.
package final class Outbox: Sendable {
  package static let findingKind = "notToldOf"

  private let store: FleetStore
  private let sender: any NotifySender
  private let bounds: NotifyBounds
  private let clock: any EngineClock
  private let settings: @Sendable () -> NotifySettings
  private let note: @Sendable (String) -> Void
  private let state = Mutex(State())

  private struct State {
    /// Receivers that are being told at this moment.
    var busy: Set<String> = []
    /// How far the journal was read for a receiver, where nothing of it was for them.
    var read: [String: Int64] = [:]
    /// Errors of our own in a row, and until when a receiver rests after them, in monotonic milliseconds.
    var errors: [String: Int] = [:]
    var rests: [String: Int64] = [:]
    /// Told once.
    var notes: Set<String> = []
  }

  /// Complaints of receivers that are kept apart; behind that some are told again.
  private static let maxNotes = 1000

  /// - Parameters:
  ///   - settings: who is told now; asked again and again.
  ///   - note: for the controller's log.
  package init(
    store: FleetStore, sender: any NotifySender, bounds: NotifyBounds = NotifyBounds(),
    clock: any EngineClock = SystemClock(), settings: @escaping @Sendable () -> NotifySettings,
    note: @escaping @Sendable (String) -> Void
  ) {
    self.store = store
    self.sender = sender
    self.bounds = bounds
    self.clock = clock
    self.settings = settings
    self.note = note
  }

  /// Runs until it is cancelled, or another controller has taken over.
  package func run() async {
    await withDiscardingTaskGroup { group in
      var known: Set<String>?
      while !Task.isCancelled {
        do throws(StoreError) {
          try store.checkFence()
          let receivers = settings().receivers
          let ids = Set(receivers.map(\.id))
          if ids != known { try store.keepReceivers(ids.sorted()) }
          known = ids
          for receiver in receivers where begin(receiver.id) {
            group.addTask { await self.tell(receiver) }
          }
        } catch {
          say(error.text)
          if error.kind == .fenced { break }
        }
        do { try await clock.sleep(bounds.look) } catch { break }
      }
      group.cancelAll()
    }
  }

  private func begin(_ id: String) -> Bool {
    let now = clock.monotonic()
    return state.withLock { state in
      if let end = state.rests[id], now < end { return false }
      return state.busy.insert(id).inserted
    }
  }

  /// Tells one receiver until nothing is due.
  private func tell(_ receiver: NotifyReceiver) async {
    do throws(StoreError) {
      while !Task.isCancelled, try await turn(receiver) {}
      state.withLock { state in
        state.errors[receiver.id] = nil
        state.rests[receiver.id] = nil
      }
    } catch {
      say(error.text)
      rest(receiver.id)
    }
    state.withLock { _ = $0.busy.remove(receiver.id) }
  }

  /// What was sent may not have been written down: it would be sent again with every look.
  private func rest(_ id: String) {
    let now = clock.monotonic()
    state.withLock { state in
      let errors = (state.errors[id] ?? 0) + 1
      state.errors[id] = errors
      state.rests[id] = now + bounds.pause(after: errors).wholeMilliseconds
    }
  }

  /// Once per text: the same one comes with every look.
  private func say(_ text: String) {
    let isNews = state.withLock { state in
      if state.notes.count >= Self.maxNotes { state.notes = [] }
      return state.notes.insert(text).inserted
    }
    if isNews { note("notifications: \(text)") }
  }

  // MARK: One receiver

  /// Sends what is due next. Returns whether something was sent, so that there may be more.
  package func turn(_ receiver: NotifyReceiver) async throws(StoreError) -> Bool {
    guard let place = try store.receiver(receiver.id), isDue(place) else { return false }
    let news = try next(receiver, behind: place.seq)
    guard let last = news.last else { return false }
    // Whoever took over tells them now.
    try store.checkFence()
    let complaints: [String]
    do throws(NotifyFailure) {
      complaints = try await sender.send(news, to: receiver)
    } catch {
      // A controller that leaves is no failure of the receiver's.
      if !Task.isCancelled { try failed(error, receiver, place, news) }
      return false
    }
    Failpoint.hit("notify.sent")
    try store.told(receiver.id, upTo: last.entry.seq)
    for complaint in complaints { say("\(receiver.name): \(complaint)") }
    return true
  }

  /// A clock that was set back must not silence a receiver for longer than a pause can be.
  private func isDue(_ place: ReceiverState) -> Bool {
    guard let retryAt = place.retryAt else { return true }
    let now = clock.now()
    return retryAt <= now || retryAt - now > bounds.longestRetry
  }

  private func next(_ receiver: NotifyReceiver, behind seq: Int64) throws(StoreError) -> [Notification] {
    let limit =
      switch receiver {
      case .webhook: 1
      case .mail: NotifyBounds.mailBatch
      }
    var news: [Notification] = []
    var read = max(seq, state.withLock { $0.read[receiver.id] ?? 0 })
    reading: while true {
      let page = try store.entries(after: read, limit: NotifyBounds.page)
      for entry in page {
        if let piece = try piece(entry, receiver) { news.append(piece) }
        if news.count == limit { break reading }
        if news.isEmpty { read = entry.seq }
      }
      guard page.count == NotifyBounds.page, let last = page.last else { break }
      read = last.seq
    }
    // Behind the last one for nobody, and before the first for this receiver.
    let passed = news.first.map { $0.entry.seq - 1 } ?? read
    state.withLock { $0.read[receiver.id] = passed }
    if passed - seq >= NotifyBounds.passOver { try store.passedOver(receiver.id, upTo: passed) }
    return news
  }

  private func piece(_ entry: JournalEntry, _ receiver: NotifyReceiver) throws(StoreError) -> Notification? {
    guard let sure = NotifyClass.of(entry.event), receiver.events.contains(sure) else { return nil }
    var failure: Failure?
    if let host = entry.host {
      if sure == .drift, case .observed = entry.event, try !store.knew(host, before: entry.seq) { return nil }
      if sure == .quarantine, let rollout = entry.rollout {
        failure = try store.entries(rollout: rollout, host: host).last { $0.seq < entry.seq && $0.failure != nil }?
          .failure
      }
    }
    return Notification(sure, entry, failure: failure, linkBase: settings().linkBase)
  }

  // MARK: Failures

  private func failed(
    _ failure: NotifyFailure, _ receiver: NotifyReceiver, _ place: ReceiverState, _ news: [Notification]
  ) throws(StoreError) {
    let attempts = place.attempts + 1
    let now = clock.now()
    say("\(receiver.name): \(failure.text)")
    guard attempts >= (failure.isOfMessage ? bounds.refusals : bounds.attempts), let last = news.last else {
      return try store.notTold(receiver.id, attempts: attempts, retryAt: now + bounds.pause(after: attempts))
    }
    // A message that is refused is left out alone; for a receiver that is gone everything that waits.
    let end = failure.isOfMessage ? last.entry.seq : try store.lastSeq()
    let what = place.seq + 1 < end ? "the entries \(place.seq + 1) to \(end)" : "entry \(end)"
    try store.giveUp(
      receiver.id, upTo: end,
      finding: .finding(
        kind: Self.findingKind,
        text: "\(receiver.name) was not told of \(what), \(attempts) times: \(failure.text)"), at: now)
  }
}

extension JournalEntry {
  /// Why a step of a host failed; `nil`: it tells something else.
  fileprivate var failure: Failure? {
    if case .run(.stepFailed(_, let failure)) = event { return failure }
    return nil
  }
}
