/// Work that comes by itself: which hosts, to what, in which window, and who must agree (`schedules.yaml`).
package struct Schedule: Hashable, Sendable, Codable {
  package var name: String
  /// Words of HOSTS as on the command line; empty means all hosts.
  package var hosts: [String]
  package var options: PlanOptions
  package var window: MaintenanceWindow
  /// People who must agree to each plan: 0, 1 or 2.
  package var approvals: Int
  /// Servers that may be shut down without anybody agreeing (RULES D2).
  package var acceptRestarts: Int
  /// How long before an opening its plan is made.
  package var planAhead: Duration
  /// How long before an opening hosts of an approved plan are staged ahead; `nil`: they are not.
  package var stageAhead: Duration?
  package var declaredAt: SourceLocation

  package init(
    name: String, hosts: [String] = [], options: PlanOptions = PlanOptions(), window: MaintenanceWindow,
    approvals: Int = 1, acceptRestarts: Int = 0, planAhead: Duration = .seconds(12 * 3600),
    stageAhead: Duration? = nil,
    declaredAt: SourceLocation = SourceLocation(file: "schedules.yaml")
  ) {
    self.name = name
    self.hosts = hosts
    self.options = options
    self.window = window
    self.approvals = approvals
    self.acceptRestarts = acceptRestarts
    self.planAhead = planAhead
    self.stageAhead = stageAhead
    self.declaredAt = declaredAt
  }
}
