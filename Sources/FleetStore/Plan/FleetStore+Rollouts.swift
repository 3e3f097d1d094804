package import FleetCore
import GRDB

extension FleetStore {
  /// Fewest characters of a rollout's id that a person must give.
  package static let minimumRolloutCharacters = 4
  private static let rolloutIDs = Abbreviation(
    subject: .rollout, table: "rollouts", minimum: minimumRolloutCharacters)

  /// Begins a rollout of a stored plan and, in the same transaction, writes its first journal entries.
  /// Throws `immutable` where the id is taken, `notFound` where the plan is not stored.
  @discardableResult
  package func createRollout(
    id: String, plan: String, at: Instant, events: [JournalEvent] = []
  ) throws(StoreError) -> [JournalEntry] {
    try write { db in
      try checkFence(db)
      guard try fetchPlan(plan, db) != nil else { throw StoreError.notFound(.plan, given: plan) }
      let taken = try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM rollouts WHERE id = ?)", arguments: [id])
      if taken == true { throw StoreError.immutable(.rollout, id: id) }
      try db.execute(
        sql: "INSERT INTO rollouts (id, plan, at) VALUES (?, ?, ?)", arguments: [id, plan, at.milliseconds])
      var tail = try JournalTail(db)
      return try events.map { try append($0, rollout: id, host: nil, at: at, tail: &tail, db) }
    }
  }

  /// Every rollout, newest first.
  package func rollouts() throws(StoreError) -> [RolloutRecord] {
    try read { try rollouts($0) }
  }

  /// The rollout that a person means: its whole id, or enough of its beginning.
  /// Throws `notFound`, `ambiguous`, `tooShort`.
  package func rollout(id: String) throws(StoreError) -> RolloutRecord {
    try read { db in
      let whole = try Self.rolloutIDs.resolve(id, db)
      guard let record = try rollouts(db, only: whole).first else {
        throw StoreError.notFound(.rollout, given: id)
      }
      return record
    }
  }

  /// Rollouts that did not come to their end: running, cut off, paused or halted; newest first.
  package func unfinishedRollouts() throws(StoreError) -> [RolloutRecord] {
    try rollouts().filter(\.isUnfinished)
  }

  /// `only`: the id of one rollout; `nil`: all of them.
  func rollouts(_ db: Database, only: String? = nil) throws -> [RolloutRecord] {
    let states = try rolloutStates(db, only)
    let waiting = try waitingRollouts(db, only)
    let condition = only == nil ? "" : "WHERE id = ?"
    let select = try db.cachedStatement(sql: "SELECT id, plan, at FROM rollouts \(condition) ORDER BY rowid DESC")
    let rows = try Row.fetchAll(select, arguments: Self.arguments(only))
    return rows.map { row in
      let id: String = row[0]
      let isWaiting = waiting.contains(id)
      let state = states[id] ?? .running
      // Whoever left it to the running controller again: nobody works on it before it begins.
      return RolloutRecord(
        id: id, plan: row[1], createdAt: Instant(milliseconds: row[2]),
        state: isWaiting && state == .running ? .paused : state, isWaiting: isWaiting)
    }
  }

  private static func arguments(_ only: String?) -> StatementArguments { only.map { [$0] } ?? [] }

  /// Rows of one rollout, or of any.
  private static func of(_ only: String?) -> String { only == nil ? "rollout IS NOT NULL" : "rollout = ?" }

  /// The state that the newest of a rollout's own events left it in.
  private func rolloutStates(_ db: Database, _ only: String?) throws -> [String: RolloutReport.State] {
    let newest = """
      SELECT max(seq) FROM journal WHERE \(Schema.markCondition)
      AND kind IN ('rolloutStarted', 'rolloutPaused', 'rolloutResumed', 'rolloutHalted', 'rolloutFinished',
        'rolloutScheduled', 'rolloutLeft')
      AND \(Self.of(only)) GROUP BY rollout
      """
    var states: [String: RolloutReport.State] = [:]
    for entry in try entries(db, "WHERE seq IN (\(newest))", Self.arguments(only)) {
      guard let rollout = entry.rollout else { continue }
      states[rollout] = entry.event.rolloutState
    }
    return states
  }

  /// Rollouts that a schedule planned, or that wait for people, and whose work was never begun.
  private func waitingRollouts(_ db: Database, _ only: String?) throws -> Set<String> {
    let sql = """
      SELECT rollout FROM journal AS booked WHERE \(Schema.markCondition)
      AND (kind = 'rolloutScheduled'
        OR kind = 'rolloutLeft' AND json_extract(body, '$.rolloutLeft.approvals') IS NOT NULL)
      AND \(Self.of(only)) AND NOT EXISTS (
        SELECT 1 FROM journal WHERE \(Schema.markCondition) AND kind = 'rolloutStarted' AND rollout = booked.rollout)
      """
    return Set(try String.fetchAll(try db.cachedStatement(sql: sql), arguments: Self.arguments(only)))
  }
}

extension JournalEvent {
  /// The state in which this event leaves its rollout; `nil`: it does not change it.
  var rolloutState: RolloutReport.State? {
    switch self {
    case .rolloutStarted, .rolloutResumed, .rolloutLeft(_, nil): .running
    case .rolloutPaused, .rolloutScheduled, .rolloutLeft(_, .some): .paused
    case .rolloutHalted: .halted
    case .rolloutFinished: .finished
    case .hostDispatched, .sevESLossAccepted, .run, .observed, .finding, .backupMade, .waveStarted, .soakStarted,
      .waveJudged, .combinationPaused, .rolloutApproved, .audited:
      nil
    }
  }
}
