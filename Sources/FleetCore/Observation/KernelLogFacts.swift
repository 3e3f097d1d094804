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

    /// Whether SNP alone did not start; the driver goes on and starts SEV without it.
    package var isSNP: Bool { line.contains("SEV-SNP:") }
  }

  package var apis: [API]
  package var updates: [Update]
  package var initErrors: [InitError]
  /// Lines that tell of a PSP command that timed out, or of a dead PSP (FACTS 7.8).
  package var timeouts: [String]
  /// `SEV-SNP enabled`/`supported` or its opposite, as kvm says it; `nil`: the log does not say.
  package var snpEnabled: Bool?
  /// Whether the boot told of an RMP table: the BIOS and the kernel prepared SNP, which does not mean that it started.
  package var hasRMPTable: Bool?
  /// Time of the last `sev enabled`: `ccp` found the processor, and everything older is of another load.
  package var probedAt: Double?
  /// `kvm_amd: SEV-ES unusable`.
  package var sevESUnusable: Bool
  /// Whether the log still reaches back to the first second of this boot.
  package var reachesBoot: Bool
  /// `dmesg` or `journalctl`.
  package var source: String

  package init(
    apis: [API] = [], updates: [Update] = [], initErrors: [InitError] = [], timeouts: [String] = [],
    snpEnabled: Bool? = nil, hasRMPTable: Bool? = nil, probedAt: Double? = nil, sevESUnusable: Bool = false,
    reachesBoot: Bool = false, source: String = "dmesg"
  ) {
    self.apis = apis
    self.updates = updates
    self.initErrors = initErrors
    self.timeouts = timeouts
    self.snpEnabled = snpEnabled
    self.hasRMPTable = hasRMPTable
    self.probedAt = probedAt
    self.sevESUnusable = sevESUnusable
    self.reachesBoot = reachesBoot
    self.source = source
  }

  /// The version of the newest load the log tells of.
  package var newestVersion: FirmwareVersion? { newestLoad?.version }

  /// The newest load: its version line, or an update after it, whose own version line may be missing (FACTS 2.15).
  ///
  /// The version is `nil` where that update names none: what the older line says is then out of date.
  package var newestLoad: (seconds: Double?, version: FirmwareVersion?)? {
    guard let update = updates.last else { return apis.last.map { ($0.seconds, $0.version) } }
    guard let api = apis.last else { return (update.seconds, update.to) }
    guard let told = api.seconds, let updated = update.seconds, updated > told else {
      return (api.seconds, api.version)
    }
    return (updated, update.to)
  }

  /// The lines of one load lie closer together than this: the slowest, an INIT that the PSP repeats, takes seconds.
  private static let loadSpan = 10.0

  /// The moment after which a line belongs to the newest load; `nil`: the log does not tell, so every line counts.
  private var newestLoadStart: Double? {
    [probedAt, newestLoad?.seconds.map { $0 - Self.loadSpan }].compactMap { $0 }.max()
  }

  private func isOfNewestLoad(_ seconds: Double?) -> Bool {
    guard let seconds, let start = newestLoadStart else { return true }
    return seconds >= start
  }

  /// INIT errors of the newest load: a load that failed is forgotten once a later one starts (FACTS 2.16).
  package var currentInitErrors: [InitError] { initErrors.filter { isOfNewestLoad($0.seconds) } }

  /// Whether the newest load printed a `SEV-SNP API` line, which only an SNP that started prints.
  package var startedSNP: Bool { apis.contains { $0.isSNP && isOfNewestLoad($0.seconds) } }

  /// The BIOS copy, where the first load of a boot was an update: `updated from FLOOR to …` (FACTS 1.5).
  package var floor: (version: FirmwareVersion, line: String)? {
    guard let first = updates.first, let from = first.from else { return nil }
    if let api = apis.first?.seconds, let update = first.seconds, api < update { return nil }
    if !reachesBoot, apis.isEmpty == false, apis.first?.seconds == nil { return nil }
    return (from, first.line)
  }

  /// The version of the first load of this boot where nothing was updated before it told it, with its line.
  ///
  /// Only a change is logged (FACTS 2.5), so after a reset this is the BIOS copy.
  package var unchangedVersion: (version: FirmwareVersion, line: String)? {
    guard reachesBoot, let first = apis.first else { return nil }
    if let update = updates.first {
      guard let updated = update.seconds, let told = first.seconds, told < updated else { return nil }
    }
    return (first.version, first.line)
  }
}
