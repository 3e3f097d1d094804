import FleetStore
import Foundation
import GRDB

/// A folder of its own for one test, removed with this value.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    let name = "sevfleet-store-\(UUID().uuidString.prefix(12))"
    path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Where a store may be made.
  var state: String { path + "/state" }
  var database: String { state + "/" + FleetStore.databaseName }

  func open(readOnly: Bool = false) throws -> FleetStore { try FleetStore.open(folder: state, readOnly: readOnly) }

  /// Does something to the database behind the store's back.
  func raw<Value>(_ body: (Database) throws -> Value) throws -> Value {
    let queue = try DatabaseQueue(path: database)
    defer { try? queue.close() }
    return try queue.writeWithoutTransaction(body)
  }
}
