import FleetLab

extension FaultTable {
  private static let inInitramfs: FaultRow.SpecChange = { $0.ccpInInitramfs = true }
  private static let overwrites = LabFault.packageOverwrites(LabVersion(1, 55, 21), when: .boot)
  private static let distrib = FaultRow.usual + ".distrib"
  private static let exact = "/lib/firmware/amd/amd_sev_fam19h_model01h.sbin"

  /// A repair: no server moves and nothing is activated; the initramfs is made anew once.
  private static func repaired(_ name: String, _ fault: LabFault) -> FaultRow {
    FaultRow(
      name: name, fault: fault, target: "same", outcome: .converged, exit: 0, activation: "none", rebuilds: 1)
  }

  /// Files, initramfs, and the proof right before activation.
  static let staging: [FaultRow] = [
    .gaveBack("the initramfs tool fails", .initramfsToolFails, kind: "stageFailed") { $0.spec = inInitramfs },
    .converged("ccp in the initramfs", nil, by: "reload") { ($0.spec, $0.rebuilds) = (inInitramfs, 1) },
    .converged("ccp in the initramfs that dracut makes", nil, by: "reload") {
      $0.spec = {
        $0.ccpInInitramfs = true
        $0.initramfsTool = .dracut
      }
      $0.rebuilds = 1
    },
    .converged("ccp in the initramfs, by reboot", nil, by: "reboot", policy: FaultRow.byReboot) {
      ($0.spec, $0.rebuilds) = (inInitramfs, 1)
    },
    repaired("an initramfs with an older image", .staleInitramfs(LabVersion(1, 55, 24))),
    repaired("an initramfs without an image", .staleInitramfs(nil)),
    .gaveBack(
      "a stranger appears before activation", .vmAppears(.computeStopped, .none, known: false, times: 1),
      kind: "unknownVMs"
    ) { $0.facts = [10] },
    .converged(
      "a server appears before activation and is moved", .vmAppears(.computeStopped, .none, known: true, times: 1),
      by: "reload"
    ) {
      $0.facts = [10]
      $0.moves = 2
      $0.places = ["web": ["h2 ACTIVE"], "late": ["h2 ACTIVE"]]
    },
    .gaveBack(
      "a server appears again after the second drain", .vmAppears(.computeStopped, .none, known: true, times: 2),
      kind: "serverAppeared"
    ) {
      $0.facts = [10]
      $0.moves = 2
      $0.places = ["web": ["h2 ACTIVE"], "late": ["h1 ACTIVE", "h2 ACTIVE"]]
    },
  ]

  /// A package that owns the file writes its own over it (RULES P).
  static let packages: [FaultRow] = [
    .quarantined("the package overwrites the file at boot", overwrites, kind: "notApplied") {
      $0.facts = [3]
      $0.policy = FaultRow.byReboot
      ($0.running, $0.boots) = (LabVersion(1, 55, 21), 1)
      $0.spec = { $0.pendingPackage = "3.20250311.1~deb12u1" }
      $0.says = [
        "amd64-microcode owns the winning file; treatment: accept; version 3.20250311.1~deb12u1 is pending and would "
          + "overwrite it"
      ]
    },
    .converged("a held package", overwrites, by: "reboot", policy: FaultRow.byReboot + "packages: hold\n"),
    .converged("a diverted file", overwrites, by: "reboot", policy: FaultRow.byReboot + "packages: divert\n") {
      $0.files = [FaultRow.usual: FaultRow.new, distrib: LabVersion(1, 55, 21)]
    },
    .converged("packages: updates", overwrites, by: "reboot", policy: FaultRow.byReboot + "packages: updates\n") {
      $0.files = [FaultRow.updates: FaultRow.new, FaultRow.usual: LabVersion(1, 55, 21)]
    },
    .converged("stage_into: updates", nil, by: "reload", policy: "stage_into: updates\n") {
      $0.files = [FaultRow.updates: FaultRow.new]
    },
  ]

  /// What runs was loaded from this file, and the next reset loads it again: nothing to do. Where the kernel's order of
  /// names, places and suffixes were read wrongly, another file or none would be taken for it (FACTS 2.1, 2.2).
  static let files: [FaultRow] = [
    found("the exact-model name", at: "/lib/firmware/amd/amd_sev_fam19h_model01h.sbin"),
    found("the last name", at: "/lib/firmware/amd/sev.fw"),
    found("updates of the kernel", at: "/lib/firmware/updates/6.12.9+bpo-amd64/amd/amd_sev_fam19h_model0xh.sbin"),
    found("updates", at: FaultRow.updates),
    found("the kernel's own folder", at: "/lib/firmware/6.12.9+bpo-amd64/amd/amd_sev_fam19h_model0xh.sbin"),
    found("firmware_class.path", at: "/srv/firmware/amd/amd_sev_fam19h_model0xh.sbin") {
      $0.firmwareClassPath = "/srv/firmware"
    },
    packed("an .xz file", suffix: ".xz"),
    packed("a .zst file", suffix: ".zst"),
    .upToDate("a plain file beats a packed one") {
      $0.furnish = {
        try await Arrange.pack($0, LabImage(version: FaultRow.lower, spl: 24), at: FaultRow.updates, ".zst")
      }
      $0.servers = []
    },
    .upToDate("a .zst file that the kernel does not load") {
      $0.spec = { $0.kernels = [.bookworm] }
      $0.furnish = {
        try await Arrange.pack($0, LabImage(version: FaultRow.lower, spl: 24), at: exact, ".zst")
      }
      $0.servers = []
    },
    beats("the exact-model name beats the usual one", "/lib/firmware/amd/amd_sev_fam19h_model01h.sbin"),
    beats(
      "updates of the kernel beat updates", "/lib/firmware/updates/6.12.9+bpo-amd64/amd/amd_sev_fam19h_model0xh.sbin"),
    beats(
      "the kernel's own folder beats the usual one", "/lib/firmware/6.12.9+bpo-amd64/amd/amd_sev_fam19h_model0xh.sbin"),
  ]

  private static func found(_ what: String, at path: String, _ more: @escaping FaultRow.SpecChange = { _ in })
    -> FaultRow
  {
    .upToDate("loaded from \(what)") {
      $0.spec = { spec in
        spec.files = [.init(path: path, image: LabImage(version: FaultRow.old, spl: 25, family: "fam19h_model0xh"))]
        more(&spec)
      }
    }
  }

  /// The usual file is there in packed form only, and the host has booted with it.
  private static func packed(_ what: String, suffix: String) -> FaultRow {
    .upToDate("loaded from \(what)") {
      $0.furnish = { scenario in
        await (try scenario.world.lab.host("h1")).remove(FaultRow.usual)
        let image = LabImage(version: FaultRow.old, spl: 25, family: "fam19h_model0xh")
        try await Arrange.pack(scenario, image, at: FaultRow.usual, suffix)
      }
      $0.servers = []
    }
  }

  /// The winner is what runs; the usual file holds another version.
  private static func beats(_ name: String, _ path: String) -> FaultRow {
    .upToDate(name) {
      $0.spec = { spec in
        let (old, lower) = (FaultRow.old, FaultRow.lower)
        spec.files = [
          .init(path: path, image: LabImage(version: old, spl: 25, family: "fam19h_model0xh")),
          .init(path: FaultRow.usual, image: LabImage(version: lower, spl: 24, family: "fam19h_model0xh")),
          .init(path: FaultRow.updates, image: LabImage(version: lower, spl: 24, family: "fam19h_model0xh")),
        ]
        if path.contains("/lib/firmware/6.12") { spec.files.removeLast() }
      }
    }
  }
}
