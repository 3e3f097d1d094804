import FleetLab

extension FaultTable {
  private static let losesES: @Sendable (inout FaultRow) -> Void = {
    $0.arguments = ["h1", "--to", "lossy"]
    ($0.running, $0.files) = (FaultRow.lossy, [FaultRow.usual: FaultRow.lossy])
  }

  /// The gate of RULES S.
  static let sevES: [FaultRow] = [
    .excluded("the target takes SEV-ES away", kind: "sevESLoss") {
      $0.facts = [1]
      $0.arguments = ["h1", "--to", "lossy"]
      $0.servers = [.init("es", flavor: "sev-es.small", on: "h1")]
      $0.says = ["es (project "]
    },
    .converged("the loss of SEV-ES is accepted", nil, by: "reload") {
      losesES(&$0)
      $0.arguments.append("--accept-sev-es-loss")
      $0.says = ["loss accepted"]
    },
    .converged("policy allows the loss of SEV-ES", nil, by: "reload", policy: "sev_es_loss: allow\n") {
      losesES(&$0)
      $0.says = ["loss accepted"]
    },
    .converged("SNP is off, so SEV-ES stays", nil, by: "reload") {
      losesES(&$0)
      $0.spec = { $0.snpEnabled = false }
      // Offered all the same, so that it is the missing SNP which decides.
      $0.arrange = { await $0.world.compute?.setSlots([.sev: 15, .sevES: 99], on: "h1") }
    },
    .converged("SEV-ES is switched off", nil, by: "reload") {
      losesES(&$0)
      $0.furnish = { try await Arrange.switchOffSEVES($0) }
      // The reset that switches it off would have ended a server.
      ($0.servers, $0.places, $0.moves) = ([], [:], 0)
    },
    .converged("SEV-ES is not offered", nil, by: "reload") {
      losesES(&$0)
      $0.arrange = { await $0.world.compute?.setSlots([.sev: 15, .sevSNP: 99], on: "h1") }
    },
    .excluded("an image that does not tell its level", kind: "sevESLoss") {
      $0.images = [LabImage(version: LabVersion(1, 55, 33), spl: 0, family: "fam19h_model0xh")]
      $0.arguments = ["h1", "--to", "1.55.33"]
      $0.says = ["nobody can tell whether 1.55.33 keeps SEV-ES"]
    },
    .wentBack("SEV-ES comes back", to: FaultRow.new, ["h1", "--to", "newer"]) {
      $0.spec = { $0 = $0.running(FaultRow.lossy, spl: 27) }
      $0.says = ["SEV-ES comes back with 1.55.34"]
    },
    .converged("lost before, lost after", nil, by: "reload") {
      $0.images = [LabImage(version: LabVersion(1, 55, 38), spl: 28, family: "fam19h_model0xh")]
      $0.spec = { $0 = $0.running(FaultRow.lossy, spl: 27) }
      $0.arguments = ["h1", "--to", "1.55.38"]
      ($0.running, $0.files) = (LabVersion(1, 55, 38), [FaultRow.usual: LabVersion(1, 55, 38)])
    },
  ]

  /// What Nova says, and what it does not know.
  static let cloud: [FaultRow] = [
    .excluded("a VM that Nova does not know", .unknownVM, kind: "unknownVMs"),
    .excluded("a VM on a host without a cloud", .unknownVM, kind: "unknownVMs") {
      ($0.servers, $0.hasCloud) = ([], false)
    },
    .converged("a host without a cloud", nil, by: "reload") {
      ($0.servers, $0.hasCloud, $0.places, $0.moves, $0.touchesService) = ([], false, [:], 0, false)
    },
    .excluded("Nova does not answer", kind: "computeUnknown") { $0.arrange = { await $0.world.compute?.stop() } },
    .excluded("nova-compute is dead", kind: "computeUnknown") { $0.arrange = { try await Arrange.killCompute($0) } },
    .excluded("the service is forced down", kind: "otherMaintenance") {
      $0.arrange = { await $0.world.compute?.setForcedDown("h1", true) }
    },
    .excluded("the service bears another rollout's reason", kind: "otherMaintenance") {
      $0.arrange = { await $0.world.compute?.disableService("h1", reason: "sevfleet:r20260101-000000-0000:h1") }
    },
    .converged("the service was disabled by a person", nil, by: "reload") {
      $0.arrange = { await $0.world.compute?.disableService("h1", reason: "disks") }
      $0.touchesService = false
    },
    .excluded("a SEV server waits for its owner", kind: "serversBlocked") {
      $0.servers = [.init("web", on: "h1"), .init("sev", flavor: "sev.small", on: "h1")]
      $0.says = ["sev: a sev server cannot be moved live"]
    },
    .gaveBack("a move hangs until the deadline", nil, kind: "drainDeadline") {
      $0.facts = [9]
      $0.policy = "drain: {confirm_after: 200ms, deadline: 3s}\n"
      $0.servers = [.init("web", on: "h1", metadata: ["lab_live": "hang"])]
      $0.places = [:]
    },
  ]

