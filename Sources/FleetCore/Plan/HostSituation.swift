/// Everything the decision about one host may look at. Values only: same situation, same decision.
package struct HostSituation: Hashable, Sendable, Codable {
  package enum Look: Hashable, Sendable, Codable {
    case seen(Observation)
    case failed(ProbeFailure)
  }

  package var host: Host
  package var look: Look
  package var compute: ComputeView
  package var floor: FloorEvidence?
  /// Rollout and sentence of a quarantine nobody has lifted.
  package var quarantine: String?
  /// Rollouts of ours that are not finished and name this host.
  package var openRollout: String?
  /// Id of the controller that plans; a lease of another one excludes the host (RULES K).
  package var controller: String?
  /// The latest verified backup, looked at only for `--to backup`.
  package var backup: BackupSummary?

  package init(
    host: Host, look: Look, compute: ComputeView, floor: FloorEvidence? = nil, quarantine: String? = nil,
    openRollout: String? = nil, controller: String? = nil, backup: BackupSummary? = nil
  ) {
    self.host = host
    self.look = look
    self.compute = compute
    self.floor = floor
    self.quarantine = quarantine
    self.openRollout = openRollout
    self.controller = controller
    self.backup = backup
  }
}

/// What a backup of a host would bring back.
package struct BackupSummary: Hashable, Sendable, Codable {
  package var id: String
  /// What ran when the backup was taken.
  package var running: FirmwareVersion
  /// The file of the backup that the kernel would load; `nil`: none, the BIOS copy runs.
  package var image: FirmwareImage?

  package init(id: String, running: FirmwareVersion, image: FirmwareImage?) {
    self.id = id
    self.running = running
    self.image = image
  }
}
