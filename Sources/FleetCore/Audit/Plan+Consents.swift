extension Plan {
  /// What somebody takes upon themselves who begins this plan, beyond beginning it: each is told with their name.
  package func consents(by person: String) -> [JournalEvent] {
    var actions = restartConsent(by: person).map { [$0] } ?? []
    let losing = changes.filter { $0.sevES.takesAway && $0.sevES.accepted }.map(\.host.rawValue)
    if !losing.isEmpty {
      actions.append(
        Action(by: person, .acceptSEVESLoss, losing.joined(separator: ", "), why: options.emergency))
    }
    if options.target == .backup {
      let restored = changes.map(\.host.rawValue).joined(separator: ", ")
      actions.append(
        Action(by: person, .restoreBackup, "\(options.backup ?? "the newest backup") on \(restored)"))
    }
    return actions.map { .audited($0) }
  }

  /// That servers are switched off (RULES D2); `nil`: none is.
  package func restartConsent(by person: String) -> Action? {
    let servers = restarts.map(\.id)
    guard !servers.isEmpty else { return nil }
    return Action(by: person, .acceptRestarts, servers.joined(separator: ", "), why: options.emergency)
  }
}
