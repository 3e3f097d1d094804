package import FleetCore
import FleetFormats

/// Where the pages are. The server routes exactly these.
package enum PageLinks {
  package static let fleet = Link.path("")
  package static let rollouts = Link.path("rollouts")
  package static let compliance = Link.path("compliance")
  package static let audit = Link.path("audit")
  package static let login = Link.path("login")
  package static let logout = Link.path("logout")
  package static let style = Link.path("assets", "sevfleet.css")
  package static let script = Link.path("assets", "sevfleet.js")
  package static let icon = Link.path("assets", "sevfleet.svg")
  /// Events of the journal as they are appended; `Last-Event-ID` says where to go on.
  package static let events = Link.path("v1", "events")

  package static func host(_ host: String) -> Link { .path("hosts", host) }
  package static func rollout(_ id: String) -> Link { .path("rollouts", id) }
  /// The whole report as a file. `at`: as it was then; `nil`: as of now.
  package static func report(_ format: CompliancePage.Format, at: Instant? = nil) -> Link {
    .path(
      "compliance", "report",
      query: [(name: "format", value: format.rawValue)] + (at.map { [(name: "at", value: $0.rfc3339)] } ?? []))
  }
  /// A form is sent here, to the API as programs use it, with `csrf`, `back` (the page to go on to) and what the form
  /// asks for: `reason`, `acceptRestarts`.
  package static func act(_ ability: PageAbility, rollout id: String) -> Link {
    .path("v1", "rollouts", id, ability.rawValue)
  }
  package static func release(host: String) -> Link { .path("v1", "hosts", host, "release") }
}
