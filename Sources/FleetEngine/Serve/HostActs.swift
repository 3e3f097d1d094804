package import FleetCore

/// What `serve` does to one host because a person asks for it; `by` is who asks.
package struct HostActs: Sendable {
  /// Gives a quarantined or adopted host back; returns what became of it. Throws where it was not.
  package typealias Release = @Sendable (HostID, _ reason: String, _ by: String) async throws -> String
  /// Takes a host's lease over; returns the one that lay there. Throws where it was not seen to change hands.
  package typealias Adopt = @Sendable (HostID, _ reason: String, _ by: String) async throws -> HostLease

  package var release: Release
  package var adopt: Adopt

  package init(release: @escaping Release, adopt: @escaping Adopt) {
    self.release = release
    self.adopt = adopt
  }
}
