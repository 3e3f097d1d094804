/// What a call needs of Nova. Everything the client always needs is in `baseline`.
package enum ComputeFeature: String, Sendable, Hashable, CaseIterable {
  /// Services and hypervisors by UUID; embedded flavors with extra specs (2.47), `block_migration: auto` (2.25) and
  /// abort (2.24) come before it. Older Novas are refused.
  case baseline
  /// Cold migration to a named host.
  case coldMigrationTarget
  /// Migration records with UUIDs, in pages.
  case migrationPages
  /// Extra specs in the list of flavors.
  case flavorExtraSpecs
  /// One policy per server group, and its rules.
  case serverGroupPolicy
  /// Aborting live migrations that are queued.
  case abortQueued
  /// Image properties in servers.
  case imageProperties

  /// The microversion that brought it.
  package var since: Microversion {
    switch self {
    case .baseline: Microversion(2, 53)
    case .coldMigrationTarget: Microversion(2, 56)
    case .migrationPages: Microversion(2, 59)
    case .flavorExtraSpecs: Microversion(2, 61)
    case .serverGroupPolicy: Microversion(2, 64)
    case .abortQueued: Microversion(2, 65)
    case .imageProperties: Microversion(2, 98)
    }
  }

  /// The newest microversion that this client is written for and tested with.
  package static let newest = ComputeFeature.imageProperties.since
}
