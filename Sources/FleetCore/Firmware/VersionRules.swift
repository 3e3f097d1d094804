/// Which versions hosts may be brought to, as the inventory declares it for one firmware folder (FEATURES 9).
///
/// Rules of several places add up: a group can forbid more than the fleet does, and nothing less.
package struct VersionRules: Hashable, Sendable, Codable {
  /// One version with what is said about it.
  package struct Rule: Hashable, Sendable, Codable {
    package var version: FirmwareVersion
    /// Why, in an operator's words.
    package var reason: String?
    /// The last day it holds, in UTC; `nil`: it holds for good.
    package var until: CivilDate?

    package init(_ version: FirmwareVersion, reason: String? = nil, until: CivilDate? = nil) {
      self.version = version
      self.reason = reason
      self.until = until
    }

    func holds(on day: CivilDate) -> Bool { until.map { day <= $0 } ?? true }

    /// What follows the version in a sentence.
    var remark: String {
      (until.map { " until \($0)" } ?? "") + (reason.map { ": \($0)" } ?? "")
    }
  }

  /// No version below any of these.
  package var oldest: [Rule]
  /// No version above any of these.
  package var newest: [Rule]
  package var blocked: [Rule]

  package init(oldest: [Rule] = [], newest: [Rule] = [], blocked: [Rule] = []) {
    self.oldest = oldest
    self.newest = newest
    self.blocked = blocked
  }

  /// These rules and others; each is kept once.
  package func joined(_ other: VersionRules) -> VersionRules {
    func join(_ left: [Rule], _ right: [Rule]) -> [Rule] { left + right.filter { !left.contains($0) } }
    return VersionRules(
      oldest: join(oldest, other.oldest), newest: join(newest, other.newest), blocked: join(blocked, other.blocked))
  }

  /// Why no host may be brought to a version on a day, with what would do; `nil`: it may be.
  package func refusal(of version: FirmwareVersion, on day: CivilDate) -> (expected: String, text: String)? {
    if let rule = blocked.first(where: { $0.holds(on: day) && $0.version == version }) {
      return ("not \(version)", "the inventory blocks \(version)\(rule.remark)")
    }
    // The strictest one speaks.
    let least = oldest.filter { $0.holds(on: day) && version < $0.version }.max { $0.version < $1.version }
    if let least {
      return (
        "\(least.version) or newer", "\(version) is older than the inventory allows, \(least.version)\(least.remark)"
      )
    }
    let most = newest.filter { $0.holds(on: day) && $0.version < version }.min { $0.version < $1.version }
    guard let most else { return nil }
    return ("\(most.version) or older", "\(version) is newer than the inventory allows, \(most.version)\(most.remark)")
  }

  /// Whether anything holds on a day.
  package func isEmpty(on day: CivilDate) -> Bool {
    !(oldest + newest + blocked).contains { $0.holds(on: day) }
  }
}
