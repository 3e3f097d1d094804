package import FleetCore

/// What of ours lies on a host in root's folder.
package struct HostRemains: Hashable, Sendable {
  package var lease: HostLease?
  /// Names of staged images.
  package var staged: [String]
  /// Ids of backups.
  package var backups: [String]

  package init(lease: HostLease? = nil, staged: [String] = [], backups: [String] = []) {
    self.lease = lease
    self.staged = staged
    self.backups = backups
  }
}
