import FleetCore
import FleetStore
import Foundation
import GRDB
import Testing

@Suite struct SchemaTests {
  @Test func aNewStoreIsPrivate() throws {
    let folder = try TemporaryFolder()
    let store = try FleetStore.open(folder: folder.path + "/var/lib/state")
    try store.append(.rolloutResumed, rollout: nil, host: nil, at: Samples.start)
    func mode(_ path: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
    #expect(try mode(store.folder) == 0o700)
    for name in try FileManager.default.contentsOfDirectory(atPath: store.folder) {
      #expect(try mode(store.folder + "/" + name) == 0o600, "\(name)")
    }
  }

  @Test func aReaderNeedsADatabase() throws {
    let folder = try TemporaryFolder()
    #expect(throws: StoreError.missing(path: folder.database)) { try folder.open(readOnly: true) }
    #expect(!FileManager.default.fileExists(atPath: folder.state))
  }

  @Test func aReaderMigratesNothing() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.state, withIntermediateDirectories: true)
    try folder.raw { try $0.execute(sql: "PRAGMA journal_mode = WAL; CREATE TABLE other (a)") }
    let all = [
      "001-initial", "002-compute-views", "003-observed-changes", "004-fences", "005-booking-marks", "006-receivers",
      "007-standing-targets",
    ]
    #expect(throws: StoreError.schemaOlder(lacking: all)) {
      try folder.open(readOnly: true)
    }
    #expect(try folder.raw { try !$0.tableExists("journal") })
  }

  @Test(arguments: [false, true])
  func aNewerSchemaIsLeftAlone(readOnly: Bool) throws {
    let folder = try TemporaryFolder()
    try folder.open().close()
    try folder.raw { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999-future')") }
    let before = try folder.raw { try Row.fetchAll($0, sql: "SELECT * FROM sqlite_master ORDER BY name") }
    #expect(throws: StoreError.schemaNewer(unknown: ["999-future"])) { try folder.open(readOnly: readOnly) }
    #expect(try folder.raw { try Row.fetchAll($0, sql: "SELECT * FROM sqlite_master ORDER BY name") } == before)
  }

  @Test func aFailingMigrationStopsAndLeavesNothing() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.state, withIntermediateDirectories: true)
    // Somebody else's table has a name that the migration needs late, after most of its work.
    try folder.raw { try $0.execute(sql: "CREATE TABLE backup_blobs (mine TEXT)") }
    let error = #expect(throws: StoreError.self) { try folder.open() }
    guard case .migrationFailed(name: "001-initial", let cause)? = error else {
      Issue.record("expected a failed migration, got \(String(describing: error))")
      return
    }
    #expect(cause.contains("backup_blobs"))
    #expect(try folder.raw { try !$0.tableExists("journal") })
  }

  @Test func whatIsNoDatabaseIsRefused() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.state, withIntermediateDirectories: true)
    let bytes = Data(
      "not a database, and long enough to be looked at as one: \(String(repeating: "x", count: 4096))".utf8)
    try bytes.write(to: URL(fileURLWithPath: folder.database))
    let error = #expect(throws: StoreError.self) { try folder.open() }
    #expect(error?.kind == .database)
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == bytes)
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: URL(fileURLWithPath: folder.state))
    let error = #expect(throws: StoreError.self) { try folder.open() }
    #expect(error?.kind == .file)
    #expect(error?.text.contains(folder.state) == true)
  }

  /// First starts of several processes at once: a probe and an apply on a new machine.
  @Test func manyMayOpenANewStoreAtOnce() async throws {
    let folder = try TemporaryFolder()
    let entries = try await withThrowingTaskGroup(of: Int64.self) { group in
      for number in 0..<6 {
        group.addTask {
          try folder.open().append(
            .finding(kind: "note", text: "\(number)"), rollout: nil, host: nil, at: Samples.start
          ).seq
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(entries.sorted() == [1, 2, 3, 4, 5, 6])
  }
}
