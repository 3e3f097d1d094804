/// What a server's memory is encrypted with.
package enum EncryptionModel: String, Hashable, Sendable, Codable, CaseIterable {
  case none
  case sev
  case sevES = "sev-es"
  case sevSNP = "sev-snp"
  /// Unreadable is blocked, never taken for `none` (RULES D1).
  case unknown

  package var isConfidential: Bool {
    switch self {
    case .none: false
    case .sev, .sevES, .sevSNP, .unknown: true
    }
  }
}

/// One qemu process as seen on the host.
package struct GuestProcess: Hashable, Sendable, Codable {
  package var pid: Int
  /// Value of `-uuid`: Nova's server id.
  package var uuid: String?
  /// Value of `-name guest=`.
  package var name: String?
  package var model: EncryptionModel

  package init(pid: Int, uuid: String?, name: String?, model: EncryptionModel) {
    self.pid = pid
    self.uuid = uuid
    self.name = name
    self.model = model
  }
}

/// Every witness of VMs on a host. Read as root; a witness that could not be asked is `nil`, not zero (RULES E).
package struct VirtualMachines: Hashable, Sendable, Codable {
  package var guests: [GuestProcess]
  package var qemuProcesses: Int?
  /// References on `kvm_amd`; 0 where it is not loaded, `nil` where it is built in and does not tell.
  package var kvmReferences: Int?
  /// Running or paused domains that libvirt names; `nil` where there is no libvirt or it did not answer.
  package var libvirt: Int?
  /// SNP guests that the firmware counts.
  package var snpGuests: Int?
  /// Whether libvirt is installed: then its answer is owed.
  package var libvirtInstalled: Bool

  package init(
    guests: [GuestProcess] = [], qemuProcesses: Int? = nil, kvmReferences: Int? = nil, libvirt: Int? = nil,
    snpGuests: Int? = nil, libvirtInstalled: Bool = false
  ) {
    self.guests = guests
    self.qemuProcesses = qemuProcesses
    self.kvmReferences = kvmReferences
    self.libvirt = libvirt
    self.snpGuests = snpGuests
    self.libvirtInstalled = libvirtInstalled
  }

  /// Encryption by server id, as the qemu processes show it.
  package var modelsByServer: [String: EncryptionModel] {
    var models: [String: EncryptionModel] = [:]
    for guest in guests { if let uuid = guest.uuid { models[uuid] = guest.model } }
    return models
  }

  /// How many run: the largest witness; `nil` where an owed witness is missing.
  package var running: Int? {
    guard let qemuProcesses else { return nil }
    if libvirtInstalled, libvirt == nil { return nil }
    // A list of processes alone is one witness: kvm or libvirt must say the same (built into the kernel, kvm_amd counts
    // nothing that could be read).
    if kvmReferences == nil, libvirt == nil { return nil }
    return max(qemuProcesses, kvmReferences ?? 0, libvirt ?? 0, snpGuests ?? 0)
  }

  /// Why the host is not proved empty by its own witnesses; `nil`: it is.
  package var notEmpty: String? {
    guard let running else { return "the host's own witnesses of VMs are incomplete, and unknown is not empty" }
    if running == 0 { return nil }
    let parts: [(String, Int?)] = [
      ("qemu processes", qemuProcesses), ("references on kvm_amd", kvmReferences), ("libvirt domains", libvirt),
      ("SNP guests", snpGuests),
    ]
    let seen = parts.compactMap { name, count in count.flatMap { $0 > 0 ? "\(name) \($0)" : nil } }
    return "VMs still run on the host: " + seen.joined(separator: ", ")
  }
}
