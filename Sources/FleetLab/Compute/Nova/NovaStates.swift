/// Nova's `vm_state`: what a server is when nothing is done to it.
enum VMState: String, Sendable {
  case building, active, paused, suspended, stopped, rescued, resized, error, shelved, deleted
  case softDeleted = "soft-delete"
  case shelvedOffloaded = "shelved_offloaded"

  /// `status` as Nova derives it from both states.
  func status(_ task: TaskState?) -> String {
    switch self {
    case .building: "BUILD"
    case .active: task?.statusWhileRunning ?? "ACTIVE"
    case .stopped: task?.statusWhileStopped ?? "SHUTOFF"
    case .paused: task == .migrating ? "MIGRATING" : "PAUSED"
    case .resized: task == .resizeReverting ? "REVERT_RESIZE" : "VERIFY_RESIZE"
    case .suspended: "SUSPENDED"
    case .rescued: "RESCUE"
    case .error: "ERROR"
    case .shelved: "SHELVED"
    case .shelvedOffloaded: "SHELVED_OFFLOADED"
    case .softDeleted: "SOFT_DELETED"
    case .deleted: "DELETED"
    }
  }
}

/// Nova's `task_state`: what is being done to a server.
enum TaskState: String, Sendable {
  case scheduling, spawning, migrating
  case resizePrep = "resize_prep"
  case resizeMigrating = "resize_migrating"
  case resizeMigrated = "resize_migrated"
  case resizeFinish = "resize_finish"
  case resizeReverting = "resize_reverting"
  case poweringOff = "powering-off"
  case poweringOn = "powering-on"

  fileprivate var statusWhileRunning: String? { self == .migrating ? "MIGRATING" : resizing }
  fileprivate var statusWhileStopped: String? { resizing }

  private var resizing: String? {
    switch self {
    case .resizePrep, .resizeMigrating, .resizeMigrated, .resizeFinish: "RESIZE"
    case .scheduling, .spawning, .migrating, .resizeReverting, .poweringOff, .poweringOn: nil
    }
  }
}

/// Nova's numbers for what the hypervisor says of a guest.
enum PowerState: Int, Sendable {
  case none = 0
  case running = 1
  case paused = 3
  case shutdown = 4
  case suspended = 7
}

/// Nova's words for a migration record.
enum MigrationStatus: String, Sendable {
  case accepted, queued, preparing, running, completed, cancelled, failed, error
  case preMigrating = "pre-migrating"
  case migrating
  case postMigrating = "post-migrating"
  case finished, confirming, confirmed, reverting, reverted

  /// Records that `GET /servers/{id}/migrations` lists.
  var isLiveInProgress: Bool {
    switch self {
    case .queued, .preparing, .running, .postMigrating: true
    case .accepted, .completed, .cancelled, .failed, .error, .preMigrating, .migrating, .finished, .confirming,
      .confirmed, .reverting, .reverted:
      false
    }
  }

  /// Nothing more happens to the record.
  var hasEnded: Bool {
    switch self {
    case .completed, .cancelled, .failed, .error, .confirmed, .reverted: true
    case .accepted, .queued, .preparing, .running, .preMigrating, .migrating, .postMigrating, .finished,
      .confirming, .reverting:
      false
    }
  }
}
