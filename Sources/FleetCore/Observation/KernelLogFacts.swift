/// The lines of the kernel log that speak of SEV firmware, already told apart. Times are seconds since boot.
package struct KernelLogFacts: Hashable, Sendable, Codable {
  /// `SEV API:1.55 build:31`, or `SEV-SNP API:` where `isSNP`.
  package struct API: Hashable, Sendable, Codable {
    package var seconds: Double?
    package var version: FirmwareVersion
    package var isSNP: Bool
    package var line: String

    package init(seconds: Double?, version: FirmwareVersion, isSNP: Bool, line: String) {
      self.seconds = seconds
      self.version = version
      self.isSNP = isSNP
      self.line = line
    }
  }

  /// `SEV firmware updated from A to B`; both `nil` for the older `SEV firmware update successful`.
  package struct Update: Hashable, Sendable, Codable {
    package var seconds: Double?
    package var from: FirmwareVersion?
    package var to: FirmwareVersion?
    package var line: String

    package init(seconds: Double?, from: FirmwareVersion?, to: FirmwareVersion?, line: String) {
      self.seconds = seconds
      self.from = from
      self.to = to
      self.line = line
    }
  }

  /// `SEV: failed to INIT error 0x1, rc -5` and the like.
  package struct InitError: Hashable, Sendable, Codable {
    package var seconds: Double?
    /// The PSP's error number.
    package var code: Int
    package var line: String

    package init(seconds: Double?, code: Int, line: String) {
      self.seconds = seconds
      self.code = code
      self.line = line
    }
  }

  package var apis: [API]
  package var updates: [Update]
  package var initErrors: [InitError]
  /// Lines that tell of a PSP command that timed out, or of a dead PSP (FACTS 7.8).
  package var timeouts: [String]
  /// `SEV-SNP enabled`/`supported` by kvm, or an RMP table at boot; `nil`: the log does not say.
  package var snpEnabled: Bool?
  /// `kvm_amd: SEV-ES unusable`.
  package var sevESUnusable: Bool
  /// Whether the log still reaches back to the first second of this boot.
  package var reachesBoot: Bool
  /// `dmesg` or `journalctl`.
  package var source: String

  package init(
    apis: [API] = [], updates: [Update] = [], initErrors: [InitError] = [], timeouts: [String] = [],
    snpEnabled: Bool? = nil, sevESUnusable: Bool = false, reachesBoot: Bool = false, source: String = "dmesg"
  ) {
    self.apis = apis
    self.updates = updates
    self.initErrors = initErrors
    self.timeouts = timeouts
    self.snpEnabled = snpEnabled
    self.sevESUnusable = sevESUnusable
    self.reachesBoot = reachesBoot
    self.source = source
  }

  /// The version of the newest load the log tells of.
  package var newestVersion: FirmwareVersion? { apis.last?.version }

  /// The BIOS copy, where the first load of a boot was an update: `updated from FLOOR to …` (FACTS 1.5).
  package var floor: (version: FirmwareVersion, line: String)? {
    guard let first = updates.first, let from = first.from else { return nil }
    if let api = apis.first?.seconds, let update = first.seconds, api < update { return nil }
    if !reachesBoot, apis.isEmpty == false, apis.first?.seconds == nil { return nil }
    return (from, first.line)
  }
}
