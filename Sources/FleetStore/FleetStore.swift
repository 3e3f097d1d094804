import GRDB
import Glibc
import Synchronization

/// Everything sevfleet remembers: one folder with an SQLite database and the contents of backups.
///
/// A write has happened when its call returns: WAL with `synchronous=FULL`, so neither a killed controller nor a power
/// loss takes it back. Several processes may read and write at once; only the holder of `DaemonLock` may drive hosts.
package final class FleetStore: Sendable {
  /// Name of the database in the state folder.
  package static let databaseName = "sevfleet.sqlite"
  /// Seconds that a write waits for another process's transaction; ours take milliseconds.
  static let busySeconds = 5.0

  /// The state folder, as it was given.
  package let folder: String
  package let isReadOnly: Bool
  let pool: any DatabaseWriter
  let blobs: BlobFolder
  /// What was folded already of the rollouts that did not come to their end.
  let folds = Mutex(RolloutFolds())
  /// What was read or written lately, decoded.
  let recent: RecentRecords
  /// Our token, once this process drives hosts.
  let fence = Mutex<Int64?>(nil)

  private init(
    folder: String, isReadOnly: Bool, pool: any DatabaseWriter, blobs: BlobFolder? = nil,
    recent: RecentRecords = RecentRecords()
  ) {
    self.folder = folder
    self.isReadOnly = isReadOnly
    self.pool = pool
    self.recent = recent
    self.blobs = blobs ?? BlobFolder(path: folder + "/blobs")
  }

  /// A store that is gone with this process, for simulations: the same code over a database in memory.
  package static func inMemory() throws(StoreError) -> FleetStore {
    do {
      let queue = try DatabaseQueue(configuration: configuration(readOnly: false))
      try emptyDatabase.get().backup(to: queue)
      return FleetStore(folder: "", isReadOnly: false, pool: queue, blobs: BlobFolder())
    } catch {
      throw StoreError(error)
    }
  }

  /// What each store in memory begins with: the migrations are the same for all of them, and cost as much as a rollout of
  /// some hosts.
  private static let emptyDatabase = Result {
    let queue = try DatabaseQueue(configuration: configuration(readOnly: false))
    try migrate(queue)
    return queue
  }

  /// The same store in memory as another controller sees it: with a fence and folds of its own.
  package func sibling() -> FleetStore {
    FleetStore(folder: folder, isReadOnly: isReadOnly, pool: pool, blobs: blobs, recent: recent)
  }

  /// Opens the store in `folder`, made with mode 0700 where it is missing, and brings its schema up to date.
  ///
  /// A reader changes nothing: it needs a database of exactly this schema. Throws `missing`, `file`, `schemaNewer`,
  /// `schemaOlder`, `migrationFailed`, `database`.
  package static func open(folder: String, readOnly: Bool = false) throws(StoreError) -> FleetStore {
    let path = folder + "/" + databaseName
    if readOnly {
      guard SystemFile.exists(path) else { throw .missing(path: path) }
    } else {
      try SystemFile.makeFolder(folder)
      try createDatabaseFile(path, in: folder)
    }
    do {
      let pool = try DatabasePool(path: path, configuration: configuration(readOnly: readOnly))
      if readOnly {
        try checkSchema(pool)
      } else {
        try makeDurable(pool)
        try migrate(pool)
      }
      return FleetStore(folder: folder, isReadOnly: readOnly, pool: pool)
    } catch {
      throw StoreError(error)
    }
  }

  /// Closes the database; later calls throw. Not needed before exit.
  package func close() throws(StoreError) {
    do { try pool.close() } catch { throw StoreError(error) }
  }

  /// The settings of the connection that writes, as SQLite tells them.
  package func settings() throws(StoreError) -> StoreSettings {
    do {
      return try pool.writeWithoutTransaction { db in
        StoreSettings(
          journalMode: try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? "",
          synchronous: try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1,
          foreignKeys: try Bool.fetchOne(db, sql: "PRAGMA foreign_keys") ?? false,
          busyMilliseconds: try Int.fetchOne(db, sql: "PRAGMA busy_timeout") ?? 0)
      }
    } catch {
      throw StoreError(error)
    }
  }

  // MARK: Opening

  /// SQLite gives the files beside a database the mode of the database, so that decides who can read any of them.
  private static func createDatabaseFile(_ path: String, in folder: String) throws(StoreError) {
    // An existing database is never opened here: closing a descriptor would drop SQLite's own locks on it.
    if SystemFile.exists(path) { return }
    let descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      if errno == EEXIST { return }
      throw SystemFile.failure("create", path)
    }
    Glibc.close(descriptor)
    try SystemFile.syncFolder(folder)
  }

  private static func configuration(readOnly: Bool) -> Configuration {
    var configuration = Configuration()
    configuration.label = "sevfleet"
    configuration.readonly = readOnly
    configuration.foreignKeysEnabled = true
    configuration.busyMode = .timeout(busySeconds)
    return configuration
  }

  /// A commit is on the disk before its call returns. This is set after the pool is open and not in `prepareDatabase`,
  /// since GRDB sets `NORMAL` on the writer when it turns WAL on; the pool has this one writer for all its life.
  private static func makeDurable(_ pool: DatabasePool) throws {
    try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
  }

  private static func checkSchema(_ pool: any DatabaseWriter) throws {
    let applied = try pool.read { try Schema.migrator.appliedIdentifiers($0) }
    let known = Schema.migrations.map(\.name)
    let unknown = applied.subtracting(known).sorted()
    guard unknown.isEmpty else { throw StoreError.schemaNewer(unknown: unknown) }
    let lacking = known.filter { !applied.contains($0) }
    guard lacking.isEmpty else { throw StoreError.schemaOlder(lacking: lacking) }
  }

  /// Each migration is one transaction: it is there as a whole or not at all.
  private static func migrate(_ pool: any DatabaseWriter) throws {
    do { try checkSchema(pool) } catch StoreError.schemaOlder {
      do { try Schema.migrator.migrate(pool) } catch {
        // Another process may have made the same migrations at the same moment; then they are there now.
        do { try checkSchema(pool) } catch StoreError.schemaOlder(let lacking) {
          throw StoreError.migrationFailed(name: lacking.first ?? "", cause: String(describing: StoreError(error)))
        }
      }
    }
  }

  // MARK: Transactions

  /// One consistent look at the database.
  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do {
      // In memory there is one connection, which nobody else uses meanwhile. To make it read-only for a moment, as `read`
      // does, SQLite forgets every statement it has prepared.
      return try isInMemory ? pool.unsafeRead(body) : pool.read(body)
    } catch {
      throw StoreError(error)
    }
  }

  private var isInMemory: Bool { folder.isEmpty }

  /// One transaction: all of `body` or nothing.
  func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    guard !isReadOnly else { throw .readOnly }
    do {
      return try isInMemory ? pool.writeWithoutTransaction { try Self.transaction($0, body) } : pool.write(body)
    } catch {
      throw StoreError(error)
    }
  }

  /// As `write` of the pool, with statements that are prepared once: in memory they are most of what a write costs.
  private static func transaction<Value>(_ db: Database, _ body: (Database) throws -> Value) throws -> Value {
    try db.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
    do {
      let value = try body(db)
      try db.cachedStatement(sql: "COMMIT TRANSACTION").execute()
      return value
    } catch {
      // SQLite ends a transaction by itself after some errors.
      if db.isInsideTransaction { try db.cachedStatement(sql: "ROLLBACK TRANSACTION").execute() }
      throw error
    }
  }
}

extension Database {
  /// A statement that comes again and again is prepared once.
  func executeCached(sql: String, arguments: StatementArguments) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }
}

/// What decides whether a commit survives, and how connections behave.
package struct StoreSettings: Hashable, Sendable {
  /// `wal`.
  package var journalMode: String
  /// 2 is FULL: every commit is synced.
  package var synchronous: Int
  package var foreignKeys: Bool
  package var busyMilliseconds: Int
}
