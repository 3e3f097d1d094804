import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// Asks whoever drives a rollout to stop it, and follows until it has; where nobody drives it, the journal is told.
struct StopFlow {
  /// The lock may change hands between a look and a request; more often than this it is not a coincidence.
  private static let rounds = 5
  /// Between two looks at the journal.
  private static let look = Duration.milliseconds(300)
  /// Looks at the journal between two signs of life that are asked for.
  private static let looksPerSign = 30

  /// A holder that has just stopped a rollout mostly ends with it.
  private static let farewell = Duration.seconds(1)

  private enum Followed {
    case stopped, holderGone
  }

  let context: CommandContext
  let wish: StopWish
  /// Whether to wait until it has happened.
  let follows: Bool

  private var client: ControlClient { ControlClient(state: context.stateFolder) }

  /// Returns the exit code.
  func run(_ id: String) async throws -> Int32 {
    let store = try context.store()
    let record = try store.rollout(id: id)
    guard record.isUnfinished else {
      throw CommandError(
        ExitStatus.usage, "finished", "rollout \(record.id) is finished", found: record.state.rawValue)
    }
    for _ in 0..<Self.rounds {
      guard let holder = try DaemonLock.holder(folder: context.stateFolder) else {
        guard let said = try outright(record.id, store) else { continue }
        Output.note(said)
        return try show(record.id, store)
      }
      guard let answer = try await ask(record.id, holder) else { continue }
      Output.note(answer.text)
      guard answer.outcome == .accepted, follows else { return try show(record.id, store) }
      Output.note("waiting; Ctrl-C ends the waiting and not what was asked")
      switch try await follow(record.id, store, holder) {
      // Whoever was to halt it may have been lost when it had only paused.
      case .stopped: if try isReached(record.id, store) { return try show(record.id, store) }
      case .holderGone: Output.note("its controller is gone before it said that it stopped")
      }
    }
    throw CommandError(
      ExitStatus.locked, "locked", "the lock changes hands too fast; nothing is known of what was asked")
  }

  /// Takes the lock for an instant and journals. `nil`: somebody else was faster.
  private func outright(_ rollout: String, _ store: FleetStore) throws -> String? {
    let lock: DaemonLock
    do {
      lock = try context.lock("rollout \(wish.kind.rawValue)")
    } catch let error as StoreError where error.kind == .locked {
      return nil
    }
    defer { lock.release() }
    try store.takeFence(lock, at: SystemClock().now())
    return try StopOutright(store: store).stop(rollout, wish)
  }

  /// `nil`: the holder ended in between.
  private func ask(_ rollout: String, _ holder: LockHolder) async throws -> ControlAnswer? {
    let verb: ControlRequest.Verb =
      switch wish.kind {
      case .pause: .pause
      case .halt: .halt
      case .leave: .pause
      }
    let asked = await client.ask(ControlRequest(verb, rollout: rollout, by: wish.by, reason: wish.reason))
    switch asked {
    case .success(let answer) where answer.outcome == .refused:
      throw CommandError(ExitStatus.failed, answer.kind ?? "refused", answer.text)
    case .success(let answer): return answer
    case .failure(let error):
      guard try DaemonLock.holder(folder: context.stateFolder) == holder else { return nil }
      throw CommandError.unheard(error, holder)
    }
  }

  private func follow(_ rollout: String, _ store: FleetStore, _ holder: LockHolder) async throws -> Followed {
    var looks = 0
    while true {
      if try store.rollout(id: rollout).state != .running, !(await isInHand(rollout)) { return .stopped }
      guard try DaemonLock.holder(folder: context.stateFolder) == holder else {
        // It may have said so with its last breath.
        return try store.rollout(id: rollout).state != .running ? .stopped : .holderGone
      }
      looks += 1
      if looks.isMultiple(of: Self.looksPerSign) {
        let sign = await client.ask(ControlRequest(.status, by: wish.by))
        if case .failure(let error) = sign, try DaemonLock.holder(folder: context.stateFolder) == holder {
          throw CommandError.unheard(error, holder)
        }
      }
      try await Task.sleep(for: Self.look)
    }
  }

  /// Whether the holder has still something to say of it.
  private func isInHand(_ rollout: String) async -> Bool {
    guard case .success(let answer) = await client.ask(ControlRequest(.status, by: wish.by), within: Self.farewell)
    else { return false }
    return answer.rollouts.contains(rollout)
  }

  private func isReached(_ rollout: String, _ store: FleetStore) throws -> Bool {
    switch (try store.rollout(id: rollout).state, wish.kind) {
    case (.finished, _), (.halted, _), (.paused, .pause), (.paused, .leave): true
    case (.running, _), (.paused, .halt): false
    }
  }

  private func show(_ rollout: String, _ store: FleetStore) throws -> Int32 {
    let report = try StoredRollout.report(store, rollout)
    if context.options.json {
      try context.output.document(RolloutDocument(report))
    } else {
      context.output.line(RolloutText.text(report))
    }
    return ExitStatus.done
  }
}

extension CommandError {
  /// Somebody holds the lock, and cannot be spoken with.
  static func unheard(_ error: ControlError, _ holder: LockHolder) -> CommandError {
    let kind =
      switch error.kind {
      case .notListening, .silent, .unreadable: "holderSilent"
      case .tooLong, .notOurs, .system: error.kind.rawValue
      }
    return CommandError(
      ExitStatus.locked, kind, "another controller holds the lock and cannot be asked (\(error.text)): \(holder.text)",
      expected: "an answer", found: error.kind.rawValue)
  }
}
