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
  package static func inForce(_ observation: Observation, stored: FloorEvidence?) -> FloorEvidence? {
    // A log that no longer reaches back to the boot may begin with the update of a reload, whose "from" is no floor.
    if let log = observation.firmware.kernelLog, log.reachesBoot, let floor = log.floor {
      let seen = FloorEvidence(
        version: floor.version, bios: observation.bios, evidence: floor.line, observedAt: observation.observedAt)
      // After a kexec the first update starts from what ran, so an older, lower floor of the same BIOS stays.
      if let stored, stored.bios == observation.bios, stored.version < seen.version { return stored }
      return seen
    }
    guard let stored, stored.bios == observation.bios else { return nil }
    return stored
  }
}
