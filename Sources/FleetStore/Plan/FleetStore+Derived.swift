package import FleetCore
import GRDB
import Synchronization

/// What is never stored but always folded from the journal, so that it can neither leak nor be counted twice (D6).
extension FleetStore {
  /// Rollouts that did not come to their end, newest first, with their hosts' states.
  /// Throws `corrupt` where the journal tells something that cannot have happened.
  package func openRollouts() throws(StoreError) -> [OpenRollout] {
    try read { try openRollouts($0) }
  }

  /// The rollout that still has work on a host, by host. `begunOnly`: only where that work was begun; this is what an
  /// emergency has to respect (decision 0016).
  package func hostsInOpenRollouts(
    begunOnly: Bool = false, except: String? = nil
  ) throws(StoreError) -> [HostID: String] {
    var hosts: [HostID: String] = [:]
    for rollout in try read({ try openRollouts($0, except: except) }) {
      let theirs = begunOnly && rollout.plan.options.emergency == nil ? rollout.begunHosts : rollout.openHosts
      for host in theirs where hosts[host] == nil { hosts[host] = rollout.record.id }
    }
    return hosts
  }

  /// Hosts whose quarantine nobody has lifted. Only a release lifts one; where a host has several, the newest is told.
  package func quarantines() throws(StoreError) -> [HostID: Quarantine] {
    try read { try quarantines($0) }
  }

  /// Hosts that are out of service through us: between cordon and uncordon, or quarantined.
  package func slotHolders() throws(StoreError) -> Set<HostID> {
    try read { db in
      var holders = Set(try quarantines(db).keys)
      for rollout in try openRollouts(db) { holders.formUnion(rollout.slotHolders) }
      return holders
    }
  }

  // MARK: Folding

  /// The journal only grows, so each call folds what is new since the one before.
  func openRollouts(_ db: Database, except: String? = nil) throws -> [OpenRollout] {
    try folds.withLock { folds in
      let records = try rollouts(db).filter(\.isUnfinished)
      folds.keep(records.map(\.id))
      return try records.filter { $0.id != except }.map { record in
        let plan = try folds.plan(of: record.id) ?? storedPlan(record.plan, of: record.id, db)
        let entries = try entries(of: record.id, after: folds.lastSeq(of: record.id), db)
        return OpenRollout(
          record: record, plan: plan, runs: try folds.runs(of: record.id, plan: plan, taking: entries))
      }
    }
  }

  /// What sets a quarantine or lifts one is rare: only then are they folded anew.
  func quarantines(_ db: Database) throws -> [HostID: Quarantine] {
    let newest = """
      SELECT max(seq) FROM journal WHERE \(Schema.markCondition) AND kind IN ('quarantined', 'released')
      """
    let seal = try Int64.fetchOne(try db.cachedStatement(sql: newest)) ?? 0
    if let known = recent.quarantines(seal: seal) { return known }
    let hosts = try foldedQuarantines(db)
    recent.keep(quarantines: hosts, seal: seal)
    return hosts
  }

  private func foldedQuarantines(_ db: Database) throws -> [HostID: Quarantine] {
    let sql = """
      SELECT rollout, host, max(seq) AS newest, at FROM journal AS mark
      WHERE \(Schema.markCondition) AND kind = 'quarantined' AND rollout IS NOT NULL AND host IS NOT NULL
      AND NOT EXISTS (
        SELECT 1 FROM journal WHERE \(Schema.markCondition) AND kind = 'released'
        AND rollout = mark.rollout AND host = mark.host AND seq > mark.seq)
      GROUP BY rollout, host ORDER BY newest
      """
    var quarantines: [HostID: Quarantine] = [:]
    var plans: [String: Plan] = [:]
    for row in try Row.fetchAll(try db.cachedStatement(sql: sql)) {
      let rollout: String = row[0]
      let host = HostID(row[1] as String)
      if plans[rollout] == nil { plans[rollout] = try plan(ofRollout: rollout, seq: row[2], db) }
      guard let change = plans[rollout]?.changes.first(where: { $0.host == host }) else {
        throw StoreError.corrupt(seq: row[2], text: "the plan of rollout \(rollout) has no change of \(host)")
      }
      let run = try Self.fold(
        change, try entries(db, "WHERE rollout = ? AND host = ? ORDER BY seq", [rollout, host.rawValue]))
      guard case .quarantined(let step, let failure) = run.state else {
        throw StoreError.corrupt(seq: row[2], text: "\(host) is quarantined by its journal and not by its run")
      }
      quarantines[host] = Quarantine(
        host: host, rollout: rollout, since: Instant(milliseconds: row[3]), step: step, failure: failure)
    }
    return quarantines
  }

  private static func fold(_ change: HostChange, _ entries: [JournalEntry]) throws(StoreError) -> HostRun {
    var run = HostRun(steps: change.steps)
    for entry in entries {
      guard case .run(let event) = entry.event else { continue }
      do throws(HostRun.IllegalEvent) {
        try run.apply(event)
      } catch {
        throw .corrupt(seq: entry.seq, text: "event \(event.kind) of \(change.host) cannot follow \(error.state)")
      }
    }
    return run
  }

  private func plan(ofRollout rollout: String, seq: Int64, _ db: Database) throws -> Plan {
    let id = try String.fetchOne(db, sql: "SELECT plan FROM rollouts WHERE id = ?", arguments: [rollout])
    guard let id else { throw StoreError.corrupt(seq: seq, text: "it belongs to rollout \(rollout), which is unknown") }
    return try storedPlan(id, of: rollout, db)
  }

  private func storedPlan(_ id: String, of rollout: String, _ db: Database) throws -> Plan {
    guard let plan = try fetchPlan(id, db)?.plan else {
      throw StoreError.corruptRecord(table: "rollouts", id: rollout, text: "its plan \(id) is gone")
    }
    return plan
  }
}
