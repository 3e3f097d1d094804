package import FleetCore
import FleetFormats
package import FleetStore

/// Follows the journal of one rollout and forecasts its end. What it read once it does not read again.
package struct RolloutForecaster {
  private let store: FleetStore
  private let id: String
  /// When its window closes; `nil`: it runs in none.
  private let closes: Instant?
  /// How long hosts take; one without an estimate is not in the inventory any more.
  private let estimates: [HostID: HostEstimate.Answer]
  private var rollout: Rollout
  private var startedAt: [HostID: Instant] = [:]
  /// What `WorkedTime` needs of the journal: entries of the rollout itself, each with the one before it.
  private var marks: [JournalEntry] = []
  private var last: JournalEntry?

  package init(
    _ id: String, _ store: FleetStore, plan: Plan, budgets: RolloutBudgets, closes: Instant?,
    estimates: [HostID: HostEstimate.Answer]
  ) {
    self.id = id
    self.store = store
    self.closes = closes
    self.estimates = estimates
    rollout = Rollout(plan: plan, budgets: budgets)
  }

  /// `nil`: nothing is left that may go on. Throws where the journal cannot be read or believed.
  package mutating func forecast(at now: Instant) throws -> RolloutForecast? {
    for entry in try store.entries(rollout: id, after: last?.seq ?? 0) { try take(entry) }
    let worked = WorkedTime(marks)
    let spent = startedAt.mapValues { worked.between($0, now) }
    return RolloutForecast(rollout, spent: spent, now: now, closes: closes) { change in
      estimates[change.host] ?? (.zero, .policy)
    }
  }

  private mutating func take(_ entry: JournalEntry) throws {
    try rollout.apply(entry)
    if case .run(.stepStarted) = entry.event, let host = entry.host, startedAt[host] == nil {
      startedAt[host] = entry.at
    }
    if entry.host == nil { marks += [last, entry].compactMap { $0 } }
    last = entry
  }
}

extension CommandContext {
  /// How long each host of a plan takes, under the policy that holds for it.
  func estimates(_ plan: Plan, _ store: FleetStore) throws -> [HostID: HostEstimate.Answer] {
    let past = HostEstimate(samples: try store.hostDurations())
    var estimates: [HostID: HostEstimate.Answer] = [:]
    for change in plan.changes {
      guard let host = inventory.host(change.host) else { continue }
      estimates[host.id] = past.duration(of: change, policy: host.policy.inForce(plan.options))
    }
    return estimates
  }

  func forecaster(_ rollout: String, _ store: FleetStore) throws -> RolloutForecaster {
    let plan = try store.plan(id: try store.rollout(id: rollout).plan).plan
    let booking = try store.booking(rollout: rollout)
    return RolloutForecaster(
      rollout, store, plan: plan, budgets: budgets(of: plan), closes: booking.window?.opening.closes,
      estimates: try estimates(plan, store))
  }

  /// What the fleet may lose to a plan, as its engine reckons.
  func budgets(of plan: Plan) -> RolloutBudgets {
    RolloutBudgets(policy(of: plan), hosts: hosts(of: plan))
  }

  /// When a rollout that runs will be done; `nil`: nobody can tell, since its journal cannot be believed.
  func forecast(_ rollout: String, _ store: FleetStore, at now: Instant) throws -> RolloutForecast? {
    var forecaster = try forecaster(rollout, store)
    do {
      return try forecaster.forecast(at: now)
    } catch is JournalCorruption {
      return nil
    }
  }
}
