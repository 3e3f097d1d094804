package import FleetCore
import FleetFormats
import GRDB

extension FleetStore {
  private static let planIDs = Abbreviation(
    subject: .plan, table: "plans", minimum: "plan-".utf8.count + PlanID.minimumDigits)

  /// Keeps a plan under its id. The same plan again only becomes the latest one; another plan under the same id is
  /// refused with `immutable`.
  package func save(plan: Plan, id: String, at: Instant) throws(StoreError) {
    let body = try RecordCoding.text(plan)
    try write { db in
      if let stored = try fetchPlan(id, db) {
        guard stored.plan == plan else { throw StoreError.immutable(.plan, id: id) }
        try db.execute(
          sql: "UPDATE plans SET planned_at = ? WHERE id = ?", arguments: [at.milliseconds, id])
      } else {
        try db.execute(
          sql: "INSERT INTO plans (id, at, planned_at, body, sha256) VALUES (?, ?, ?, ?, ?)",
          arguments: [id, at.milliseconds, at.milliseconds, body, ContentHash.sha256(Array(body.utf8))])
      }
    }
  }

  /// The plan that a person means: its whole id, or `plan-` and at least 8 hex digits.
  /// Throws `notFound`, `ambiguous`, `tooShort`, `corruptRecord`.
  package func plan(id: String) throws(StoreError) -> StoredPlan {
    try read { db in
      let whole = try Self.planIDs.resolve(id, db)
      guard let plan = try fetchPlan(whole, db) else { throw StoreError.notFound(.plan, given: id) }
      return plan
    }
  }

  /// The plan that was made last; `nil`: none was ever made.
  package func latestPlan() throws(StoreError) -> StoredPlan? {
    try read { db in
      let id = try String.fetchOne(db, sql: "SELECT id FROM plans ORDER BY planned_at DESC, rowid DESC LIMIT 1")
      return try id.flatMap { try fetchPlan($0, db) }
    }
  }

  /// The plan with exactly this id. A body that is not what was stored is refused.
  func fetchPlan(_ id: String, _ db: Database) throws -> StoredPlan? {
    let sql = "SELECT at, planned_at, sha256 FROM plans WHERE id = ?"
    guard let row = try Row.fetchOne(try db.cachedStatement(sql: sql), arguments: [id]) else { return nil }
    let sha256: String = row[2]
    let plan = try recent.plan(id: id, sha256: sha256) ?? readPlan(id, sha256: sha256, db)
    return StoredPlan(
      id: id, createdAt: Instant(milliseconds: row[0]), plannedAt: Instant(milliseconds: row[1]), plan: plan)
  }

  private func readPlan(_ id: String, sha256: String, _ db: Database) throws -> Plan {
    let select = try db.cachedStatement(sql: "SELECT body FROM plans WHERE id = ?")
    let body = try String.fetchOne(select, arguments: [id]) ?? ""
    guard ContentHash.sha256(Array(body.utf8)) == sha256 else {
      throw StoreError.corruptRecord(table: "plans", id: id, text: "it was changed after it was written")
    }
    let plan: Plan = try RecordCoding.record(of: body, table: "plans", id: id)
    recent.keep(plan, id: id, sha256: sha256)
    return plan
  }
}