  /// Downgrades, the BIOS copy, backups, and hosts that a person gave back.
  static let wayBack: [FaultRow] = [
    .wentBack("a downgrade", to: FaultRow.lower, ["h1", "--to", "older"]),
    .wentBack(
      "a downgrade in an emergency", to: FaultRow.lower, ["h1", "--to", "older", "--emergency", "--reason", "CVE"]),
    .excluded("a downgrade with an unknown BIOS copy", kind: "unknownFloor") {
      $0.downgrades()
      ($0.learns, $0.arrange) = (false, { try await Arrange.forgetBoot($0) })
    },
    .wentBack(
      "an unknown BIOS copy is tried", to: FaultRow.lower, ["h1", "--to", "older", "--allow-unknown-floor"]
    ) { ($0.learns, $0.arrange) = (false, { try await Arrange.forgetBoot($0) }) },
    .quarantined("an unknown BIOS copy is too new", nil, kind: "needsBIOS") {
      $0.facts = [4]
      $0.downgrades()
      $0.arguments.append("--allow-unknown-floor")
      $0.spec = { $0.biosFirmware = LabVersion(1, 55, 30) }
      ($0.learns, $0.arrange) = (false, { try await Arrange.forgetBoot($0) })
      ($0.running, $0.boots) = (LabVersion(1, 55, 30), 1)
    },
    .wentBack("factory", to: FaultRow.floor, ["h1", "--to", "factory"]) {
      $0.spec = { $0.firmwarePackage = nil }
      $0.files = [FaultRow.usual: nil]
    },
    .upToDate("factory, a second time") {
      $0.command = ["downgrade"]
      $0.arguments = ["h1", "--to", "factory"]
      $0.spec = { $0.firmwarePackage = nil }
      $0.arrange = { try await Arrange.run($0, ["downgrade", "h1", "--to", "factory"], ends: 0) }
    },
    upgraded("back to the backup", ["downgrade"], ["h1", "--to", "backup"]),
    upgraded("backup restore", ["backup", "restore"], ["h1"]),
    .converged("a host that a person gave back", nil, by: "reload") {
      $0.arrange = {
        try await Arrange.quarantine($0)
        try await Arrange.release($0)
      }
      // The server has gone when the host was quarantined.
      ($0.places, $0.moves) = ([:], 0)
    },
    .wentBack("an older file heals a failed INIT", .initFails(above: FaultRow.old), to: FaultRow.old, ["h1"]) {
      $0.facts = [6]
      $0.command = ["backup", "restore"]
      $0.arrange = {
        try await $0.world.lab.set(.initFails(above: FaultRow.old), on: "h1")
        try await Arrange.run($0, ["apply", "h1"], ends: 3)
        try await Arrange.release($0)
      }
      ($0.places, $0.moves) = ([:], 0)
    },
  ]

  /// A host that was upgraded goes back to what its backup holds.
  private static func upgraded(_ name: String, _ command: [String], _ arguments: [String]) -> FaultRow {
    .wentBack(name, to: FaultRow.old, arguments) {
      $0.command = command
      $0.arrange = { try await Arrange.run($0, ["apply", "h1"], ends: 0) }
      ($0.places, $0.moves) = ([:], 0)
    }
  }
}
