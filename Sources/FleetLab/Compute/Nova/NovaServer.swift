import Foundation

/// Why a server is in ERROR.
struct NovaServerFault: Sendable {
  let message: String
  let created: Date
}

/// One server (instance) as Nova's database holds it.
struct NovaServer: Sendable {
  let id: String
  /// Counts servers from 1; the instance name and the order of listings come from it.
  let number: Int
  let name: String
  let projectID: String
  let userID: String
  let flavor: NovaFlavor
  /// Nil: booted from a volume.
  let imageID: String?
  let volumeID: String?
  /// Properties of the image, or of the one the volume was made from, when the server was built.
  let imageProperties: [String: String]
  let groupID: String?
  let created: Date

  var host: String?
  var vmState = VMState.building
  var taskState: TaskState?
  var power = PowerState.none
  /// `vmState` before a cold migration, for its end.
  var stateBeforeResize = VMState.active
  var metadata: [String: String] = [:]
  var tags: [String] = []
  var isLocked = false
  var fault: NovaServerFault?
  var launchedAt: Date?
  var updated: Date

  var instanceName: String {
    let hex = String(number, radix: 16)
    return "instance-" + String(repeating: "0", count: 8 - hex.count) + hex
  }

  var model: LabGuest.Model {
    LabGuest.Model(extraSpecs: flavor.extraSpecs, imageProperties: imageProperties)
  }

  var guest: LabGuest { LabGuest(id: id, name: name, instanceName: instanceName, model: model) }
  var status: String { vmState.status(taskState) }
  var isDeleted: Bool { vmState == .deleted }

  /// What a fault key of the metadata asks for: its word, and its seconds if any.
  func behaviour(_ key: String) -> FaultOrder {
    let parts = (metadata[key] ?? "ok").split(separator: "=", maxSplits: 1)
    let mode = parts.first.map { $0.trimmingCharacters(in: .whitespaces) } ?? "ok"
    return FaultOrder(mode: mode, duration: parts.count > 1 ? Double(parts[1]).map { .seconds($0) } : nil)
  }
}

/// What a server's metadata asks a hypervisor to do wrong.
struct FaultOrder: Sendable {
  /// `ok`, `slow`, `hang`, `fail`, …
  var mode = "ok"
  /// How long it takes, where that is given.
  var duration: Duration?
}
