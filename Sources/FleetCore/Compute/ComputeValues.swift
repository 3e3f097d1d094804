/// One nova-compute service, as Nova's `os-services` shows it.
package struct ComputeServiceState: Hashable, Sendable, Codable {
  package var id: String
  package var host: String
  /// The operator's switch.
  package var isEnabled: Bool
  package var disabledReason: String?
  /// The heartbeat.
  package var isUp: Bool
  package var forcedDown: Bool
  /// Time of the last heartbeat as Nova wrote it.
  package var updatedAt: Instant?

  package init(
    id: String, host: String, isEnabled: Bool, disabledReason: String?, isUp: Bool, forcedDown: Bool,
    updatedAt: Instant?
  ) {
    self.id = id
    self.host = host
    self.isEnabled = isEnabled
    self.disabledReason = disabledReason
    self.isUp = isUp
    self.forcedDown = forcedDown
    self.updatedAt = updatedAt
  }

  /// Whether it reports, and nobody declared it dead.
  package var isAlive: Bool { isUp && !forcedDown }

  /// Whether Nova may place servers on its host.
  package var takesServers: Bool { isEnabled && isAlive }
}

/// Nova's `status` of a server, as far as a drain cares.
package enum ServerStatus: Hashable, Sendable, Codable {
  case active, paused, shutoff, suspended, shelved, shelvedOffloaded, softDeleted, error, rescue, verifyResize
  case build, migrating, resize, reboot
  case other(String)

  package init(nova text: String) {
    switch text {
    case "ACTIVE": self = .active
    case "PAUSED": self = .paused
    case "SHUTOFF": self = .shutoff
    case "SUSPENDED": self = .suspended
    case "SHELVED": self = .shelved
    case "SHELVED_OFFLOADED": self = .shelvedOffloaded
    case "SOFT_DELETED": self = .softDeleted
    case "ERROR": self = .error
    case "RESCUE": self = .rescue
    case "VERIFY_RESIZE": self = .verifyResize
    case "BUILD", "REBUILD": self = .build
    case "MIGRATING": self = .migrating
    case "RESIZE", "REVERT_RESIZE": self = .resize
    case "REBOOT", "HARD_REBOOT": self = .reboot
    default: self = .other(text)
    }
  }

  package var text: String {
    switch self {
    case .active: "ACTIVE"
    case .paused: "PAUSED"
    case .shutoff: "SHUTOFF"
    case .suspended: "SUSPENDED"
    case .shelved: "SHELVED"
    case .shelvedOffloaded: "SHELVED_OFFLOADED"
    case .softDeleted: "SOFT_DELETED"
    case .error: "ERROR"
    case .rescue: "RESCUE"
    case .verifyResize: "VERIFY_RESIZE"
    case .build: "BUILD"
    case .migrating: "MIGRATING"
    case .resize: "RESIZE"
    case .reboot: "REBOOT"
    case .other(let text): text
    }
  }
}

/// The owner's word about moving a server, from tag or metadata `sevfleet:move` (RULES D8).
package enum OwnerWord: String, Hashable, Sendable, Codable, CaseIterable { case live, cold, stop, notify, forbid }

/// One server as a drain sees it.
package struct ComputeServer: Hashable, Sendable, Codable {
  package var id: String
  package var name: String
  package var project: String
  package var status: ServerStatus
  package var taskState: String?
  /// Nova's number: 1 running, 3 paused, 4 shut down, 7 suspended; 0 unknown.
  package var powerState: Int
  /// Nova host the server is counted on; `nil`: on none.
  package var host: String?
  package var model: EncryptionModel
  /// Where the model was read: `flavor`, `image`, `volume`, `qemu`, or why it is unknown.
  package var modelSource: String
  /// Whether the model is unknown only because Glance or Cinder gave no answer; `nil`: it is not (RULES D1).
  package var isModelPending: Bool?
  package var ownerWord: OwnerWord?
  package var fault: String?
  /// Of the flavor it was made with; `nil`: not told, as in what was stored before sevfleet asked.
  package var vcpus: Int?
  /// MiB; `nil` as above.
  package var memoryMB: Int?
  /// `nil` as above, and where policy hides the extra specs.
  package var burden: MoveBurden?
  /// Anti-affinity groups of which it and others are members, by id, sorted; `nil`: none, or nobody asked.
  package var peerGroups: [String]?

  package init(
    id: String, name: String, project: String, status: ServerStatus, taskState: String? = nil, powerState: Int = 1,
    host: String?, model: EncryptionModel, modelSource: String = "flavor", ownerWord: OwnerWord? = nil,
    fault: String? = nil
  ) {
    self.id = id
    self.name = name
    self.project = project
    self.status = status
    self.taskState = taskState
    self.powerState = powerState
    self.host = host
    self.model = model
    self.modelSource = modelSource
    self.ownerWord = ownerWord
    self.fault = fault
  }
}

/// One migration record; the only witness of how a move ended (FACTS 6.2).
package struct MigrationRecord: Hashable, Sendable, Codable {
  package enum Kind: Hashable, Sendable, Codable {
    case live, cold
    case other(String)
  }

  package var id: Int
  package var server: String
  package var kind: Kind
  /// Nova's word: `queued, preparing, running, completed, error, failed, cancelled, finished, confirming, …`.
  package var status: String
  package var source: String?
  package var destination: String?
  package var createdAt: Instant?

  package init(
    id: Int, server: String, kind: Kind, status: String, source: String?, destination: String?,
    createdAt: Instant? = nil
  ) {
    self.id = id
    self.server = server
    self.kind = kind
    self.status = status
    self.source = source
    self.destination = destination
    self.createdAt = createdAt
  }

  /// Words after which nothing more happens to a record (NOVA-FACTS, fact 7).
  package static let endedStatuses: Set<String> = [
    "completed", "confirmed", "error", "failed", "cancelled", "reverted", "done",
  ]
  package var isEnded: Bool { Self.endedStatuses.contains(status) }
  package var isFailure: Bool { ["error", "failed", "cancelled"].contains(status) }
}

/// Everything Nova and Placement say about one host at one time.
package struct ComputeHostView: Hashable, Sendable, Codable {
  package var service: ComputeServiceState
  package var servers: [ComputeServer]
  /// Records that name the host on either side and have not ended.
  package var unfinishedMigrations: [MigrationRecord]
  /// Placement's MEM_ENCRYPTION_CONTEXT total by model; `nil`: Placement was not asked or did not answer.
  package var encryptionSlots: [EncryptionModel: Int]?
  /// Traits of the host's providers, sorted; `nil` as above.
  package var traits: [String]?
  /// Why nobody knows which of the servers are kept apart from others; `nil`: they were asked for and told.
  package var peersUnread: String?

  package init(
    service: ComputeServiceState, servers: [ComputeServer], unfinishedMigrations: [MigrationRecord] = [],
    encryptionSlots: [EncryptionModel: Int]? = nil, traits: [String]? = nil
  ) {
    self.service = service
    self.servers = servers
    self.unfinishedMigrations = unfinishedMigrations
    self.encryptionSlots = encryptionSlots
    self.traits = traits
  }
}

extension EncryptionModel: CodingKeyRepresentable {
  package var codingKey: any CodingKey { TextKey(stringValue: rawValue) }
  package init?(codingKey: some CodingKey) { self.init(rawValue: codingKey.stringValue) }
}

/// What the planner knows of Nova for one host.
package enum ComputeView: Hashable, Sendable, Codable {
  /// `compute_host: null`.
  case notInNova
  /// Nova or its answer could not be had; never counts as empty.
  case unknown(text: String)
  case known(ComputeHostView)
}
