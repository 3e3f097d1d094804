import FleetCore

/// What a host shall run, and whether there is an image for it.
extension ExclusionRow {
  private static func blocked(_ version: FirmwareVersion) -> VersionRules.Rule {
    VersionRules.Rule(version, reason: "it hangs", until: CivilDate("2026-12-31"))
  }

  static let target: [ExclusionRow] = [
    ExclusionRow(.noTarget, "C", "nobody named a target", word: "no target") {
      $0.host.target = nil
      $0.options.target = nil
    },
    ExclusionRow(.noTarget, "C", "the named target is not for this CPU", word: "es-keep") {
      $0.options.target = .named("es-keep", versions: [FamilyModel(family: 26, modelHigh: 0): Bench.newer])
    },
    ExclusionRow(.noImage, "C", "no backup", word: "backup") {
      $0.options.target = .backup
      $0.backup = nil
    },
    ExclusionRow(.noImage, "C", "the backup would load something else than what ran", word: "1.55.7") {
      $0.options.target = .backup
      $0.backup = BackupSummary(id: "b1", running: Bench.running, image: Bench.image(Bench.old, spl: 20))
    },
    ExclusionRow(.noImage, "C", "the backup holds no file and the BIOS copy is another", word: "BIOS copy") {
      $0.options.target = .backup
      $0.floor = FloorEvidence(
        version: Bench.floor, bios: $0.observation.bios, evidence: "", observedAt: Instant(milliseconds: 1))
      $0.backup = BackupSummary(id: "b1", running: Bench.old, image: nil)
    },
    ExclusionRow(.unknownFloor, "A4", "the backup holds no file and the BIOS copy is unknown", word: "backup b1") {
      $0.options = PlanOptions(target: .backup, allowDowngrade: true)
      $0.floor = nil
      $0.backup = BackupSummary(id: "b1", running: Bench.old, image: nil)
    },
    ExclusionRow(.versionBlocked, "C", "the inventory blocks the version", word: "until 2026-12-31: it hangs") {
      $0.options.target = .version(Bench.newer)
      $0.host.versions = [Bench.folder: VersionRules(blocked: [blocked(Bench.newer)])]
    },
    ExclusionRow(.versionBlocked, "C", "it runs already, and is too old", word: "older than the inventory allows") {
      $0.options.target = .version(Bench.running)
      $0.host.versions = [Bench.folder: VersionRules(oldest: [.init(Bench.newer)])]
    },
    ExclusionRow(.versionBlocked, "C", "nobody knows what the BIOS copy is", word: "--allow-unknown-floor") {
      $0.options = PlanOptions(target: .factory, allowDowngrade: true)
      $0.observation.firmware = FirmwareReadings(kernelLog: Bench.log(Bench.running))
      $0.floor = nil
      $0.host.versions = [Bench.folder: VersionRules(blocked: [blocked(Bench.newer)])]
    },
    ExclusionRow(.unhealthy, "V3", "the right version runs and SNP alone does not start", word: "SEV-SNP") {
      $0.options.target = .version(Bench.running)
      $0.observation.firmware = FirmwareReadings(kernelLog: Bench.log(Bench.running))
      $0.observation.firmware.kernelLog?.initErrors = [
        .init(seconds: 5, code: 10, line: "SEV-SNP: failed to INIT rc -5, error 0xa")
      ]
      $0.observation.parameters = SEVParameters(sev: true, sevES: true, sevSNP: true)
    },
    ExclusionRow(.unhealthy, "V3", "the right version runs and SEV does not start", word: "BAD_SIGNATURE (10)") {
      $0.options.target = .version(Bench.running)
      $0.observation.firmware = FirmwareReadings(kernelLog: Bench.log(Bench.running))
      $0.observation.firmware.kernelLog?.initErrors = [.init(seconds: 5, code: 10, line: "")]
      $0.observation.parameters = SEVParameters(sev: false, sevES: false, sevSNP: false)
    },
    ExclusionRow(.noImage, "C", "the catalog does not have it", word: "1.55.99 (hex 1.37.63)") {
      $0.options.target = .version(FirmwareVersion(1, 55, 99))
    },
    ExclusionRow(.ambiguousImage, "C", "the catalog has it twice", word: "2 images") {
      $0.options.target = .version(Bench.newer)
      $0.catalog = Catalog(images: [Bench.image(Bench.newer, spl: 25), Bench.image(Bench.newer, spl: 25)])
    },
    ExclusionRow(.ambiguousImage, "C", "an image under a name the kernel never tries", word: "never look") {
      $0.options.target = .version(Bench.newer)
      var image = Bench.image(Bench.newer, spl: 25)
      image.kernelName = "amd_sev_fam19h_model1xh.sbin"
      $0.catalog = Catalog(images: [image])
    },
  ]
}
