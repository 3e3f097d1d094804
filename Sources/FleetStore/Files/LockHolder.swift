package import FleetCore
import FleetFormats

/// Who holds the lock, as the holder wrote it down.
package struct LockHolder: Hashable, Sendable, Codable {
  package var pid: Int32
  package var startedAt: Instant
  /// What it was started to do, for example `sevfleet apply`; no secrets.
  package var command: String
  package var hostName: String

  package init(pid: Int32, startedAt: Instant, command: String, hostName: String) {
    self.pid = pid
    self.startedAt = startedAt
    self.command = command
    self.hostName = hostName
  }

  /// `sevfleet apply, process 812 on ctl1, since 2026-11-23T08:15:30.250Z`.
  package var text: String { "\(command), process \(pid) on \(hostName), since \(startedAt.rfc3339)" }
}
