/// A token with what came with it.
package struct Session: Sendable {
  package let token: Secret
  /// When it is to be renewed, by this machine's own clock, so that the clocks need not agree.
  let renewAt: ContinuousClock.Instant
  package let userID: String?
  package let projectID: String?
  /// Names of the roles the token carries.
  package let roles: [String]
  let catalog: ServiceCatalog
  /// Tells two sessions apart even should Keystone hand out the same token twice.
  let serial: Int

  /// The address of a service, without a slash at its end.
  package func endpoint(_ type: ServiceType) throws(OpenStackError) -> String { try catalog.endpoint(type) }
}
