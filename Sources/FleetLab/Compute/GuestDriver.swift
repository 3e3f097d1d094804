/// One virtual machine as the hypervisor of a lab host sees it.
package struct LabGuest: Hashable, Sendable {
  /// Memory encryption of a guest; the words are the lab's own.
  package enum Model: String, Hashable, Sendable, Codable, CaseIterable {
    case none, sev, sevES, sevSNP
  }

  /// Nova's UUID of the server; the same on every host it moves to.
  package let id: String
  /// Name the owner gave.
  package let name: String
  /// libvirt's domain name, such as `instance-0000001a`.
  package let instanceName: String
  package let model: Model

  package init(id: String, name: String, instanceName: String, model: Model) {
    self.id = id
    self.name = name
    self.instanceName = instanceName
    self.model = model
  }
}

/// What the compute API moves about: stand-ins for qemu processes on the lab's hosts.
///
/// A guest exists on a host from `start` to `stop`. During a live migration it exists on both hosts, as with qemu.
/// Calls for one guest come one after another; calls for different guests may come at the same time.
package protocol GuestDriver: Sendable {
  /// Starts the guest's process. Throwing makes Nova refuse the move, or put the server into ERROR.
  func start(_ guest: LabGuest, on host: String) async throws
  /// Ends the guest's process; a guest that is not there is no error.
  func stop(_ id: String, on host: String) async
  /// Stops the guest's CPUs; the process stays.
  func pause(_ id: String, on host: String) async
  /// Undoes `pause`.
  func resume(_ id: String, on host: String) async
}

/// For tests of the API alone: guests without processes.
package struct NoGuests: GuestDriver {
  package init() {}
  package func start(_ guest: LabGuest, on host: String) async throws {}
  package func stop(_ id: String, on host: String) async {}
  package func pause(_ id: String, on host: String) async {}
  package func resume(_ id: String, on host: String) async {}
}
