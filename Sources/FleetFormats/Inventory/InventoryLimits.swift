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
  /// Failure domains under work at once; a fleet has fewer.
  static let domains = 1...1000
  /// Hosts in a wave or a budget.
  static let hostCount = 1...1_000_000
  /// Shortest wait that is meant as one: a deadline below it would always be missed.
  static let shortestDeadline = Duration.seconds(1)
  /// A hook without a timeout of its own.
  static let hookTimeout = Duration.seconds(60)
}
