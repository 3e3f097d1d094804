package import FleetCore

/// A server as the simulated Nova has it.
package struct SimServer: Sendable {
  package let id: String
  package let model: EncryptionModel
  package var host: String
  var status = ServerStatus.active
  var task: String?
  var power = 1
  var fault: String?
  /// The host on which its process runs; `nil`: it runs nowhere.
  package var runsOn: String?
  /// Whether it was off when a move of it began.
  var wasOff = false
  /// What else Nova tells of it; `nil`: made up.
  var seen: ComputeServer?

  init(id: String, model: EncryptionModel, host: String) {
    self.id = id
    self.model = model
    self.host = host
    runsOn = host
  }
}

/// A move as the simulated Nova has it.
struct SimMigration: Sendable {
  let id: Int
  let server: String
  let kind: MigrationRecord.Kind
  let source: String
  var destination: String?
  var status: String

  var isUnfinished: Bool {
    !["completed", "confirmed", "error", "failed", "cancelled", "reverted", "done"].contains(status)
  }

  var record: MigrationRecord {
    MigrationRecord(id: id, server: server, kind: kind, status: status, source: source, destination: destination)
  }
}

/// The operator's switch of a compute service.
struct SimService: Sendable {
  var isEnabled = true
  var reason: String?
  /// Moved by every change of the switch, as Nova has it (FACTS 6).
  var switchedAt: Int64 = 0
}

/// Something that the cloud or somebody does by itself, later.
enum SimEvent: Hashable, Sendable {
  case liveRuns(Int), liveEnds(Int), liveFails(Int)
  case coldEnds(Int), coldFails(Int)
  case confirmed(Int), reverted(Int)
  case stopped(String), started(String)
  case reloadEnds(String, token: String), goesDown(String), comesBack(String)
  case serverAppears(String), operatorEnables(String), operatorDisables(String), packageWrites(String)
  case serverBuilt(String), leaseTaken(String), leaseGiven(String), recordEnds(Int)
  case operatorConfirms, clockJumps(seconds: Int)
}
