/// An immutable plan. Its id is the hash of its canonical content, computed in FleetFormats (RULES C).
package struct Plan: Hashable, Sendable, Codable {
  package var changes: [HostChange]
  package var upToDate: [HostID]
  package var excluded: [PlannedExclusion]
  package var options: PlanOptions

  package init(
    changes: [HostChange], upToDate: [HostID], excluded: [PlannedExclusion], options: PlanOptions = PlanOptions()
  ) {
    self.changes = changes
    self.upToDate = upToDate
    self.excluded = excluded
    self.options = options
  }

  package struct PlannedExclusion: Hashable, Sendable, Codable {
    package var host: HostID
    package var exclusion: Exclusion

    package init(host: HostID, exclusion: Exclusion) {
      self.host = host
      self.exclusion = exclusion
    }
  }

  /// Every host that the plan decided about.
  package var hosts: Set<HostID> { Set(changes.map(\.host) + upToDate + excluded.map(\.host)) }

  /// Servers that this plan switches off, by change.
  package var restarts: [ServerMove] { changes.flatMap(\.drain.restarts) }

  /// "3 bulletins are re-opened on 2 hosts: CVE-…" (FEATURES 70), and how many nobody can tell; `nil`: nothing goes back.
  package var reopenSentence: String? {
    let rows = changes.compactMap { change in change.reopens.map { (change.host, $0) } }
    guard !rows.isEmpty else { return nil }
    func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
    func titles(_ verdict: ReopenedBulletin.Verdict) -> [String] {
      Set(rows.flatMap { $0.1.filter { $0.verdict == verdict }.map(\.title) }).sorted()
    }
    let (open, unknown) = (titles(.reopened), titles(.unknown))
    let hosts = rows.count { $0.1.contains { $0.verdict == .reopened } }
    let first =
      open.isEmpty
      ? "no bulletin is known to be re-opened"
      : "\(count(open.count, "bulletin")) re-opened on \(count(hosts, "host")): \(open.joined(separator: "; "))"
    return unknown.isEmpty ? first : "\(first); of \(count(unknown.count, "other")) nobody can tell"
  }

  /// "2 servers of 1 project will be shut down" (RULES D2); `nil` where none is.
  package var restartSentence: String? {
    let restarts = restarts
    guard !restarts.isEmpty else { return nil }
    let projects = Set(restarts.map(\.project)).count
    return
      "\(restarts.count) server\(restarts.count == 1 ? "" : "s") of \(projects) project\(projects == 1 ? "" : "s") will be shut down"
  }
}

/// What a person asked for beyond the inventory; part of the plan.
package struct PlanOptions: Hashable, Sendable, Codable {
  /// Target of the command line, over the inventory's.
  package var target: FirmwareTarget?
  package var allowDowngrade: Bool
  package var allowUnknownFloor: Bool
  package var acceptSEVESLoss: Bool
  /// Reason of an emergency, where there is one.
  package var emergency: String?
  /// The backup that the target `backup` means; `nil`: each host's newest verified one.
  package var backup: String?
  /// The rollout before which each host shall be again: the target `backup` then means what that rollout kept.
  package var backupRollout: String?

  package init(
    target: FirmwareTarget? = nil, allowDowngrade: Bool = false, allowUnknownFloor: Bool = false,
    acceptSEVESLoss: Bool = false, emergency: String? = nil, backup: String? = nil, backupRollout: String? = nil
  ) {
    self.target = target
    self.allowDowngrade = allowDowngrade
    self.allowUnknownFloor = allowUnknownFloor
    self.acceptSEVESLoss = acceptSEVESLoss
    self.emergency = emergency
    self.backup = backup
    self.backupRollout = backupRollout
  }
}
