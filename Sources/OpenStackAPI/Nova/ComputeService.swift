package import Foundation

/// A nova-compute service. `status` is what the operator wants of it, `state` whether it is alive.
package struct ComputeService: Sendable, Hashable, Identifiable {
  package enum Status: OpenWord {
    case enabled, disabled
    case other(String)

    package static let words: [String: Status] = ["enabled": .enabled, "disabled": .disabled]
    package var otherWord: String? { if case .other(let word) = self { word } else { nil } }
  }

  package enum State: OpenWord {
    case up, down
    case other(String)

    package static let words: [String: State] = ["up": .up, "down": .down]
    package var otherWord: String? { if case .other(let word) = self { word } else { nil } }
  }

  /// A UUID.
  package var id: String
  package var host: String
  package var status: Status
  package var state: State
  /// Nil when enabled, and when disabled without saying why.
  package var disabledReason: String?
  /// When the service's record last changed, by Nova's clocks: a heartbeat, but also somebody's enable or disable.
  /// So a time after our own last change, together with `state` up, proves a heartbeat; a newer time alone does not.
  package var updatedAt: Date?
  /// Whether an operator has declared it down (fencing).
  package var forcedDown: Bool
  package var zone: String?

  package init(
    id: String, host: String, status: Status, state: State, disabledReason: String? = nil, updatedAt: Date? = nil,
    forcedDown: Bool = false, zone: String? = nil
  ) {
    self.id = id
    self.host = host
    self.status = status
    self.state = state
    self.disabledReason = disabledReason
    self.updatedAt = updatedAt
    self.forcedDown = forcedDown
    self.zone = zone
  }
}

/// A service as `/os-services` sends it from 2.53 on.
struct ComputeServiceBody: Decodable {
  let id: String
  let host: String
  let status: ComputeService.Status
  let state: ComputeService.State
  let disabled_reason: String?
  let updated_at: String?
  let forced_down: Bool?
  let zone: String?

  var value: ComputeService {
    ComputeService(
      id: id, host: host, status: status, state: state, disabledReason: disabled_reason,
      updatedAt: updated_at.flatMap(RemoteTime.parse), forcedDown: forced_down ?? false, zone: zone)
  }
}
