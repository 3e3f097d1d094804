/// One waiver as of the report's time.
package struct WaiverStatus: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, Codable, CaseIterable { case inForce, expired }

  package var waiver: ComplianceRules.Waiver
  package var state: State
  /// Hosts of the report on which it has something to cover.
  package var open: [HostID]

  package init(waiver: ComplianceRules.Waiver, state: State, open: [HostID]) {
    self.waiver = waiver
    self.state = state
    self.open = open
  }
}
