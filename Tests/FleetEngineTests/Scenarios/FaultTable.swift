import FleetLab

/// Each lab fault and each row of FACTS 7 that concerns one host, with the right answer.
enum FaultTable {
  static let rows: [FaultRow] = activation + preparation + sight + staging

  private static let activation: [FaultRow] = [
    .converged("no fault", nil, activation: "reload"),
    .quarantined(
      "does not come back", .doesNotComeBack, .downgrade, kind: "didNotReturn", policy: "deadlines: {reboot: 6s}\n",
      file: FaultRow.lower),
    .quarantined(
      "a kexec in place of a reset", .comesBackByKexec(announced: false), .downgrade, kind: "resetUnproven",
      file: FaultRow.lower),
    .converged(
      "an announced kexec is unloaded first", .comesBackByKexec(announced: true), .upgradeByReboot, activation: "reboot"
    ),
    .converged("rmmod refused, reboot allowed", .rmmodRefused(holder: "ccp_crypto"), activation: "reboot"),
    .quarantined(
      "rmmod refused, reboot forbidden", .rmmodRefused(holder: "ccp_crypto"), .upgrade, kind: "reloadFailed",
      policy: "activation: {reboot: false}\n", file: FaultRow.new),
    .converged("ccp held by another module", .ccpHeldBy(module: "ptdma"), activation: "reboot"),
    .converged("ccp built in", .ccpBuiltin, activation: "reboot"),
    .quarantined("silent refusal by reload", .silentRefusal, .upgrade, kind: "notApplied"),
    .quarantined(
      "silent refusal by reboot", .silentRefusal, .upgradeByReboot, kind: "notApplied", running: LabVersion(1, 51, 3)),
    .quarantined(
      "INIT fails after the update", .initFails(above: nil), .upgrade, kind: "unhealthy", running: FaultRow.new,
      file: FaultRow.new),
    .converged(
      "login refused for a while after the boot", .nologin(seconds: 2), .upgradeByReboot, activation: "reboot"),
    .converged(
      "connection lost after the reload began", .dropConnection(.afterCommand(containing: "setsid")),
      activation: "reload"),
    .converged(
      "connection lost after the rename", .dropConnection(.afterCommand(containing: "mv -f")), activation: "reload"),
  ]

  private static let preparation: [FaultRow] = [
    .prepared("package manager at work", .packageManagerAtWork, kind: "packageManagerBusy"),
    .prepared("exact-model file", .exactModelFile(LabVersion(1, 55, 31)), kind: "shadowed"),
    .prepared("file under updates", .updatesFile(LabVersion(1, 55, 31)), kind: "shadowed"),
    .prepared("disk full", .diskFull(folder: "/lib/firmware", left: 4096), kind: "diskFull"),
    .prepared("read-only /lib/firmware", .readOnlyFirmware, kind: "readOnly"),

    .prepared("no initramfs tool", .toolMissing("update-initramfs"), kind: "prepareFailed") {
      $0.ccpInInitramfs = true
    },
  ]

  private static let sight: [FaultRow] = [
    .excluded("sudo refuses everything", .sudoRefused(command: nil), kind: "sudoRefused"),
    .excluded("sudo refuses one command", .sudoRefused(command: "modprobe"), kind: "sudoRefused"),
    .excluded("host key changed", .hostKeyChanged, kind: "hostKeyMismatch"),
    .excluded("RSA-only sshd", .rsaOnly, kind: "noAlgorithm"),
    .excluded("AEAD-only sshd", .aeadOnly, kind: "noAlgorithm"),
    .excluded(
      "snphost prints an impossible TCB", .toolShape(tool: "snphost", shape: .broken), kind: "contradictorySources"),
    .excluded("a VM that Nova does not know", .unknownVM, kind: "unknownVMs"),
    .excluded(
      "a kernel change is pending", .kernelChangePending("6.12.12+bpo-amd64"), .upgradeByReboot, kind: "kernelChange"),
    .converged("snphost missing", .toolMissing("snphost"), activation: "reload"),
    .converged("sevctl missing", .toolMissing("sevctl"), activation: "reload"),
    .converged("snphost prints its old shape", .toolShape(tool: "snphost", shape: .labelled), activation: "reload"),
    .converged("snphost prints its new shape", .toolShape(tool: "snphost", shape: .fiveFields), activation: "reload"),
    .converged("boot lines gone from dmesg", .bootLinesGone(journalToo: false), activation: "reload"),
    .converged("boot lines gone from the journal too", .bootLinesGone(journalToo: true), activation: "reload"),
    .converged("slow host", .slow(milliseconds: 20), activation: "reload"),
    .converged(
      "a pending kernel does not matter to a reload", .kernelChangePending("6.12.12+bpo-amd64"), activation: "reload"),
  ]

  private static let staging: [FaultRow] = [
    FaultRow(
      name: "the initramfs tool fails", fault: .initramfsToolFails, spec: { $0.ccpInInitramfs = true },
      outcome: "skipped", kind: "stageFailed", exit: 3, moves: 1, touchesService: true),
    .converged("ccp in the initramfs", nil, activation: "reload") { $0.ccpInInitramfs = true },
    FaultRow(
      name: "a VM appears between drain and activation",
      fault: .vmAppears(.computeStopped, .none, known: false, times: 1),
      outcome: "skipped", kind: "unknownVMs", exit: 3, moves: 1, touchesService: true),
    .quarantined(
      "the package overwrites the file at boot", .packageOverwrites(LabVersion(1, 55, 21), when: .boot),
      .upgradeByReboot, kind: "notApplied", running: LabVersion(1, 55, 21)),
  ]
}
