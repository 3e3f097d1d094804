/// The controller of one state folder, as the hosts know it (decision 0017).
package struct ControllerIdentity: Hashable, Sendable {
  /// 32 lower-case hex digits, drawn once for each state folder.
  package let id: String
  /// The machine that it runs on, for people; no rule looks at it.
  package let hostName: String

  package init(id: String, hostName: String) {
    self.id = id
    self.hostName = hostName
  }

  /// Who holds a lease that a rollout of this controller takes.
  package func holder(rollout: String) -> LeaseHolder {
    LeaseHolder(controller: id, rollout: rollout, hostName: LeaseHolder.plain(hostName))
  }
}
