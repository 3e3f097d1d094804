package import Foundation

/// Nova's record of one move of one server: the only witness of how it ended.
package struct Migration: Sendable, Hashable, Identifiable {
  package var id: Int
  /// Nil below microversion 2.59.
  package var uuid: String?
  package var status: MigrationStatus
  package var type: MigrationType
  package var sourceCompute: String?
  /// Nil until the scheduler has chosen.
  package var destCompute: String?
  package var instanceID: String
  package var created: Date?
  package var updated: Date?

  package init(
    id: Int, uuid: String? = nil, status: MigrationStatus, type: MigrationType, sourceCompute: String?,
    destCompute: String?, instanceID: String, created: Date? = nil, updated: Date? = nil
  ) {
    self.id = id
    self.uuid = uuid
    self.status = status
    self.type = type
    self.sourceCompute = sourceCompute
    self.destCompute = destCompute
    self.instanceID = instanceID
    self.created = created
    self.updated = updated
  }

  /// Whether one of the two ends is `host`.
  package func concerns(_ host: String) -> Bool { sourceCompute == host || destCompute == host }
}

/// `status` of a migration record.
package enum MigrationStatus: OpenWord {
  case accepted, queued, preparing, preMigrating, running, migrating, postMigrating, finished, confirming, confirmed
  case reverting, reverted, completed, done, error, failed, cancelled
  case other(String)

  package static let words: [String: MigrationStatus] = [
    "accepted": .accepted, "queued": .queued, "preparing": .preparing, "pre-migrating": .preMigrating,
    "running": .running, "migrating": .migrating, "post-migrating": .postMigrating, "finished": .finished,
    "confirming": .confirming, "confirmed": .confirmed, "reverting": .reverting, "reverted": .reverted,
    "completed": .completed, "done": .done, "error": .error, "failed": .failed, "cancelled": .cancelled,
  ]

  package var otherWord: String? { if case .other(let word) = self { word } else { nil } }

  /// Whether neither host is needed for it any more. `finished` is a cold move that waits for its confirmation, and
  /// `done` an evacuation whose source has not cleaned up yet: both still need the source. Unknown words are
  /// unfinished.
  package var isOver: Bool {
    switch self {
    case .confirmed, .reverted, .completed, .error, .failed, .cancelled: true
    case .accepted, .queued, .preparing, .preMigrating, .running, .migrating, .postMigrating, .finished, .confirming,
      .reverting, .done, .other:
      false
    }
  }

  /// Whether it ended without the move being made. `error` never ran, `failed` was rolled back.
  package var isFailure: Bool {
    switch self {
    case .error, .failed, .cancelled, .reverted: true
    case .accepted, .queued, .preparing, .preMigrating, .running, .migrating, .postMigrating, .finished, .confirming,
      .confirmed, .reverting, .completed, .done, .other:
      false
    }
  }
}

/// `migration_type`.
package enum MigrationType: OpenWord {
  /// `migration` is a cold move; `resize` may be one as well, if it changes the host.
  case liveMigration, migration, resize, evacuation
  case other(String)

  package static let words: [String: MigrationType] = [
    "live-migration": .liveMigration, "migration": .migration, "resize": .resize, "evacuation": .evacuation,
  ]

  package var otherWord: String? { if case .other(let word) = self { word } else { nil } }
}

/// A record as `/os-migrations` sends it.
struct MigrationBody: Listed {
  static let listName = "migrations"
  var marker: String { uuid ?? "" }

  let id: Int
  let uuid: String?
  let status: MigrationStatus
  let migration_type: MigrationType
  let source_compute: String?
  let dest_compute: String?
  let instance_uuid: String
  let created_at: String?
  let updated_at: String?

  var value: Migration {
    Migration(
      id: id, uuid: uuid, status: status, type: migration_type, sourceCompute: source_compute,
      destCompute: dest_compute, instanceID: instance_uuid, created: created_at.flatMap(RemoteTime.parse),
      updated: updated_at.flatMap(RemoteTime.parse))
  }
}
