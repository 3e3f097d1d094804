import FleetCore
import FleetFormats

extension Instant {
  /// A time of the command line. Throws `CommandError` of kind `badTime`.
  init(option name: String, _ text: String) throws {
    guard let instant = Instant(rfc3339: text) else {
      throw CommandError(
        ExitStatus.usage, "badTime", "\(name) \(text) is no time", expected: "2026-11-23T02:00:00Z", found: text)
    }
    self = instant
  }
}
