/// How a lab is set up.
package struct LabConfiguration: Sendable {
  package var hosts: [LabHostSpec]
  /// The login of every host.
  package var user = "sevops"
  /// Lines of the login's `authorized_keys`.
  package var authorizedKeys: String
  /// The file under `/etc/sudoers.d` of every host. Nil: the login may run everything.
  package var sudoers: String?
  package var port: UInt16 = 2222
  /// First two bytes of the addresses that the lab chooses; hosts get `.1.1`, `.1.2` and so on behind them.
  package var network = "127.77"
  /// How long a host is down during a reset.
  package var resetMilliseconds = 300
  /// Where other processes can steer the lab. Nil: nowhere.
  package var controlSocket: String?
  package var hooks = LabHooks()

  package init(hosts: [LabHostSpec], authorizedKeys: String) {
    self.hosts = hosts
    self.authorizedKeys = authorizedKeys
  }
}

/// What a lab tells its owner, for a compute API beside it.
package struct LabHooks: Sendable {
  /// nova-compute started or stopped on a host.
  package var computeServiceChanged: @Sendable (_ host: String, _ active: Bool) async -> Void = { _, _ in }
  /// A virtual machine ended without being asked to: its host was reset, or its process was killed.
  package var guestEnded: @Sendable (_ host: String, _ uuid: String) async -> Void = { _, _ in }
  /// A virtual machine appeared by a fault. Not called for ones that Nova must not know.
  package var guestAppeared: @Sendable (_ host: String, LabVirtualMachine) async -> Void = { _, _ in }
  /// A host went down (false) or came back (true).
  package var hostChanged: @Sendable (_ host: String, _ up: Bool) async -> Void = { _, _ in }

  package init() {}
}
