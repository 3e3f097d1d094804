package import FleetCore
import FleetFormats
package import FleetStore

/// Tells what a stored backup would bring back: which of its files the kernel would load, and its version.
package struct BackupReader: Sendable {
  private let store: FleetStore

  package init(_ store: FleetStore) { self.store = store }

  /// What each host ran before a rollout: the verified backups that it kept.
  package func summaries(before rollout: String, _ hosts: [HostID]) throws -> [HostID: BackupSummary] {
    let kept = Self.backups(of: try store.entries(rollout: rollout))
    var found: [HostID: BackupSummary] = [:]
    for host in hosts {
      guard let id = kept[host], try store.backup(id: id)?.verifiedAt != nil else { continue }
      found[host] = try summary(host, id: id)
    }
    return found
  }

  /// The backup that a rollout kept of each host; a step that is repeated keeps the same one.
  package static func backups(of entries: [JournalEntry]) -> [HostID: String] {
    var kept: [HostID: String] = [:]
    for entry in entries {
      guard case .backupMade(let id) = entry.event, let host = entry.host, kept[host] == nil else { continue }
      kept[host] = id
    }
    return kept
  }

  /// The newest verified backup, or the named one; `nil`: there is none, or its files cannot be judged.
  package func summary(_ host: HostID, id: String? = nil) throws -> BackupSummary? {
    let found = try id.map { try store.backup(id: $0) } ?? store.latestVerifiedBackup(host: host)
    guard let backup = found, backup.host == host,
      let observation = try store.latestSeen(host: host)?.observation, let cpu = observation.cpu
    else { return nil }
    let files = backup.manifest.filter { $0.type == "f" }.map {
      FirmwareFile(path: "/lib/firmware/\($0.path)", sha256: $0.sha256, size: $0.size)
    }
    let winner = EffectiveFile.resolve(
      cpu: cpu, files: files, search: observation.search, kernel: observation.kernel ?? ""
    ).winner
    guard let winner, let sha256 = winner.sha256 else {
      return BackupSummary(id: backup.id, running: backup.running, image: nil)
    }
    let bytes = try store.blob(sha256)
    guard let header = try? ImageHeader.parse(image: bytes) else { return nil }
    let name = winner.path.split(separator: "/").last.map(String.init) ?? cpu.familyModel.kernelName
    return BackupSummary(
      id: backup.id, running: backup.running,
      image: FirmwareImage(
        familyModel: cpu.familyModel, version: header.version, spl: header.spl, sha256: sha256, size: bytes.count,
        kernelName: name, path: store.blobPath(sha256)))
  }
}
