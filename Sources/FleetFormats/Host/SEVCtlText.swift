import FleetCore

/// What `sevctl show version` prints: the whole version in decimal, `1.55.31`.
enum SEVCtlText {
  static func version(_ lines: [String]) -> FirmwareVersion? {
    let versions = lines.compactMap { FirmwareVersion(decimal: $0.trimmed) }
    return versions.count == 1 ? versions[0] : nil
  }
}
