/// Which lines of the audit log somebody wants; `nil`: whichever.
package struct AuditFilter: Hashable, Sendable {
  package var since: Instant?
  /// A person, with whichever token, or a person with one token.
  package var by: String?
  package var host: HostID?
  package var rollout: String?

  package init(since: Instant? = nil, by: String? = nil, host: HostID? = nil, rollout: String? = nil) {
    self.since = since
    self.by = by
    self.host = host
    self.rollout = rollout
  }

  package func holds(_ row: AuditRow) -> Bool {
    if let since, row.at < since { return false }
    if let by, row.by != by, row.by.map(Person.of) != by { return false }
    if let host, row.host != host { return false }
    if let rollout, row.rollout != rollout { return false }
    return true
  }
}
