package import FleetCore

/// A plan as it was stored: never changed, found again by its id.
package struct StoredPlan: Hashable, Sendable {
  package var id: String
  /// When it was made first.
  package var createdAt: Instant
  /// When it was made last: equal inputs give the same plan again.
  package var plannedAt: Instant
  package var plan: Plan

  package init(id: String, createdAt: Instant, plannedAt: Instant, plan: Plan) {
    self.id = id
    self.createdAt = createdAt
    self.plannedAt = plannedAt
    self.plan = plan
  }
}

/// A rollout as the store knows it; what happened in it is told by the journal.
package struct RolloutRecord: Hashable, Sendable {
  package var id: String
  /// Id of its plan.
  package var plan: String
  package var createdAt: Instant
  /// Folded from the journal; `running` from the moment it is created.
  package var state: RolloutReport.State
  /// A schedule planned it, and its work was never begun.
  package var isWaiting: Bool

  package init(id: String, plan: String, createdAt: Instant, state: RolloutReport.State, isWaiting: Bool = false) {
    self.id = id
    self.plan = plan
    self.createdAt = createdAt
    self.state = state
    self.isWaiting = isWaiting
  }

  /// Whether it has not come to its end: it can be resumed.
  package var isUnfinished: Bool { state != .finished }
}
