package import FleetCore

/// Waivers that a way back asks for, as rows for compliance.yaml: what it re-opens may be so for a while, and an operator
/// says for how long (FEATURES 70). The file is the operator's, so nobody writes it for them.
package enum WaiverText {
  /// Days that are proposed: long enough for a fixed image, and a month with a known hole is what few policies exceed.
  package static let days = 30

  /// One row for each bulletin that the plan re-opens, in the order of its changes; empty: it re-opens none.
  package static func rows(_ plan: Plan, owner: String, today: CivilDate) -> [String] {
    var order: [String] = []
    var hosts: [String: [HostID]] = [:]
    for change in plan.changes {
      for bulletin in change.reopens ?? [] where bulletin.verdict == .reopened {
        if hosts[bulletin.id] == nil { order.append(bulletin.id) }
        hosts[bulletin.id, default: []].append(change.host)
      }
    }
    let reason = plan.options.emergency ?? "TEXT"
    return order.map { id in
      let names = hosts[id, default: []].map { YamlText.scalar($0.rawValue) }.joined(separator: ", ")
      return "- {hosts: [\(names)], bulletin: \(YamlText.scalar(id)), owner: \(YamlText.scalar(owner)), "
        + "reason: \(YamlText.scalar(reason)), expires: \(today.adding(days: days))}"
    }
  }
}
