import FleetCore

/// Which unit or container runs nova-compute (RULES E1).
enum ComputeUnitText {
  /// Blocks of `systemctl show`: a loaded unit that is active goes before one that is only loaded.
  static func unit(_ lines: [String]) -> ComputeUnit? {
    var blocks: [[Substring: Substring]] = [[:]]
    for line in lines {
      if line.isEmpty {
        blocks.append([:])
      } else if let (key, value) = line.cut("=") {
        if key == "Id", blocks[blocks.count - 1]["Id"] != nil { blocks.append([:]) }
        blocks[blocks.count - 1][key] = value
      }
    }
    let loaded = blocks.filter { $0["LoadState"] == "loaded" }
    let chosen = loaded.first { $0["ActiveState"] == "active" } ?? loaded.first
    return chosen?["Id"].map { .systemd(unit: String($0)) }
  }

  /// `docker inspect` prints `true` or `false` for a container that exists.
  static func container(_ lines: [String]?) -> Bool {
    lines?.contains { $0 == "true" || $0 == "false" } ?? false
  }
}
