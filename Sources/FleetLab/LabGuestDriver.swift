/// Lets the compute API move QEMU stand-ins about on the lab's hosts.
package struct LabGuestDriver: GuestDriver {
  private let guests: any LabGuests

  package init(_ guests: any LabGuests) { self.guests = guests }

  package func start(_ guest: LabGuest, on host: String) async throws {
    let model: LabGuestModel =
      switch guest.model {
      case .none: .none
      case .sev: .sev
      case .sevES: .sevES
      case .sevSNP: .sevSNP
      }
    try await guests.startGuest(
      host: host, uuid: guest.id, name: guest.name, model: model, instanceName: guest.instanceName)
  }

  /// A host that cannot end a guest is down, and the guest with it.
  package func stop(_ id: String, on host: String) async { try? await guests.stopGuest(host: host, uuid: id) }

  package func pause(_ id: String, on host: String) async {
    try? await guests.setPaused(true, host: host, uuid: id)
  }

  package func resume(_ id: String, on host: String) async {
    try? await guests.setPaused(false, host: host, uuid: id)
  }
}
