package import FleetCore

/// How a host stands, for one glance at it: work and quarantine come before compliance.
package enum HostStanding: String, CaseIterable, Hashable, Sendable {
  case quarantined, behind, unstable, unknown, working, ahead, compliant

  package init(_ state: ComplianceRow.State) {
    self =
      switch state {
      case .compliant: .compliant
      case .behind: .behind
      case .ahead: .ahead
      case .unstable: .unstable
      case .unknown: .unknown
      }
  }

  package var badge: Badge {
    switch self {
    case .quarantined: Badge(.bad, .stop, "quarantined")
    case .behind: Badge(.warn, .down, "behind")
    case .unstable: Badge(.alert, .bolt, "unstable")
    case .unknown: Badge(.idle, .question, "unknown")
    case .working: Badge(.busy, .work, "in work")
    case .ahead: Badge(.info, .up, "ahead")
    case .compliant: Badge(.good, .check, "compliant")
    }
  }
}
