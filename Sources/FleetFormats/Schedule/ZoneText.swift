package import FleetCore
import Foundation

/// Time zones by their IANA names, as the system's tables have them.
package enum ZoneText {
  /// Years that are looked through for changes: no plan is older, and no table knows the rules of what is later.
  private static let span = (from: 1_577_836_800, to: 2_840_140_800)
  /// Step of the search. Changes of one zone lie more than a month apart.
  private static let week = 7 * 86_400

  /// The rules of a zone; `nil`: the system knows none of that name. Abbreviations and offsets are no names: what `EST`
  /// means depends on who reads it.
  package static func rules(_ name: String) -> ZoneRules? {
    if name == ZoneRules.utc.name { return .utc }
    // Foundation takes a name to end at its first NUL, so it is compared with the whole list and not asked.
    guard TimeZone.knownTimeZoneIdentifiers.contains(name), let zone = TimeZone(identifier: name) else { return nil }
    func offset(_ time: Int) -> Int { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time))) }
    var rules = ZoneRules(name: name, firstOffset: offset(span.from))
    var last = rules.firstOffset
    for start in stride(from: span.from, to: span.to, by: week) {
      let end = start + week
      let after = offset(end)
      guard after != last else { continue }
      var (low, high) = (start, end)
      while high - low > 1 {
        let middle = (low + high) / 2
        if offset(middle) == last { low = middle } else { high = middle }
      }
      rules.transitions.append(.init(from: Instant(milliseconds: Int64(high) * 1000), offset: after))
      last = after
    }
    return rules
  }
}
