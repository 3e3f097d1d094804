import FleetCore

/// `/proc/cpuinfo` of one processor: keys padded with tabs, family and model in decimal (FACTS 4).
enum CPUInfoText {
  struct CPUInfo: Hashable, Sendable {
    var cpu: CPUIdentity?
    /// Revision as the kernel prints it, for example `0xa0011d5`.
    var microcode: String?
  }

  static func parse(_ lines: [String]) -> CPUInfo {
    var fields: [Substring: Substring] = [:]
    for line in lines {
      guard let (key, value) = line.cut(":") else { continue }
      let name = key.trimmed
      if fields[name] == nil { fields[name] = value.trimmed }
    }
    var info = CPUInfo()
    // Zero-extended hex is not what this file has; a number out of range is no identity.
    if let family = fields["cpu family"]?.number, let model = fields["model"]?.number,
      let stepping = fields["stepping"]?.number, (0...0x1FF).contains(family), (0...0xFF).contains(model),
      (0...0xF).contains(stepping)
    {
      info.cpu = CPUIdentity(family: family, model: model, stepping: stepping)
    }
    if let microcode = fields["microcode"], microcode.hasPrefix("0x"), microcode.number != nil {
      info.microcode = String(microcode)
    }
    return info
  }
}
