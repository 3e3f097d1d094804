package import FleetCore
import GRDB
import Synchronization

/// The fence around the journal: whoever took the newest token may append, nobody before them (decision 0012).
///
/// The lock keeps two controllers apart as long as both are well. A holder that hangs can be taken over, and when it
/// wakes up it must not act any more: it finds a newer token before it writes down what it is about to do.
extension FleetStore {
  /// Takes the next token for the holder of `lock`. From now on every append of this store wants it to be the newest.
  ///
  /// Whether the lock is still in force is looked at in the same transaction: a holder that slept between taking the
  /// lock and this would else fence off the one that took over meanwhile. Throws `fenced` then.
  @discardableResult
  package func takeFence(_ lock: DaemonLock, at: Instant) throws(StoreError) -> Int64 {
    try takeFence(lock.holder.text, at: at) { lock.isInForce }
  }

  /// Takes the next token where there is no lock: of a store in memory, whose controllers share one process.
  @discardableResult
  package func takeFence(holder: String, at: Instant) throws(StoreError) -> Int64 {
    try takeFence(holder, at: at) { true }
  }

  private func takeFence(_ holder: String, at: Instant, whileTrue isInForce: () -> Bool) throws(StoreError) -> Int64 {
    let token = try write { db in
      guard isInForce() else { throw StoreError.fenced(holder: try Self.newestFence(db)?.holder ?? "unknown") }
      try db.execute(sql: "INSERT INTO fences (at, holder) VALUES (?, ?)", arguments: [at.milliseconds, holder])
      return db.lastInsertedRowID
    }
    fence.withLock { $0 = token }
    return token
  }

  /// Throws `fenced` where another controller has taken over. A store without a token is never fenced: it only reads,
  /// or writes down what it saw.
  package func checkFence() throws(StoreError) {
    guard fence.withLock({ $0 }) != nil else { return }
    try read { try checkFence($0) }
  }

  func checkFence(_ db: Database) throws {
    guard let own = fence.withLock({ $0 }) else { return }
    let newest = try Int64.fetchOne(try db.cachedStatement(sql: "SELECT max(token) FROM fences"))
    if newest != own { throw StoreError.fenced(holder: try Self.newestFence(db)?.holder ?? "unknown") }
  }

  private static func newestFence(_ db: Database) throws -> (token: Int64, holder: String)? {
    let newest = try db.cachedStatement(sql: "SELECT token, holder FROM fences ORDER BY token DESC LIMIT 1")
    let row = try Row.fetchOne(newest)
    return row.map { (token: $0[0], holder: $0[1]) }
  }
}
