package import FleetCore

/// A copy of all firmware folders of one host: the list here, the contents as blobs by their hash.
package struct StoredBackup: Hashable, Sendable, Codable {
  /// One entry of a firmware folder, path relative to `/lib/firmware`, for example `amd/sev.fw`.
  package struct File: Hashable, Sendable, Codable {
    package var path: String
    /// `f` file, `d` folder, `l` link.
    package var type: String
    /// Lower-case hex; `nil` for folders and links.
    package var sha256: String?
    /// Bytes.
    package var size: Int
    /// Octal.
    package var mode: String
    package var owner: String
    package var group: String
    package var linkTarget: String?
    /// Package that owns the path; `nil`: none, or no package manager.
    package var package: String?

    package init(
      path: String, type: String = "f", sha256: String?, size: Int, mode: String, owner: String, group: String,
      linkTarget: String? = nil, package: String? = nil
    ) {
      self.path = path
      self.type = type
      self.sha256 = sha256
      self.size = size
      self.mode = mode
      self.owner = owner
      self.group = group
      self.linkTarget = linkTarget
      self.package = package
    }
  }

  package var id: String
  package var host: HostID
  package var createdAt: Instant
  /// What ran when the backup was made.
  package var running: FirmwareVersion
  /// The rollout that made it.
  package var rollout: String?
  /// When every stored content was last re-read and found right; `nil`: never.
  package var verifiedAt: Instant?
  package var manifest: [File]
  /// Hash of the initramfs of the kernel that boots next, where it was read.
  package var initramfsSHA256: String?

  package init(
    id: String, host: HostID, createdAt: Instant, running: FirmwareVersion, rollout: String? = nil,
    verifiedAt: Instant? = nil, manifest: [File], initramfsSHA256: String? = nil
  ) {
    self.id = id
    self.host = host
    self.createdAt = createdAt
    self.running = running
    self.rollout = rollout
    self.verifiedAt = verifiedAt
    self.manifest = manifest
    self.initramfsSHA256 = initramfsSHA256
  }

  /// Hashes of all contents, each once, sorted.
  package var contents: [String] { Set(manifest.compactMap(\.sha256)).sorted() }
}

/// Something wrong with a stored content of a backup.
package struct BackupFault: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable { case missing, damaged }

  package var kind: Kind
  /// The path of the first file with that content.
  package var path: String
  package var expected: String
  /// What the stored bytes hash to; `nil` where there are none.
  package var found: String?

  package init(kind: Kind, path: String, expected: String, found: String?) {
    self.kind = kind
    self.path = path
    self.expected = expected
    self.found = found
  }

  /// One sentence for people.
  package var text: String {
    switch kind {
    case .missing: "the content of \(path) is missing"
    case .damaged: "the content of \(path) is damaged"
    }
  }
}
