/// `status` of a server: Nova's summary of vm_state and task_state.
package enum ServerStatus: OpenWord {
  case active, build, deleted, error, hardReboot, migrating, password, paused, reboot, rebuild, rescue, resize
  case revertResize, shelved, shelvedOffloaded, shutoff, softDeleted, suspended, unknown, verifyResize
  case other(String)

  package static let words: [String: ServerStatus] = [
    "ACTIVE": .active, "BUILD": .build, "DELETED": .deleted, "ERROR": .error, "HARD_REBOOT": .hardReboot,
    "MIGRATING": .migrating, "PASSWORD": .password, "PAUSED": .paused, "REBOOT": .reboot, "REBUILD": .rebuild,
    "RESCUE": .rescue, "RESIZE": .resize, "REVERT_RESIZE": .revertResize, "SHELVED": .shelved,
    "SHELVED_OFFLOADED": .shelvedOffloaded, "SHUTOFF": .shutoff, "SOFT_DELETED": .softDeleted,
    "SUSPENDED": .suspended, "UNKNOWN": .unknown, "VERIFY_RESIZE": .verifyResize,
  ]

  package var otherWord: String? { if case .other(let word) = self { word } else { nil } }
}

/// `OS-EXT-STS:vm_state`: the state that a server rests in when no task is under way.
package enum VMState: OpenWord {
  case active, building, deleted, error, paused, rescued, resized, shelved, shelvedOffloaded, softDelete, stopped
  case suspended
  case other(String)

  package static let words: [String: VMState] = [
    "active": .active, "building": .building, "deleted": .deleted, "error": .error, "paused": .paused,
    "rescued": .rescued, "resized": .resized, "shelved": .shelved, "shelved_offloaded": .shelvedOffloaded,
    "soft-delete": .softDelete, "stopped": .stopped, "suspended": .suspended,
  ]

  package var otherWord: String? { if case .other(let word) = self { word } else { nil } }
}

/// `OS-EXT-STS:power_state`: what the hypervisor was last seen to say, not necessarily what is now.
package enum PowerState: Sendable, Hashable, Decodable, CustomStringConvertible {
  case none, running, paused, shutdown, crashed, suspended
  case other(Int)

  package init(number: Int) {
    self = Self.numbers[number] ?? .other(number)
  }

  package init(from decoder: any Decoder) throws {
    self.init(number: try decoder.singleValueContainer().decode(Int.self))
  }

  private static let numbers: [Int: PowerState] = [
    0: .none, 1: .running, 3: .paused, 4: .shutdown, 6: .crashed, 7: .suspended,
  ]

  package var description: String {
    switch self {
    case .none: "none"
    case .running: "running"
    case .paused: "paused"
    case .shutdown: "shutdown"
    case .crashed: "crashed"
    case .suspended: "suspended"
    case .other(let number): "\(number)"
    }
  }
}

/// `host_status`: the compute service of the server's host, as policy lets it be seen.
package enum HostStatus: OpenWord {
  case up, down, maintenance, unknown
  case other(String)

  package static let words: [String: HostStatus] = [
    "UP": .up, "DOWN": .down, "MAINTENANCE": .maintenance, "UNKNOWN": .unknown,
  ]

  package var otherWord: String? { if case .other(let word) = self { word } else { nil } }
}
