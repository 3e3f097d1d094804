package import FleetCore

/// The SSH settings that one place of the inventory states; `nil` is not said here.
package struct SSHPatch: Hashable, Sendable, Codable {
  package var user: String?
  package var port: Int?
  package var identity: String?
  package var knownHosts: String?
  package var become: SSHSettings.Become?
  package var jump: Jump?

  /// A hop in between, or the word that there is none.
  package enum Jump: Hashable, Sendable, Codable {
    case none
    case through(String)
  }

  package init() {}

  /// What turns `base` into `wanted`.
  package init(from base: SSHSettings, to wanted: SSHSettings) {
    if wanted.user != base.user { user = wanted.user }
    if wanted.port != base.port { port = wanted.port }
    if wanted.identity != base.identity { identity = wanted.identity }
    if wanted.knownHosts != base.knownHosts { knownHosts = wanted.knownHosts }
    if wanted.become != base.become { become = wanted.become }
    if wanted.jump != base.jump { jump = wanted.jump.map(Jump.through) ?? Jump.none }
  }

  package var isEmpty: Bool { self == SSHPatch() }

  package func applied(to base: SSHSettings) -> SSHSettings {
    var settings = base
    if let user { settings.user = user }
    if let port { settings.port = port }
    if let identity { settings.identity = identity }
    if let knownHosts { settings.knownHosts = knownHosts }
    if let become { settings.become = become }
    switch jump {
    case nil: break
    case Jump.none?: settings.jump = nil
    case .through(let hop)?: settings.jump = hop
    }
    return settings
  }
}
