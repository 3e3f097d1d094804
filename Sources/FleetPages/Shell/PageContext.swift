package import FleetCore

/// What somebody who looks at a page may do beyond looking.
package enum PageAbility: String, CaseIterable, Hashable, Sendable { case approve, pause, resume, halt, release }

/// Who looks at a page.
package struct PageViewer: Hashable, Sendable {
  /// The name of the token.
  package var name: String
  package var role: String
  package var abilities: Set<PageAbility>
  /// Goes back with every form, so that no other site can send one in this person's name.
  package var formToken: String

  package init(name: String, role: String, abilities: Set<PageAbility>, formToken: String) {
    self.name = name
    self.role = role
    self.abilities = abilities
    self.formToken = formToken
  }
}

/// What every page is made with.
package struct PageContext: Hashable, Sendable {
  /// When the page is made; ages on it count to here.
  package var now: Instant
  /// `nil`: nobody has signed in.
  package var viewer: PageViewer?

  package init(now: Instant, viewer: PageViewer?) {
    self.now = now
    self.viewer = viewer
  }

  func may(_ ability: PageAbility) -> Bool { viewer?.abilities.contains(ability) ?? false }
}
