import FleetFormats
import FleetLab

extension FaultTable {
  /// The hash in the name under which the image of `new` is put beside its place: only the real rename names it, the
  /// trials of prepare do not.
  private static let stagedName: String = {
    let image = LabFleet.images.first { $0.version == FaultRow.new }
    return "sevfleet-new-" + ContentHash.sha256(image?.bytes ?? [])
  }()

  /// Reloads, and what is done where one is refused.
  static let activation: [FaultRow] = [
    .converged("no fault", nil, by: "reload") {
      $0.facts = [13]
      $0.says = [
        "a new VCEK is needed, the VLEK and a pinned reported TCB (SNP_CONFIG) are lost", "to be confirmed (grade B)",
      ]
    },
    .converged("rmmod refused, reboot allowed", .rmmodRefused(holder: "ccp_crypto"), by: "reboot") { $0.facts = [5] },
    .quarantined("rmmod refused, reboot forbidden", .rmmodRefused(holder: "ccp_crypto"), kind: "reloadFailed") {
      $0.facts = [5]
      $0.policy = "activation: {reboot: false}\n"
      $0.files = [FaultRow.usual: FaultRow.new]
      $0.says = ["modprobe -r ccp was refused"]
    },
    .converged("ccp held by another module", .ccpHeldBy(module: "ptdma"), by: "reboot") { $0.says = ["ptdma"] },
    // A driver in the kernel itself takes what the initramfs holds.
    .converged("ccp built in", .ccpBuiltin, by: "reboot") { $0.rebuilds = 1 },
    .quarantined("silent refusal by reload", .silentRefusal, kind: "notApplied") {
      $0.facts = [2]
      $0.reloads = 1
    },
    .quarantined("INIT fails after the update", .initFails(above: nil), kind: "unhealthy") {
      $0.facts = [6]
      ($0.running, $0.files, $0.reloads) = (FaultRow.new, [FaultRow.usual: FaultRow.new], 1)
    },
    // What the log tells after such a load decides the kind: no version at all, or the time-outs themselves.
    .quarantined("PSP commands time out in the reload", .pspTimeouts, kind: nil) {
      $0.facts = [8]
      ($0.files, $0.reloads) = ([FaultRow.usual: FaultRow.new], 1)
    },
    .converged(
      "connection lost after the reload began", .dropConnection(.afterCommand(containing: "setsid")), by: "reload"),
    .converged(
      "connection lost after the rename", .dropConnection(.afterCommand(containing: stagedName)), by: "reload"),
    .converged(
      "connection lost before the rename", .dropConnection(.beforeCommand(containing: stagedName)), by: "reload"),
  ]

  /// Resets, and hosts that come back otherwise than asked.
  static let resets: [FaultRow] = [
    .quarantined("does not come back", .doesNotComeBack, kind: "didNotReturn") {
      $0.facts = [7]
      $0.downgrades()
      $0.policy = "deadlines: {reboot: 6s}\n"
      ($0.files, $0.knowsNextReset) = ([FaultRow.usual: FaultRow.lower], false)
    },
    .quarantined("a kexec in place of a reset", .comesBackByKexec(announced: false), kind: "resetUnproven") {
      $0.downgrades()
      ($0.files, $0.boots, $0.kexecs) = ([FaultRow.usual: FaultRow.lower], 1, 1)
    },
    .converged(
      "an announced kexec is unloaded first", .comesBackByKexec(announced: true), by: "reboot",
      policy: FaultRow.byReboot
    ) { $0.says = ["a kexec kernel is loaded and is unloaded before a reset"] },
    .wentBack(
      "an announced kexec is unloaded before a downgrade", .comesBackByKexec(announced: true), to: FaultRow.lower,
      ["h1", "--to", "older"]),
    .quarantined("silent refusal by reboot", .silentRefusal, kind: "notApplied") {
      $0.facts = [2]
      $0.policy = FaultRow.byReboot
      ($0.running, $0.boots) = (FaultRow.floor, 1)
    },
    .converged(
      "login refused for a while after the boot", .nologin(seconds: 2), by: "reboot", policy: FaultRow.byReboot),
    .quarantined("the reset changes the host key", nil, kind: "hostKeyMismatch") {
      $0.policy = FaultRow.byReboot
      $0.arrange = { try await Arrange.changeKeyWhenDown($0) }
      ($0.running, $0.files, $0.boots) = (FaultRow.new, [FaultRow.usual: FaultRow.new], 1)
      $0.knowsNextReset = false
    },
    .converged(
      "a kernel change is allowed", .kernelChangePending("6.12.12+bpo-amd64"), by: "reboot",
      policy: "activation: {reload: false, allow_kernel_change: true}\n"
    ) { $0.says = ["the reset boots kernel 6.12.12+bpo-amd64"] },
    .converged(
      "a pending kernel does not matter to a reload", .kernelChangePending("6.12.12+bpo-amd64"), by: "reload"),
  ]
}
