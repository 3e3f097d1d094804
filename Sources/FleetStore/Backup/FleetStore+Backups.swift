package import FleetCore
import GRDB

extension FleetStore {
  /// Backups kept for each host besides those that something still needs: more than a host has firmware changes in the
  /// time that somebody could want to go back.
  package static let keptBackups = 10

  /// Keeps a backup whose contents are stored, and forgets the host's oldest ones (see `keptBackups`).
  ///
  /// Kept whatever their age: the newest verified one, and those made by a rollout that is unfinished or left its host
  /// quarantined. The same id again replaces the list, for the same host only. Throws `blobMissing`, `immutable`.
  package func save(backup: StoredBackup) throws(StoreError) {
    for sha256 in backup.contents {
      guard try blobs.holds(sha256) else { throw .blobMissing(sha256: sha256) }
    }
    let body = try RecordCoding.text(backup)
    let forgot = try write { db in
      let select = try db.cachedStatement(sql: "SELECT host FROM backups WHERE id = ?")
      let owner = try String.fetchOne(select, arguments: [backup.id])
      guard owner == nil || owner == backup.host.rawValue else {
        throw StoreError.immutable(.backup, id: backup.id)
      }
      try Self.insert(backup, body: body, db)
      return try forgetOldBackups(host: backup.host, db)
    }
    if forgot { try sweepBlobs() }
  }

  /// Backups of a host, or of all, newest first.
  package func backups(host: HostID? = nil) throws(StoreError) -> [StoredBackup] {
    try read { db in
      try Self.backups(
        db, "WHERE ?1 IS NULL OR host = ?1 ORDER BY at DESC, rowid DESC", [host?.rawValue])
    }
  }

  /// The backup with exactly this id; `nil`: none.
  package func backup(id: String) throws(StoreError) -> StoredBackup? {
    try read { try Self.backups($0, "WHERE id = ?", [id]).first }
  }

  /// The newest backup of a host that was verified: what `--to backup` means.
  package func latestVerifiedBackup(host: HostID) throws(StoreError) -> StoredBackup? {
    try read {
      try Self.backups(
        $0, "WHERE host = ? AND verified_at IS NOT NULL ORDER BY at DESC, rowid DESC LIMIT 1", [host.rawValue])
    }.first
  }

  /// Reads every content of a backup again; empty: all are right. With `at`, success is written down as `verifiedAt`
  /// and a fault takes an earlier one back.
  package func verify(backup: StoredBackup, at: Instant? = nil) throws(StoreError) -> [BackupFault] {
    var faults: [BackupFault] = []
    for sha256 in backup.contents {
      let path = backup.manifest.first { $0.sha256 == sha256 }?.path ?? ""
      do throws(StoreError) {
        _ = try blobs.read(sha256)
      } catch .blobMissing {
        faults.append(BackupFault(kind: .missing, path: path, expected: sha256, found: nil))
      } catch .blobDamaged(_, let found) {
        faults.append(BackupFault(kind: .damaged, path: path, expected: sha256, found: found))
      } catch .blobTooLarge(let size, _) {
        faults.append(BackupFault(kind: .damaged, path: path, expected: sha256, found: "\(size) bytes or more"))
      }
    }
    if let at { try write { try Self.setVerified(backup.id, faults.isEmpty ? at : nil, $0) } }
    return faults
  }

  /// Removes contents that no backup refers to; young ones stay, since their backup may be in the making.
  @discardableResult
  package func sweepBlobs() throws(StoreError) -> [String] {
    guard !isReadOnly else { throw .readOnly }
    let referenced = try read { try String.fetchSet($0, sql: "SELECT sha256 FROM backup_blobs") }
    return try blobs.sweep(keeping: referenced)
  }

  // MARK: Rows

  private static func insert(_ backup: StoredBackup, body: String, _ db: Database) throws {
    try db.executeCached(
      sql: """
        INSERT INTO backups (id, host, at, rollout, verified_at, body) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET at = excluded.at, rollout = excluded.rollout,
        verified_at = excluded.verified_at, body = excluded.body
        """,
      arguments: [
        backup.id, backup.host.rawValue, backup.createdAt.milliseconds, backup.rollout,
        backup.verifiedAt?.milliseconds, body,
      ])
    try db.executeCached(sql: "DELETE FROM backup_blobs WHERE backup = ?", arguments: [backup.id])
    for sha256 in backup.contents {
      try db.executeCached(
        sql: "INSERT INTO backup_blobs (backup, sha256) VALUES (?, ?)", arguments: [backup.id, sha256])
    }
  }

  private static func setVerified(_ id: String, _ at: Instant?, _ db: Database) throws {
    guard var backup = try backups(db, "WHERE id = ?", [id]).first else {
      throw StoreError.notFound(.backup, given: id)
    }
    backup.verifiedAt = at
    try db.executeCached(
      sql: "UPDATE backups SET verified_at = ?, body = ? WHERE id = ?",
      arguments: [at?.milliseconds, try RecordCoding.text(backup), id])
  }

  /// Whether any was forgotten.
  private func forgetOldBackups(host: HostID, _ db: Database) throws -> Bool {
    let select = "SELECT id, rollout, verified_at FROM backups WHERE host = ? ORDER BY at DESC, rowid DESC"
    let rows = try Row.fetchAll(try db.cachedStatement(sql: select), arguments: [host.rawValue])
    guard rows.count > Self.keptBackups else { return false }
    var needed = Set(try rollouts(db).filter(\.isUnfinished).map(\.id))
    needed.formUnion(try quarantines(db).values.map(\.rollout))
    let newestVerified = rows.firstIndex { ($0[2] as Int64?) != nil }
    var forgot = false
    for (index, row) in rows.enumerated() where index >= Self.keptBackups && index != newestVerified {
      let rollout: String? = row[1]
      if let rollout, needed.contains(rollout) { continue }
      try db.executeCached(sql: "DELETE FROM backups WHERE id = ?", arguments: [row[0] as String])
      forgot = true
    }
    return forgot
  }

  private static func backups(
    _ db: Database, _ condition: String, _ arguments: StatementArguments
  ) throws -> [StoredBackup] {
    let select = try db.cachedStatement(sql: "SELECT id, body FROM backups \(condition)")
    let rows = try Row.fetchAll(select, arguments: arguments)
    return try rows.map { try RecordCoding.record(of: $0[1], table: "backups", id: $0[0]) }
  }
}
