/// What one bulletin means for one host; the worst first. "Floor met" is not "mitigated", and unknown is neither.
package enum BulletinStanding: String, CaseIterable, Hashable, Sendable {
  case behind, stepsOpen, unknown, floorMet, mitigated, notConcerned

  package var badge: Badge {
    switch self {
    case .behind: Badge(.bad, .down, "behind")
    case .stepsOpen: Badge(.warn, .work, "steps open")
    case .unknown: Badge(.idle, .question, "unknown")
    case .floorMet: Badge(.fair, .dot, "floor met")
    case .mitigated: Badge(.good, .check, "mitigated")
    case .notConcerned: Badge(.quiet, .dash, "not concerned")
    }
  }

  /// Whether it is shown before any other: something is to be done, or nobody knows.
  var isOpen: Bool {
    switch self {
    case .behind, .stepsOpen, .unknown: true
    case .floorMet, .mitigated, .notConcerned: false
    }
  }

  /// Whether nothing is left to say of it but that it is so.
  var isClosed: Bool {
    switch self {
    case .mitigated, .notConcerned: true
    case .behind, .stepsOpen, .unknown, .floorMet: false
    }
  }
}
