package import FleetCore
package import FleetStore
import Synchronization

/// What the holder of the lock has in hand, and what others asked of it.
package final class ControlDesk: Sendable {
  private struct State {
    var inHand: Set<String> = []
    var wishes: [String: StopWish] = [:]
  }

  private let store: FleetStore
  package let holder: LockHolder
  private let clock: any EngineClock
  private let state = Mutex(State())
  /// Told of every wish that is taken; never waits.
  private let told: @Sendable (String, StopWish) -> Void

  package init(
    store: FleetStore, holder: LockHolder, clock: any EngineClock = SystemClock(),
    told: @escaping @Sendable (_ rollout: String, StopWish) -> Void = { _, _ in }
  ) {
    self.store = store
    self.holder = holder
    self.clock = clock
    self.told = told
  }

  /// From now on the rollout is worked on here.
  package func take(_ rollout: String) {
    state.withLock { _ = $0.inHand.insert(rollout) }
  }

  /// From now on it is not, and what was asked of it is answered by the journal.
  package func letGo(_ rollout: String) {
    state.withLock { state in
      state.inHand.remove(rollout)
      state.wishes[rollout] = nil
    }
  }

  package var inHand: [String] { state.withLock { $0.inHand.sorted() } }

  package func wish(for rollout: String) -> StopWish? { state.withLock { $0.wishes[rollout] } }

  /// Answers at once: what takes time is only noted.
  package func answer(_ request: ControlRequest) -> ControlAnswer {
    switch request.verb {
    case .status: status(.done, holder.text)
    case .pause: stop(request, StopWish(.pause, by: Self.plain(request.by), reason: request.reason.map(Self.plain)))
    case .halt: stop(request, StopWish(.halt, by: Self.plain(request.by), reason: request.reason.map(Self.plain)))
    case .approve, .run, .resume, .release, .adopt:
      ControlAnswer(
        .refused, "the holder of the lock runs one command and takes no other work: \(holder.text)", kind: "locked",
        holder: holder, rollouts: inHand)
    }
  }

  /// Asks a rollout in hand to stop; of several wishes the one that stops for longer holds.
  package func ask(_ rollout: String, _ wish: StopWish) {
    let isInHand = state.withLock { state in
      guard state.inHand.contains(rollout) else { return false }
      state.wishes[rollout] = state.wishes[rollout]?.joined(wish) ?? wish
      return true
    }
    if isInHand { told(rollout, wish) }
  }

  private func status(_ outcome: ControlAnswer.Outcome, _ text: String) -> ControlAnswer {
    ControlAnswer(outcome, text, holder: holder, rollouts: inHand)
  }

  private func stop(_ request: ControlRequest, _ wish: StopWish) -> ControlAnswer {
    guard let rollout = request.rollout else {
      return ControlAnswer(.refused, "no rollout was named", kind: "usage", holder: holder)
    }
    // Written down first: what is obeyed has an author, also where its rollout ends by itself before it stops.
    if inHand.contains(rollout), let action = wish.action(rollout) {
      do throws(StoreError) {
        try store.audit(action, rollout: rollout, at: clock.now())
      } catch {
        return ControlAnswer(.refused, error.text, kind: error.kind.rawValue, holder: holder, rollouts: inHand)
      }
    }
    let isInHand = state.withLock { state in
      guard state.inHand.contains(rollout) else { return false }
      state.wishes[rollout] = state.wishes[rollout]?.joined(wish) ?? wish
      return true
    }
    if isInHand {
      told(rollout, wish)
      return status(.accepted, "\(wish.kind.rawValue) was asked for; running hosts go on to their next step boundary")
    }
    do throws(StoreError) {
      return status(.done, try StopOutright(store: store, clock: clock).stop(rollout, wish))
    } catch {
      return ControlAnswer(.refused, error.text, kind: error.kind.rawValue, holder: holder, rollouts: inHand)
    }
  }

  /// One line without control characters, whoever wrote it: it ends up in the journal and on terminals.
  static func plain(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
  }
}

/// Stops a rollout that nobody works on: by the journal alone. Only the holder of the lock may do so.
package struct StopOutright: Sendable {
  private let store: FleetStore
  private let clock: any EngineClock

  package init(store: FleetStore, clock: any EngineClock = SystemClock()) {
    self.store = store
    self.clock = clock
  }

  /// Journals the wish where the rollout is not stopped as far as that already. Returns what is so now.
  package func stop(_ rollout: String, _ wish: StopWish) throws(StoreError) -> String {
    let record = try store.rollout(id: rollout)
    switch (record.state, wish.kind) {
    case (.finished, _): return "rollout \(record.id) is finished"
    case (.halted, _): return "rollout \(record.id) is halted already"
    case (.paused, .pause), (.paused, .leave):
      // One that waits for its window is shown as paused too, and would begin by itself.
      guard try store.booking(rollout: record.id).isWaiting else { return "rollout \(record.id) is paused already" }
    case (.running, _), (.paused, .halt): break
    }
    guard let event = wish.event else { return "rollout \(record.id) is left as it is" }
    let told = wish.action(record.id).map { [(event: JournalEvent.audited($0), host: HostID?.none)] } ?? []
    try store.append(told + [(event: event, host: nil)], rollout: record.id, at: clock.now())
    let before =
      record.state == .running
      ? "was not running, nobody works on it" : record.isWaiting ? "was waiting" : "was paused"
    return "rollout \(record.id) \(before); it is \(wish.kind == .halt ? "halted" : "paused") now"
  }
}
