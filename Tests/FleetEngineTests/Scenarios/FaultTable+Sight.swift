import FleetLab

extension FaultTable {
  /// What prepare tries before any server moves (RULES O1).
  static let preparation: [FaultRow] = [
    .prepared("package manager at work", .packageManagerAtWork, kind: "packageManagerBusy"),
    .prepared("exact-model file", .exactModelFile(FaultRow.old), kind: "shadowed") {
      $0.facts = [3]
      $0.says = ["/lib/firmware/amd/amd_sev_fam19h_model01h.sbin"]
    },
    .prepared("file under updates", .updatesFile(FaultRow.old), kind: "shadowed") {
      $0.facts = [3]
      $0.says = [FaultRow.updates]
    },
    .prepared("disk full", .diskFull(folder: "/lib/firmware", left: 4096), kind: "diskFull"),
    .prepared("read-only /lib/firmware", .readOnlyFirmware, kind: "readOnly"),
    .prepared("no initramfs tool", .toolMissing("update-initramfs"), kind: "prepareFailed") {
      $0.spec = { $0.ccpInInitramfs = true }
    },
    .prepared("sudo refuses one command", .sudoRefused(command: "/usr/sbin/modprobe"), kind: "sudoRefused") {
      $0.says = ["modprobe"]
    },
    .prepared("a folder lies where the image goes", nil, kind: "sudoRefused") {
      $0.policy = "stage_into: updates\n"
      $0.arrange = { try await $0.world.lab.host("h1").put(FaultRow.updates + "/note", [0]) }
      $0.says = [FaultRow.updates, "is a folder"]
    },
  ]

  /// What a probe sees, or does without.
  static let sight: [FaultRow] = [
    .excluded("sudo refuses everything", .sudoRefused(command: nil), kind: "sudoRefused"),
    .excluded("host key changed", .hostKeyChanged, kind: "hostKeyMismatch"),
    .excluded("RSA-only sshd", .rsaOnly, kind: "noAlgorithm"),
    .excluded("AEAD-only sshd", .aeadOnly, kind: "noAlgorithm"),
    .converged("snphost prints an impossible TCB", .toolShape(tool: "snphost", shape: .broken), by: "reload") {
      $0.facts = [12]
      $0.says = ["snphost prints a TCB that cannot be true"]
    },
    .excluded("the host is off", kind: "unreachable") {
      $0.policy = "deadlines: {connect: 2s}\n"
      $0.arrange = { try await Arrange.switchOff($0) }
    },
    .excluded("logins are refused", kind: "notReady") { $0.arrange = { try await Arrange.refuseLogins($0) } },
    .excluded("two sources disagree on the version", kind: "contradictorySources") {
      $0.arrange = { try await Arrange.log("ccp 0000:43:00.1: SEV API:1.55 build:30", $0) }
    },
    .excluded("no source names the version", .bootLinesGone(journalToo: true), kind: "unknownVersion") {
      $0.spec = { $0.hasSevctl = false }
    },
    .excluded("PSP commands have timed out", kind: "cannotActivate") {
      $0.facts = [8]
      $0.arrange = { try await Arrange.log("ccp 0000:43:00.1: sev command 0x4 timed out, disabling PSP", $0) }
      $0.says = ["full power cycle"]
    },
    .excluded("ps is missing", .toolMissing("ps"), kind: "unknownVMs"),
    .converged("snphost missing", .toolMissing("snphost"), by: "reload"),
    .converged("sevctl missing", .toolMissing("sevctl"), by: "reload"),
    .converged("snphost prints its old shape", .toolShape(tool: "snphost", shape: .labelled), by: "reload"),
    .converged("snphost prints its new shape", .toolShape(tool: "snphost", shape: .fiveFields), by: "reload"),
    .converged("snphost prints garbage", .toolShape(tool: "snphost", shape: .garbage), by: "reload"),
    .converged("sevctl prints garbage", .toolShape(tool: "sevctl", shape: .garbage), by: "reload"),
    .converged("boot lines gone from dmesg", .bootLinesGone(journalToo: false), by: "reload"),
    .converged("boot lines gone from the journal too", .bootLinesGone(journalToo: true), by: "reload"),
    .converged("slow host", .slow(milliseconds: 20), by: "reload"),
  ]

  /// What the plan leaves alone although it sees the host well.
  static let excluded: [FaultRow] = [
    .upToDate("it runs its target already") { _ in },
    .excluded("a CPU that no fact speaks of", kind: "noImage") { $0.spec = { $0.processor.model = 0x60 } },
    .excluded("no target", kind: "noTarget") { $0.target = nil },
    .excluded("a target without a version for this CPU", kind: "noTarget") { $0.spec = { $0 = .naples("h1") } },
    .excluded("no image in the catalog", kind: "noImage") {
      $0.arguments = ["h1", "--to", "1.55.33"]
      $0.says = ["1.55.29, 1.55.31, 1.55.34, 1.55.36"]
    },
    .excluded("no backup", kind: "noImage") { $0.arguments = ["h1", "--to", "backup", "--allow-downgrade"] },
    .excluded("a downgrade without consent", kind: "downgradeNotAllowed") { $0.arguments = ["h1", "--to", "older"] },
    .excluded("built in, and a reboot is forbidden", .ccpBuiltin, kind: "cannotActivate") {
      $0.policy = "activation: {reboot: false}\n"
    },
    .excluded("a kernel change is pending", .kernelChangePending("6.12.12+bpo-amd64"), kind: "kernelChange") {
      $0.policy = FaultRow.byReboot
    },
    .excluded("the right version runs, and INIT fails", .initFails(above: nil), kind: "unhealthy") {
      $0.target = "same"
      $0.arrange = { scenario in
        try await scenario.world.lab.set(.initFails(above: nil), on: "h1")
        try await scenario.world.lab.reset("h1")
      }
      $0.servers = []
    },
    .excluded("the BIOS copy is newer than the target", kind: "needsBIOS") {
      $0.facts = [4]
      $0.spec = { $0.biosFirmware = LabVersion(1, 55, 30) }
      $0.downgrades()
    },
    .excluded("factory, and a package owns the file", kind: "prerequisite") {
      $0.command = ["downgrade"]
      $0.arguments = ["h1", "--to", "factory"]
    },
    .excluded("factory, and no backup would hold the file", kind: "cannotActivate") {
      $0.command = ["downgrade"]
      $0.arguments = ["h1", "--to", "factory"]
      $0.spec = { spec in
        let path = "/lib/firmware/6.12.9+bpo-amd64/amd/amd_sev_fam19h_model0xh.sbin"
        spec.files = [.init(path: path, image: LabImage(version: FaultRow.old, spl: 25, family: "fam19h_model0xh"))]
        spec.firmwarePackage = nil
      }
    },
    .excluded("a quarantined host is left alone", kind: "quarantined") {
      $0.arrange = { try await Arrange.quarantine($0) }
    },
  ]
}
