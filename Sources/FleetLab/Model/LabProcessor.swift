/// The processor of a simulated host.
package struct LabProcessor: Sendable, Hashable, Codable {
  package var family: Int
  package var model: Int
  package var stepping: Int
  /// Patch level as `/proc/cpuinfo` prints it; its low byte is the TCB's `microcode`.
  package var microcode: UInt32
  package var name: String

  package init(family: Int, model: Int, stepping: Int, microcode: UInt32, name: String) {
    self.family = family
    self.model = model
    self.stepping = stepping
    self.microcode = microcode
    self.name = name
  }

  /// SEV-SNP exists from family 19h on.
  package var supportsSNP: Bool { family >= 0x19 }
  /// The TCB has an FMC field from family 1Ah on.
  package var hasFMC: Bool { family >= 0x1a }
  /// The security patch level from which SEV-ES is refused while SNP is on.
  package var sevESRefusedFrom: UInt8? {
    switch family {
    case 0x19: 27
    case 0x1a: 4
    default: nil
    }
  }

  /// The key of its images in a catalog, such as `fam19h_model0xh`.
  package var familyKey: String { "fam\(Text.hex(family, width: 2))h_model\(Text.hex(model >> 4))xh" }
  /// The image's usual name, such as `amd_sev_fam19h_model0xh.sbin`.
  package var firmwareFile: String { "amd_sev_\(familyKey).sbin" }
  /// The name that the kernel tries first.
  package var exactFirmwareFile: String {
    "amd_sev_fam\(Text.hex(family, width: 2))h_model\(Text.hex(model, width: 2))h.sbin"
  }

  package static let naples = LabProcessor(
    family: 0x17, model: 1, stepping: 2, microcode: 0x0800_126c, name: "AMD EPYC 7401P 24-Core Processor")
  package static let rome = LabProcessor(
    family: 0x17, model: 0x31, stepping: 0, microcode: 0x0830_107b, name: "AMD EPYC 7702 64-Core Processor")
  package static let milan = LabProcessor(
    family: 0x19, model: 1, stepping: 1, microcode: 0x0a00_11db, name: "AMD EPYC 7763 64-Core Processor")
  package static let genoa = LabProcessor(
    family: 0x19, model: 0x11, stepping: 1, microcode: 0x0a10_1154, name: "AMD EPYC 9654 96-Core Processor")
  package static let turin = LabProcessor(
    family: 0x1a, model: 2, stepping: 1, microcode: 0x0b00_2151, name: "AMD EPYC 9755 128-Core Processor")
}

/// A kernel in a host's `/boot`.
package struct LabKernel: Sendable, Hashable, Codable {
  /// How the kernel reports SEV in its log.
  package enum LogStyle: String, Sendable, Codable, CaseIterable {
    /// Debian 12's 6.1: `firmware:` lines, `SEV firmware update successful`, one API line.
    case debian12
    /// 6.11 and newer: `SEV firmware updated from A to B`, both API lines.
    case mainline
    /// About 6.16 and newer: as mainline, but everything is logged when `kvm_amd` loads.
    case recent
  }

  package var release: String
  package var style: LogStyle
  /// Suffixes of compressed firmware that it loads: `xz`, `zst`.
  package var compression: [String]

  package init(_ release: String, style: LogStyle, compression: [String] = ["xz"]) {
    self.release = release
    self.style = style
    self.compression = compression
  }

  package static let bookworm = LabKernel("6.1.0-25-amd64", style: .debian12)
  package static let backport = LabKernel("6.12.9+bpo-amd64", style: .mainline, compression: ["zst", "xz"])
  package static let recent = LabKernel("6.16.3+deb13-amd64", style: .recent, compression: ["zst", "xz"])
}
