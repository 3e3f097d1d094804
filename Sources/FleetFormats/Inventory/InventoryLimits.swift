/// Bounds on what an inventory may hold; each is far above any fleet and keeps a slip from costing memory or hours.
package enum InventoryLimits {
  package static let hostFiles = 2000
  /// Bytes of all files together.
  package static let totalBytes = 64 << 20
  package static let hosts = 50_000
  package static let groupsPerHost = 64
  package static let waves = 100
  /// Elements of a command.
  package static let argv = 64
  /// Longest name, address, path element or word: the longest DNS name.
  package static let nameLength = 253
  package static let pathLength = 4096
  /// Moves at once; Nova is slower than this long before.
  static let moves = 1...1000
  /// MiB a second of one move: up to 800 Gbit/s.
  static let moveRate = 1...100_000
  /// Failure domains under work at once; a fleet has fewer.
  static let domains = 1...1000
  /// Schedules of a fleet, words of HOSTS in one, and blackouts of one; a person keeps fewer in mind.
  static let schedules = 200
  static let selectors = 500
  static let blackouts = 500
  /// Rows of one section of compliance.yaml: one a host of a large fleet.
  static let complianceRows = 10_000
  /// Places of a nova.conf; each one that is not there costs a look at the host.
  static let novaConf = 8
  /// Versions that are blocked for one firmware folder; AMD has published fewer.
  static let blockedVersions = 200
  /// People who must agree to one plan.
  static let approvals = 0...2
  /// Servers that may be shut down by one plan.
  static let restarts = 0...100_000
  /// How long before an opening its plan may be made: a week-old plan is mostly wrong.
  static let planAhead = Duration.seconds(7 * 86_400)
  /// How long before an opening hosts may be staged at the shortest: openings are at whole minutes.
  static let stageAhead = Duration.seconds(60)
  /// Hosts in a wave or a budget.
  static let hostCount = 1...1_000_000
  /// Shortest wait that is meant as one: a deadline below it would always be missed.
  static let shortestDeadline = Duration.seconds(1)
  /// A hook without a timeout of its own.
  static let hookTimeout = Duration.seconds(60)
}
