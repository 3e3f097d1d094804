/// The encryption model of a simulated virtual machine.
package enum LabGuestModel: String, Sendable, Codable, CaseIterable {
  case none
  case sev
  case sevES = "sev-es"
  case sevSNP = "sev-snp"
}

/// What the lab's compute API asks of the lab's hosts.
///
/// Hosts are named as in `LabHostSpec.name`; virtual machines by the lower-case UUID that Nova gives the server.
package protocol LabGuests: Sendable {
  /// Starts a QEMU stand-in on the host.
  /// - Throws: `LabError` of kind `unknownHost`, `hostDown`, `guestExists` or `guestRefused` (the host cannot run
  ///   this model any more; the text is what QEMU would have said).
  func startGuest(
    host: String, uuid: String, name: String, model: LabGuestModel, instanceName: String
  ) async throws

  /// Ends the virtual machine. Ending one that does not run is no error.
  func stopGuest(host: String, uuid: String) async throws

  /// Stops or continues the virtual machine's processors; its process stays.
  func setPaused(_ paused: Bool, host: String, uuid: String) async throws

  /// Whether the virtual machine's process runs on the host now.
  func isRunning(host: String, uuid: String) async -> Bool

  /// Whether nova-compute runs on the host now (its heartbeat follows this).
  func isComputeServiceUp(host: String) async -> Bool
}
