import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// `serve` of this state folder, in another process: takes over what is handed to it (RULES K).
struct Served {
  /// Between two looks at the journal.
  private static let look = Duration.milliseconds(300)
  /// Looks at the journal between two signs of life that are asked for.
  private static let looksPerSign = 30
  /// A holder that has just ended a rollout answers at once, or is gone.
  private static let farewell = Duration.seconds(2)

  let context: CommandContext
  let holder: LockHolder

  /// `nil`: nobody serves this state folder.
  init?(_ context: CommandContext) throws {
    guard let holder = try DaemonLock.holder(folder: context.stateFolder), holder.command == ServeCommand.name else {
      return nil
    }
    self.context = context
    self.holder = holder
  }

  private var client: ControlClient { ControlClient(state: context.stateFolder) }

  /// Asks, and throws what is refused.
  @discardableResult
  func ask(_ request: ControlRequest, within limit: Duration = ControlBounds.answerTime) async throws -> ControlAnswer {
    switch await client.ask(request, within: limit) {
    case .success(let answer) where answer.outcome == .refused: throw CommandError(answer)
    case .success(let answer): return answer
    case .failure(let error): throw CommandError.unheard(error, holder)
    }
  }

  /// Shows what the journal tells of a rollout until nobody works on it any more. Returns its exit code.
  func follow(_ rollout: String, _ store: FleetStore) async throws -> Int32 {
    Output.note("following; Ctrl-C ends the following and not the rollout")
    let watch = ForecastWatch { try context.forecaster(rollout, store) }
    let line = ProgressLine(verbose: context.options.verbose, forecast: { watch.sentence(at: $0) })
    let clock = SystemClock()
    var underWay = HostsUnderWay()
    defer { line.erase() }
    var lastSeq: Int64 = 0
    var looks = 0
    while true {
      for entry in try store.entries(rollout: rollout, after: lastSeq) {
        line.show(ProgressEvent(host: entry.host, at: entry.at, what: .journal(entry.event)))
        underWay.note(entry)
        lastSeq = entry.seq
      }
      if try store.rollout(id: rollout).state != .running, !(await isInHand(rollout)) { break }
      guard try DaemonLock.holder(folder: context.stateFolder) == holder else {
        line.erase()
        Output.note("the controller is gone; it takes the rollout up when it is back")
        break
      }
      let now = clock.now()
      let work = underWay.text(at: now) ?? "rollout \(rollout): no host is under work"
      line.show(ProgressEvent(host: nil, at: now, what: .holding(work)))
      looks += 1
      if looks.isMultiple(of: Self.looksPerSign) { try await ask(ControlRequest(.status, by: Operator.name)) }
      try await Task.sleep(for: Self.look)
    }
    line.erase()
    return try RunFlow.show(try StoredRollout.report(store, rollout), context)
  }

  private func isInHand(_ rollout: String) async -> Bool {
    guard
      case .success(let answer) = await client.ask(ControlRequest(.status, by: Operator.name), within: Self.farewell)
    else { return false }
    return answer.rollouts.contains(rollout)
  }
}

extension CommandError {
  /// What the holder of the lock refused, as it said it.
  init(_ answer: ControlAnswer) {
    let kind = answer.kind ?? "refused"
    self.init(
      Self.statuses[kind] ?? ExitStatus.failed, kind, answer.text, expected: answer.expected, found: answer.found)
  }

  /// Exit codes of refusals that this process would have ended with itself.
  private static let statuses: [String: Int32] = [
    "locked": ExitStatus.locked, "fenced": ExitStatus.locked, "busy": ExitStatus.locked,
    "usage": ExitStatus.usage, "notFound": ExitStatus.usage, "ambiguous": ExitStatus.usage,
    "tooShort": ExitStatus.usage, "noHost": ExitStatus.usage, "finished": ExitStatus.usage,
    "restartsNotAccepted": ExitStatus.usage, "notQuarantined": ExitStatus.usage, "scheduled": ExitStatus.usage,
    "notScheduled": ExitStatus.usage, "halted": ExitStatus.usage, "approvedAlready": ExitStatus.usage,
    "samePerson": ExitStatus.usage, "notLeased": ExitStatus.usage, "leaseIsOurs": ExitStatus.usage,
    "lapsed": ExitStatus.usage,
  ]
}
