package import FleetCore
import FleetFormats

/// Values as the pages spell them.
package enum PageText {
  /// `2026-11-27 04:18:51`, in UTC as all times on the pages are.
  package static func time(_ instant: Instant) -> String {
    let text = instant.rfc3339
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
  }

  /// `2026-11-27`
  package static func day(_ instant: Instant) -> String { String(instant.rfc3339.prefix(10)) }

  /// `04:18:51`
  package static func clock(_ instant: Instant) -> String { String(instant.rfc3339.dropFirst(11).prefix(8)) }

  /// `3m 12s ago`; `just now` below a second and where clocks disagree.
  package static func age(_ instant: Instant, now: Instant) -> String {
    let age = now - instant
    return age < .seconds(1) ? "just now" : "\(DurationText.people(age)) ago"
  }

  package static func duration(_ duration: Duration) -> String { DurationText.people(duration) }

  /// `1 host`, `2,000 hosts`
  package static func count(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(grouped(count)) \(count == 1 ? one : many ?? one + "s")"
  }

  /// `2,000`
  package static func grouped(_ number: Int) -> String {
    let digits = String(abs(number))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return number < 0 ? "-" + text : text
  }

  /// A time for people with the exact one for programs.
  package static func html(_ instant: Instant, _ text: String? = nil) -> Html {
    Tag.time(.plain("datetime", instant.rfc3339), .tip("\(time(instant)) UTC")) { text ?? time(instant) }
  }

  /// The age of a time, with the time itself for programs; `never` where there is none.
  package static func html(age instant: Instant?, now: Instant) -> Html {
    guard let instant else { return Html(escaping: "never") }
    return html(instant, age(instant, now: now))
  }
}
