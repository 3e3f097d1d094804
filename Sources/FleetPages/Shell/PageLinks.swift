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

  package static func host(_ host: String) -> Link { .path("hosts", host) }
  package static func rollout(_ id: String) -> Link { .path("rollouts", id) }
  /// A form is sent here with `csrf` and, where a reason is asked for, `reason`.
  package static func act(_ ability: PageAbility, rollout id: String) -> Link {
    .path("rollouts", id, ability.rawValue)
  }
  /// A form is sent here with `csrf` and `reason`.
  package static func release(host: String) -> Link { .path("hosts", host, "release") }
}
