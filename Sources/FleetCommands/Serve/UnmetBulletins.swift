import FleetCore

/// Bulletins held against what hosts were seen to run, for a number in the metrics.
enum UnmetBulletins {
  /// For each bulletin the hosts that are known to be below one of its floors. What is unknown is not counted: it has
  /// its own number.
  static func count(_ observations: [Observation], _ facts: Facts) -> [String: Int] {
    var counts = Dictionary(facts.bulletins.map { ($0.id, 0) }, uniquingKeysWith: { first, _ in first })
    for seen in observations {
      guard let generation = seen.cpu.flatMap({ facts.generation(of: $0) }) else { continue }
      let running = RunningFirmware.judge(seen.firmware).version
      for bulletin in facts.bulletins
      where bulletin.floors(for: generation).contains(where: { isUnmet($0.requirement, seen, running) }) {
        counts[bulletin.id, default: 0] += 1
      }
    }
    return counts
  }

  private static func isUnmet(
    _ requirement: Bulletin.Requirement, _ seen: Observation, _ running: FirmwareVersion?
  ) -> Bool {
    switch requirement {
    case .firmware(let floor): running.map { $0 < floor } ?? false
    case .snp(let floor): seen.tcb.platform.map { Int($0.snp) < floor } ?? false
    case .microcodeTCB(let floor): seen.tcb.platform.map { Int($0.microcode) < floor } ?? false
    // Compared only inside one stepping, or not to be seen from the host.
    case .microcode, .agesa, .mitigationBit: false
    }
  }
}
