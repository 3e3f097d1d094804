package import FleetCore

/// What an emergency's journal begins with: whether other people must agree, by policy, or why they were not asked
/// (decision 0020).
package struct EmergencyTerms: Hashable, Sendable {
  /// People besides the one who asks; 0: nobody.
  package var approvals: Int
  package var breakGlass: String?

  package init(_ plan: Plan, policy: Policy.Emergency, breakGlass: String?) {
    let isEmergency = plan.options.emergency != nil
    approvals = isEmergency && breakGlass == nil ? policy.approvals : 0
    self.breakGlass = isEmergency ? breakGlass : nil
  }

  /// Why nobody else was asked, for readers of the rollout and of the audit log; empty: nobody had to be.
  package func events(by person: String, rollout: String) -> [JournalEvent] {
    guard let breakGlass else { return [] }
    return [
      BrokenGlass.finding(by: person, reason: breakGlass),
      .audited(Action(by: person, .breakGlass, rollout, why: breakGlass)),
    ]
  }
}
