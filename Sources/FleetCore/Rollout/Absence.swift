/// Why a host serves nobody now; what `max_unavailable` counts, whoever is the cause.
package enum Absence: String, Hashable, Sendable, Codable, CaseIterable {
  case ours, disabled, down, underWork

  package var text: String {
    switch self {
    case .ours: "taken out by a rollout or quarantined"
    case .disabled: "its compute service is disabled"
    case .down: "its compute service is down"
    case .underWork: "being worked on"
    }
  }
}
