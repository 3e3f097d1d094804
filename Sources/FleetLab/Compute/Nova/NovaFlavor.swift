/// A size of server.
struct NovaFlavor: Sendable {
  let id: String
  /// Nova's row number, shown in migration records.
  let number: Int
  let name: String
  let vcpus: Int
  let memoryMB: Int
  let diskGB: Int
  let extraSpecs: [String: String]
}

/// An image of Glance.
struct GlanceImage: Sendable {
  let id: String
  let name: String
  let properties: [String: String]

  /// Images that exist from the start; the ids are those of the test bed with the real Nova.
  static let plain = GlanceImage(
    id: "0a000000-0000-4000-8000-000000000001", name: "lab-plain", properties: ["hw_architecture": "x86_64"])
  /// SEV guests need UEFI firmware and the q35 machine type.
  static let uefi = GlanceImage(
    id: "0a000000-0000-4000-8000-000000000002", name: "lab-uefi",
    properties: ["hw_architecture": "x86_64", "hw_firmware_type": "uefi", "hw_machine_type": "q35"])
  /// SEV-SNP wants firmware that keeps no state besides.
  static let stateless = GlanceImage(
    id: "0a000000-0000-4000-8000-000000000003", name: "lab-uefi-stateless",
    properties: [
      "hw_architecture": "x86_64", "hw_firmware_type": "uefi", "hw_firmware_stateless": "True",
      "hw_machine_type": "q35",
    ])
}

extension LabGuest.Model {
  /// The model that flavor and image ask for together; either of them alone is enough.
  init(extraSpecs: [String: String], imageProperties: [String: String]) {
    let asked = [extraSpecs["hw:mem_encryption"], imageProperties["hw_mem_encryption"]]
    guard asked.contains(where: { $0.map(Self.isTrue) ?? false }) else {
      self = .none
      return
    }
    switch extraSpecs["hw:mem_encryption_model"] ?? imageProperties["hw_mem_encryption_model"] {
    case "amd-sev-es": self = .sevES
    case "amd-sev-snp": self = .sevSNP
    case nil, .some: self = .sev
    }
  }

  private static func isTrue(_ text: String) -> Bool {
    ["1", "t", "true", "on", "y", "yes"].contains(text.lowercased())
  }

  /// Suffix of the resource provider's name, and the trait; nil for no encryption.
  var provider: (suffix: String, trait: String)? {
    switch self {
    case .none: nil
    case .sev: ("_amd_sev", "HW_CPU_X86_AMD_SEV")
    case .sevES: ("_amd_sev_es", "HW_CPU_X86_AMD_SEV_ES")
    case .sevSNP: ("_amd_sev_snp", "HW_CPU_X86_AMD_SEV_SNP")
    }
  }
}
