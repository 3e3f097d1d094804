import Foundation

/// One migration record.
struct NovaMigration: Sendable {
  enum Kind: String, Sendable {
    case live = "live-migration"
    case cold = "migration"
  }

  let id: Int
  let uuid: String
  let kind: Kind
  let server: String
  let projectID: String
  let userID: String
  let flavorNumber: Int
  /// The request that asked for the move.
  let request: String
  let source: String
  let created: Date

  var destination: String?
  /// A live migration's record gets its nodes only once there is a destination.
  var sourceNode: String?
  var destinationAddress: String?
  var status: MigrationStatus
  var updated: Date
  /// When the copy began and how long it takes; for the progress shown.
  var copy: (began: ContinuousClock.Instant, takes: Duration)?
  let memoryBytes: Int

  /// Bytes copied so far; nil before the copy.
  func copied(at now: ContinuousClock.Instant) -> Int? {
    guard let copy else { return nil }
    let share = min(copy.began.duration(to: now) / copy.takes, 0.99)
    return Int(Double(memoryBytes) * share)
  }
}
