import FleetCore
import FleetEngine
import FleetFormats
import FleetStore

/// Who drives hosts for a command: this process, or `serve`, to which the work is handed (RULES K).
enum Driver {
  case own(HeldLock)
  case served(Served, FleetStore)

  var store: FleetStore {
    switch self {
    case .own(let held): held.store
    case .served(_, let store): store
    }
  }

  func release() {
    switch self {
    case .own(let held): held.release()
    case .served: break
    }
  }

  /// Begins a rollout of a stored plan and runs or follows it. Returns its exit code.
  func run(
    _ plan: Plan, _ planID: String, _ context: CommandContext, breakGlass: String? = nil
  ) async throws -> Int32 {
    let rollout = RolloutName.fresh()
    switch self {
    case .own(let held):
      let terms = EmergencyTerms(plan, policy: context.inventory.policy.emergency, breakGlass: breakGlass)
      try EmergencyQuestions.closeLapsed(held.store, at: SystemClock().now())
      if terms.approvals > 0 {
        let left = JournalEvent.rolloutLeft(by: Operator.name, approvals: terms.approvals)
        try held.store.createRollout(
          id: rollout, plan: planID, at: SystemClock().now(), events: [left] + plan.consents(by: Operator.name))
        return try wait(rollout, context)
      }
      let run = RunFlow(context: context, held: held)
      run.take(rollout)
      try pauseOthers(held, for: rollout, plan, context)
      try held.store.createRollout(
        id: rollout, plan: planID, at: SystemClock().now(),
        events: terms.events(by: Operator.name, rollout: rollout) + plan.consents(by: Operator.name))
      if plan.options.emergency != nil {
        try EmergencyQuestions.close(held.store, for: rollout, plan, at: SystemClock().now())
      }
      return try await run.run(rollout, plan, planID)
    case .served(let served, let store):
      let answer = try await served.ask(
        ControlRequest(
          .run, rollout: rollout, by: Operator.name, plan: planID, restarts: plan.restarts.count,
          breakGlass: breakGlass))
      Output.note("\(answer.text): \(served.holder.text)")
      if try store.booking(rollout: rollout).missing > 0 { return try wait(rollout, context) }
      return try await served.follow(rollout, store)
    }
  }

  /// Nothing is begun before other people have agreed. Returns the exit code.
  func wait(_ rollout: String, _ context: CommandContext) throws -> Int32 {
    let booking = try store.booking(rollout: rollout)
    if let waiting = booking.waiting, let question = booking.question {
      let end = booking.lapsesAt.map { "; without them it is closed at \($0.rfc3339)" } ?? ""
      Output.note("rollout \(rollout) \(waiting), of others than \(question.by)\(end)")
    }
    return try RunFlow.show(try StoredRollout.report(store, rollout), context)
  }

  /// What `serve` would take up again by itself waits for a person after an emergency, whoever drives that.
  private func pauseOthers(_ held: HeldLock, for rollout: String, _ plan: Plan, _ context: CommandContext) throws {
    guard plan.options.emergency != nil else { return }
    try EmergencyPause(held.store, for: rollout, by: Operator.name).apply(
      at: SystemClock().now(), standing: { $0.standing(in: context.inventory.schedules) })
  }

  /// Takes a rollout up again and runs or follows it. Returns its exit code.
  /// `breakGlass`: given although nothing waits for people; it is only recorded.
  func resume(
    _ record: RolloutRecord, _ plan: Plan, _ context: CommandContext, breakGlass: String? = nil
  ) async throws -> Int32 {
    switch self {
    case .own(let held):
      // Nothing is paused for an emergency that may not begin.
      _ = try context.beginning(of: record.id, held.store)
      try pauseOthers(held, for: record.id, plan, context)
      let now = SystemClock().now()
      if let breakGlass {
        let action = BrokenGlass.needless(by: Operator.name, record.id, reason: breakGlass)
        try held.store.audit(action, rollout: record.id, at: now)
      }
      try held.store.audit(Action(by: Operator.name, .resumeRollout, record.id), rollout: record.id, at: now)
      return try await RunFlow(context: context, held: held).run(record.id, plan, record.plan)
    case .served(let served, let store):
      let answer = try await served.ask(
        ControlRequest(.resume, rollout: record.id, by: Operator.name, breakGlass: breakGlass))
      Output.note("\(answer.text): \(served.holder.text)")
      return try await served.follow(record.id, store)
    }
  }
}

extension CommandContext {
  /// The lock, or whoever serves this state folder; throws `locked` where another command holds it.
  func driver(_ command: String, takesOver: Bool = false) async throws -> Driver {
    do {
      return .own(try await hold(command, takesOver: takesOver))
    } catch let error as StoreError where error.kind == .locked {
      guard let served = try Served(self) else { throw error }
      return .served(served, try store())
    }
  }
}
