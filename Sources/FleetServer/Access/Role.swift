/// What a caller of the API may do; each role may do all that the ones before it may.
package enum Role: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  /// Reads.
  case viewer
  /// Also asks for plans.
  case planner
  /// Also runs, approves, pauses, resumes and halts rollouts and gives hosts back.
  case `operator`
  /// Also begins emergencies, and without the people whom policy wants.
  case emergency

  private var rank: Int {
    switch self {
    case .viewer: 0
    case .planner: 1
    case .operator: 2
    case .emergency: 3
    }
  }

  package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }
}
