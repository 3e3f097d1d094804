/// The version of the BIOS copy, with the evidence it was learnt from; kept until the BIOS changes (RULES A4).
package struct FloorEvidence: Hashable, Sendable, Codable {
  package var version: FirmwareVersion
  /// The BIOS the evidence belongs to.
  package var bios: String?
  /// The log line or event that told it.
  package var evidence: String
  package var observedAt: Instant

  package init(version: FirmwareVersion, bios: String?, evidence: String, observedAt: Instant) {
    self.version = version
    self.bios = bios
    self.evidence = evidence
    self.observedAt = observedAt
  }

  /// The floor in force: what this boot's log says, else what was learnt before under the same BIOS.
  ///
  /// What runs is never below the BIOS copy: a floor above it is refuted by what runs, so it is unknown.
  package static func inForce(_ observation: Observation, stored: FloorEvidence?) -> FloorEvidence? {
    guard let floor = believed(observation, stored: stored) else { return nil }
    guard let running = RunningFirmware.judge(observation.firmware).version else { return floor }
    return floor.version <= running ? floor : nil
  }

  private static func believed(_ observation: Observation, stored: FloorEvidence?) -> FloorEvidence? {
    let stored = stored.flatMap { $0.bios == observation.bios ? $0 : nil }
    guard let seen = told(observation) else { return stored }
    // Where nobody knows how the kernel started, it may have been a kexec, whose first update starts from what ran:
    // an older, lower floor of the same BIOS stays.
    if observation.startedByKexec == nil, let stored, stored.version < seen.version { return stored }
    return seen
  }

  /// What the log of this boot tells of the BIOS copy.
  private static func told(_ observation: Observation) -> FloorEvidence? {
    // A log that no longer reaches back to the boot may begin with the update of a reload, whose "from" is no floor.
    guard let log = observation.firmware.kernelLog, log.reachesBoot else { return nil }
    let found: (version: FirmwareVersion, line: String)?
    switch observation.startedByKexec {
    // Firmware survives a kexec, so this boot began with whatever ran before (FACTS 2.7).
    case true?: found = nil
    // After a reset the BIOS copy runs until something is loaded over it.
    case false?: found = log.floor ?? log.unchangedVersion
    case nil: found = log.floor
    }
    return found.map {
      FloorEvidence(
        version: $0.version, bios: observation.bios, evidence: $0.line, observedAt: observation.observedAt)
    }
  }
}
