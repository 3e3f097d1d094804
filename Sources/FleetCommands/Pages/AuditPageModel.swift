import FleetCore
import FleetPages
import FleetServer
import FleetStore
import Synchronization

/// The audit log as its page shows it: what was done, the newest first.
enum AuditPageModel {
  /// Lines on one page.
  private static let rows = 100
  /// Entries read for one page at most; where a filter finds less in them, the next page goes on behind them.
  private static let span: Int64 = 20_000
  /// Entries read at first: enough for a page of an ordinary journal. Each further read takes twice as many, since a
  /// filter that finds little in them finds little in the next ones too.
  private static let firstRead: Int64 = 500

  static func make(_ store: FleetStore, _ chain: ChainWatch, _ call: Call) throws -> AuditPage.Model {
    let filter = AuditPage.Filter(
      by: call.queryText("by") ?? "", host: call.queryText("host") ?? "", rollout: call.queryText("rollout") ?? "")
    let last = try store.lastSeq()
    let before = min(call.queryText("before").flatMap { Int64($0) } ?? last + 1, last + 1)
    let wanted = AuditFilter(
      by: filter.by.isEmpty ? nil : filter.by, host: filter.host.isEmpty ? nil : HostID(filter.host),
      rollout: filter.rollout.isEmpty ? nil : filter.rollout)
    let (found, older) = try read(store, before: before, wanted)
    let audit = try chain.look(store)
    return AuditPage.Model(
      entries: found.map(entry), filter: filter, count: audit.entries, head: audit.entries == 0 ? nil : audit.head,
      chain: audit.fault.map { .broken("entry \($0.seq): \($0.text)") } ?? .whole, older: older)
  }

  private static func entry(_ row: AuditRow) -> AuditPage.Entry {
    AuditPage.Entry(
      seq: row.seq, at: row.at, kind: row.what.rawValue, who: row.by, host: row.host?.rawValue, rollout: row.rollout,
      text: ([row.what.words + " " + row.subject] + [row.why].compactMap { $0 }).joined(separator: ": "))
  }

  /// Pages are read from the end on; within one, from its first entry, since who began a rollout acts in it.
  private static func read(
    _ store: FleetStore, before: Int64, _ wanted: AuditFilter
  ) throws -> (rows: [AuditRow], older: Int64?) {
    var found: [AuditRow] = []
    var end = before
    var read = firstRead
    let floor = max(0, before - 1 - span)
    while end > floor + 1, found.count < rows {
      let start = max(floor, end - 1 - read)
      read = min(read * 2, Int64(FleetStore.maxPage))
      let entries = try store.entries(after: start, limit: Int(end - 1 - start))
      var log = AuditLog()
      for rollout in Set(entries.compactMap(\.rollout)) {
        for entry in try store.startEntries(rollout: rollout) where entry.seq <= start { _ = log.row(of: entry) }
      }
      let page = entries.compactMap { log.row(of: $0) }.filter { wanted.holds($0) }
      found += page.reversed()
      end = start + 1
    }
    let shown = Array(found.prefix(rows))
    if found.count > rows, let last = shown.last { return (shown, last.seq) }
    return (shown, end > 1 ? end : nil)
  }
}

/// Whether the journal is as it was written, checked as a whole at first and now and then, in between from where the last
/// check ended.
final class ChainWatch: Sendable {
  /// Between two checks of the whole journal: a million entries take seconds.
  private static let wholeEvery = Duration.seconds(15 * 60)

  private let last = Mutex<(audit: JournalAudit, checkedAt: ContinuousClock.Instant)?>(nil)

  func look(_ store: FleetStore) throws -> JournalAudit {
    let now = ContinuousClock.now
    let known = last.withLock { $0 }
    let isRecent = known.map { now - $0.checkedAt < Self.wholeEvery } ?? false
    let start = isRecent ? known?.audit : nil
    let audit = try store.auditJournal(continuing: start)
    let checkedAt = start == nil ? now : known?.checkedAt ?? now
    last.withLock { $0 = (audit, checkedAt) }
    return audit
  }
}
