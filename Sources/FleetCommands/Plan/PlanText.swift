package import FleetCore
import FleetFormats

/// A plan as a person reads it: every host with its action and the reason.
package enum PlanText {
  package static func text(_ plan: Plan, id: String) -> String {
    var lines: [String] = []
    for change in plan.changes { lines += Self.lines(change) }
    for host in plan.upToDate { lines.append("\(host): up to date") }
    for excluded in plan.excluded {
      lines.append("\(excluded.host): left alone (\(excluded.exclusion.kind.rawValue)): \(excluded.exclusion.text)")
    }
    lines.append("")
    // Whoever is asked to agree must see to what.
    if let reason = plan.options.emergency { lines.append("EMERGENCY: \(reason)") }
    lines.append(
      "\(id): \(plan.changes.count) to change, \(plan.upToDate.count) up to date, \(plan.excluded.count) left alone")
    if let restarts = plan.restartSentence {
      lines.append("\(restarts); apply wants --accept-restarts \(plan.restarts.count)")
    }
    if let reopened = plan.reopenSentence { lines.append(reopened) }
    return lines.joined(separator: "\n")
  }

  private static func lines(_ change: HostChange) -> [String] {
    let desired = change.desired?.bothSpellings ?? "the BIOS copy"
    let how: String =
      switch change.activation {
      case .reload: "by reload"
      case .reboot: "by reboot"
      case .none: "without activation"
      }
    var lines = ["\(change.host): \(change.direction.rawValue) from \(change.expected) to \(desired) \(how)"]
    if let standing = change.standing {
      lines.append("  wave \(change.wave), risk \(standing.score): \(standing.text)")
    }
    lines += change.reasons.map { "  \($0.rule): \($0.text)" }
    lines += change.drain.servers.map(line)
    if let seconds = change.drain.estimatedSeconds {
      let time = DurationText.people(.seconds(seconds))
      lines.append("  moves: about \(time) one after the other (policy drain.move_rate)")
    }
    if change.sevES.takesAway {
      lines.append("  SEV-ES: loss accepted for \(change.sevES.servers.count) server(s) here")
    }
    if change.attestation.vcekChanges {
      lines.append("  attestation: a new VCEK is needed, the VLEK and a pinned reported TCB (SNP_CONFIG) are lost")
    }
    if let sentence = change.attestation.reportSentence { lines.append("  attestation: \(sentence)") }
    return lines + reopens(change.reopens ?? [])
  }

  private static func line(_ server: ServerMove) -> String {
    let destination = server.destinations.first.map { " to \($0)" } ?? ""
    var parts = [server.why] + (server.burden?.words ?? [])
    if let estimate = server.estimate {
      let time = "about \(DurationText.people(.seconds(estimate.seconds)))"
      parts.append(
        estimate.sizeText.isEmpty ? time : "\(time) for \(estimate.sizeText) at \(estimate.rate) MiB/s")
    } else if server.move == .live || server.move == .cold {
      parts.append("its size is not known, and so not how long it takes")
    }
    return
      "  server \(server.name) (\(server.model.rawValue)): \(server.move.rawValue)\(destination), "
      + parts.joined(separator: "; ")
  }

  /// One line for each bulletin that is re-opened, and one for all that nobody can tell.
  private static func reopens(_ bulletins: [ReopenedBulletin]) -> [String] {
    let open = bulletins.filter { $0.verdict == .reopened }.map {
      "  re-opens \($0.title): \($0.text) (grade \($0.grade.rawValue))"
    }
    let unknown = bulletins.filter { $0.verdict == .unknown }.map(\.id)
    return open + (unknown.isEmpty ? [] : ["  not known whether it re-opens \(unknown.joined(separator: ", "))"])
  }
}
