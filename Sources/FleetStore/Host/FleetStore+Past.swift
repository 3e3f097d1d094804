package import FleetCore
import GRDB

/// One look of the past.
package struct PastLook: Hashable, Sendable {
  package var at: Instant
  /// Whether it told something else than the look before it.
  package var isNews: Bool
  /// What it saw; where it is no news, what the look before it saw.
  package var result: Result<Observation, ProbeFailure>

  package init(at: Instant, isNews: Bool, result: Result<Observation, ProbeFailure>) {
    self.at = at
    self.isNews = isNews
    self.result = result
  }
}

extension FleetStore {
  /// The looks at a host that are kept, oldest first: those from `from` to `to`, and the one before, which tells how the
  /// host stood when the time began. Only what was news is decoded.
  package func pastLooks(host: HostID, from: Instant, to: Instant) throws(StoreError) -> [PastLook] {
    try read { db in
      let sql = """
        SELECT id, at, changed FROM observations WHERE host = ?1 AND at <= ?3
        AND (at >= ?2 OR id = (SELECT max(id) FROM observations WHERE host = ?1 AND at < ?2)) ORDER BY id
        """
      let rows = try Row.fetchAll(
        db.cachedStatement(sql: sql), arguments: [host.rawValue, from.milliseconds, to.milliseconds])
      var looks: [PastLook] = []
      // Before the oldest change that is kept, a look may tell something else than the one before it here.
      var isAfterChange = false
      for row in rows {
        let (id, at, changed): (Int64, Int64, Int) = (row[0], row[1], row[2])
        isAfterChange = isAfterChange || changed == 1
        if changed == 0, isAfterChange, let last = looks.last {
          looks.append(PastLook(at: Instant(milliseconds: at), isNews: false, result: last.result))
        } else if let look = try observations(db, "WHERE id = ?", [id]).first {
          looks.append(PastLook(at: look.at, isNews: true, result: look.result))
        }
      }
      return looks
    }
  }

  /// For every host the look that saw something before the newest that did, as of `at`: what drift is measured from.
  package func seenBefore(at: Instant? = nil) throws(StoreError) -> [HostID: Observation] {
    let time = at.map { "AND at <= \($0.milliseconds)" } ?? ""
    let sql = """
      \(Self.everyHost),
      newest (host, id) AS (
        SELECT host, (SELECT id FROM observations AS look WHERE look.host = hosts.host AND seen = 1 \(time)
          ORDER BY id DESC LIMIT 1) FROM hosts WHERE host IS NOT NULL)
      SELECT look.id, look.changed, (SELECT before.id FROM observations AS before
        WHERE before.host = newest.host AND before.seen = 1 AND before.id < newest.id ORDER BY before.id DESC LIMIT 1)
      FROM newest JOIN observations AS look ON look.id = newest.id
      """
    return try read { db in
      var found: [HostID: Observation] = [:]
      for row in try Row.fetchAll(db, sql: sql) {
        guard let before: Int64 = row[2] else { continue }
        let (id, changed): (Int64, Int) = (row[0], row[1])
        // What is no news told the same as the look before it, and the newest one is decoded already.
        let source = changed == 1 ? before : id
        guard let look = try observations(db, "WHERE id = ?", [source]).first, var seen = look.observation else {
          continue
        }
        if changed == 0,
          let at = try Int64.fetchOne(db, sql: "SELECT at FROM observations WHERE id = ?", arguments: [before])
        {
          seen.observedAt = Instant(milliseconds: at)
        }
        found[look.host] = seen
      }
      return found
    }
  }
}
