import FleetCore
import FleetFormats

/// A schedule as a person checks it: when it opens next, in its own zone and in UTC.
enum ScheduleText {
  /// Openings shown: enough to see a weekend and a change of the clocks near by.
  static let shown = 3

  static func text(_ schedule: Schedule, now: Instant) -> String {
    let openings = schedule.window.openings(after: now, count: shown)
    let who = schedule.approvals == 0 ? "without approval" : "after \(schedule.approvals) approval(s)"
    let staged = schedule.stageAhead.map { ", staged \(DurationText.people($0)) ahead" } ?? ""
    guard !openings.isEmpty else {
      return "schedule \(schedule.name), \(who)\(staged): it does not open within two years"
    }
    let times = openings.map { opening in
      "\n  \(local(opening.opens, schedule.window.zone)) to \(local(opening.closes, schedule.window.zone))"
        + " (from \(opening.opens.rfc3339))"
    }
    return "schedule \(schedule.name), \(who)\(staged), opens next:" + times.joined()
  }

  /// `2026-12-01 22:00 +01:00`
  static func local(_ time: Instant, _ zone: ZoneRules) -> String {
    let offset = zone.offset(at: time)
    let shown = (time + .seconds(offset)).rfc3339
    let minutes = abs(offset) / 60
    func digits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(shown.prefix(10)) \(shown.dropFirst(11).prefix(5)) "
      + "\(offset < 0 ? "-" : "+")\(digits(minutes / 60)):\(digits(minutes % 60))"
  }
}

extension InventoryDocument {
  struct ScheduleRow: Encodable {
    struct OpeningRow: Encodable {
      var date: String
      var opens: Instant
      var closes: Instant
    }

    var name: String
    var zone: String
    var approvals: Int
    var openings: [OpeningRow]

    init(_ schedule: Schedule, now: Instant) {
      name = schedule.name
      zone = schedule.window.zone.name
      approvals = schedule.approvals
      openings = schedule.window.openings(after: now, count: ScheduleText.shown).map {
        OpeningRow(date: $0.date.description, opens: $0.opens, closes: $0.closes)
      }
    }
  }
}
