/// Which way a change goes, with the rule that says so.
struct DirectionRow {
  var direction: HostChange.Direction
  var rule: String

  func text(_ running: FirmwareVersion, _ desired: FirmwareVersion?) -> String {
    switch direction {
    case .upgrade: "upgrade from \(running) to \(desired?.description ?? "unknown")"
    case .downgrade: "downgrade from \(running) to \(desired?.description ?? "unknown"): only a reset can do it"
    case .factory: "back to the BIOS copy\(desired.map { " \($0)" } ?? ""): files away, then a reset"
    case .repair: "\(running) runs, and the next reset would not keep it: the right file is put in place"
    }
  }
}

extension Decision {
  func direction(_ seen: Seen, _ wish: Wish) throws(Exclusion) -> DirectionRow {
    if wish.isFactory {
      if let floor = wish.version, floor == seen.running {
        // It runs already; files go only where their going can be seen to have worked.
        try checkNextReset(seen)
        return DirectionRow(direction: .factory, rule: "A2")
      }
      try allowDowngrade(seen, wish)
      return DirectionRow(direction: .factory, rule: "A2")
    }
    guard let desired = wish.version else {
      throw Exclusion(.unknownVersion, rule: "C", "its target names no version")
    }
    if desired == seen.running {
      try checkRepair(seen, wish)
      return DirectionRow(direction: .repair, rule: "O2")
    }
    if desired > seen.running { return DirectionRow(direction: .upgrade, rule: "A1") }
    try allowDowngrade(seen, wish)
    return DirectionRow(direction: .downgrade, rule: "A2")
  }

  /// A repair that could not be seen to have worked would be planned again for ever.
  private func checkRepair(_ seen: Seen, _ wish: Wish) throws(Exclusion) {
    guard let (kernel, why) = try checkNextReset(seen) else { return }
    let winner = EffectiveFile.resolve(
      cpu: seen.cpu, files: seen.observation.files, search: seen.observation.searchAfterReset, kernel: kernel
    ).winner
    if winner?.sha256 != nil, winner?.sha256 == wish.image?.sha256, rebuild(seen) == nil {
      throw untellable(seen, why)
    }
  }

  /// What runs already is only worked on where the effect on the next reset could be read back. Returns the kernel of
  /// that reset, and why it cannot be told now what it loads; `nil`: it can.
  @discardableResult
  private func checkNextReset(_ seen: Seen) throws(Exclusion) -> (kernel: String, why: String)? {
    let why: String
    switch seen.after {
    case .version: return nil
    case .unknown(let text): why = text
    }
    guard let kernel = seen.observation.nextBootKernel else {
      throw Exclusion(
        .kernelChange, rule: "O2", expected: "a known kernel after the next reset", found: nil,
        "\(seen.running) runs, and what the next reset loads cannot be told: \(why)")
    }
    let initramfs = seen.observation.initramfs
    guard initramfs.map({ $0.kernel == kernel && $0.containsCCP != nil }) ?? true else { throw untellable(seen, why) }
    return (kernel, why)
  }

  private func untellable(_ seen: Seen, _ why: String) -> Exclusion {
    Exclusion(
      .cannotActivate, rule: "O2", expected: "\(seen.running) after the next reset", found: nil,
      "\(seen.running) runs, and putting its file in place would not tell what the next reset loads: \(why)")
  }

  private func allowDowngrade(_ seen: Seen, _ wish: Wish) throws(Exclusion) {
    guard options.allowDowngrade else {
      let desired = wish.version?.description ?? "the BIOS copy"
      throw Exclusion(
        .downgradeNotAllowed, rule: "A2", expected: desired, found: seen.running.description,
        "it runs \(seen.running), newer than \(desired), and a downgrade was not allowed")
    }
  }

  func checkFloor(_ seen: Seen, _ wish: Wish, _ row: DirectionRow) throws(Exclusion) {
    switch row.direction {
    case .upgrade, .repair, .factory: return
    case .downgrade: break
    }
    guard let desired = wish.version else { return }
    guard let floor = seen.floor else {
      guard options.allowUnknownFloor else {
        throw Exclusion(
          .unknownFloor, rule: "A4", expected: "a BIOS copy not newer than \(desired)", found: nil,
          "its BIOS copy is unknown, so nobody can say whether \(desired) can be reached; --allow-unknown-floor tries")
      }
      return
    }
    if desired < floor.version {
      throw Exclusion(
        .needsBIOS, rule: "A4", expected: desired.description, found: floor.version.description,
        "its BIOS copy is \(floor.version): \(desired) needs an older BIOS, and no file can help")
    }
  }

  func checkPrerequisites(_ seen: Seen, _ wish: Wish) throws(Exclusion) {
    guard let desired = wish.version, wish.image != nil else { return }
    for row in facts.prerequisites(for: seen.cpu, grade: .a) {
      if let from = row.fromVersion, desired < from { continue }
      if let need = row.bootloader {
        let found = (seen.observation.tcb.platform?.bootloader).map(Int.init)
        try check(row, "boot loader", need, found) { "\($0)" }
      }
      if let need = row.microcode {
        try check(row, "microcode", need, seen.observation.microcodeNumber) { "0x\(Hex.padded($0, 8))" }
      }
      if let need = row.bios { try check(row, need, seen.observation.bios) }
    }
  }

  private func check(_ row: Facts.Prerequisite, _ need: BIOSNeed, _ bios: String?) throws(Exclusion) {
    let expected = "BIOS \(need.vendor) \(need.minimum) or newer"
    switch need.judge(bios) {
    case .met: return
    case .tooOld(let found):
      throw Exclusion(.prerequisite, rule: "A5", expected: expected, found: "BIOS \(found)", row.text)
    case .unknown(nil):
      throw Exclusion(
        .prerequisite, rule: "A5", expected: expected, found: nil, "\(row.text), and its BIOS could not be read")
    case .unknown(let found?):
      throw Exclusion(
        .prerequisite, rule: "A5", expected: expected, found: "BIOS \(found)",
        "\(row.text), and its BIOS \(found) cannot be compared with \(need.minimum)")
    }
  }

  /// What could not be read meets no condition: unknown is never "new enough".
  private func check(
    _ row: Facts.Prerequisite, _ name: String, _ need: Int, _ found: Int?, spelt: (Int) -> String
  ) throws(Exclusion) {
    guard let found else {
      throw Exclusion(
        .prerequisite, rule: "A5", expected: "\(name) \(spelt(need))", found: nil,
        "\(row.text), and its \(name) could not be read")
    }
    if found < need {
      throw Exclusion(
        .prerequisite, rule: "A5", expected: "\(name) \(spelt(need))", found: "\(name) \(spelt(found))", row.text)
    }
  }

  func activation(
    _ seen: Seen, _ row: DirectionRow, policy: Policy
  ) throws(Exclusion) -> (HostChange.Activation, Reason) {
    switch row.direction {
    case .repair: return (.none, Reason("O", "nothing is activated: the right version runs already"))
    case .upgrade:
      var blocked = seen.observation.modules.blockedBy
      if timedOut(seen) {
        blocked.append("the kernel log tells of PSP commands that timed out")  // FACTS 7.8: no more reloads
      }
      if policy.activation.reload, blocked.isEmpty {
        return (.reload, Reason("A1", "ccp is a module that nothing else holds: reload"))
      }
      let why = policy.activation.reload ? blocked.joined(separator: "; ") : "policy forbids a reload"
      return try reset(seen, policy, why)
    case .downgrade: return try reset(seen, policy, "firmware only goes back through a reset")
    case .factory: return try reset(seen, policy, "the BIOS copy only returns through a reset")
    }
  }

  private func timedOut(_ seen: Seen) -> Bool { seen.observation.firmware.kernelLog?.timeouts.isEmpty == false }

  private func reset(
    _ seen: Seen, _ policy: Policy, _ why: String
  ) throws(Exclusion) -> (HostChange.Activation, Reason) {
    guard policy.activation.reboot else {
      throw Exclusion(
        .cannotActivate, rule: "A2", expected: "a reboot", found: "activation.reboot: false",
        "\(why), and policy forbids a reboot")
    }
    guard timedOut(seen) else { return (.reboot, Reason("A2", "\(why): reboot")) }
    // A PSP that answers no more may survive a warm reboot (FACTS 7.8).
    guard policy.hooks[.powerCycle] != nil else {
      throw Exclusion(
        .cannotActivate, rule: "A2", expected: "a PSP that answers, or a power_cycle hook",
        found: "commands that timed out",
        "PSP commands timed out, and a warm reboot may not bring it back: a full power cycle is advised")
    }
    let note = "PSP commands timed out, and the power_cycle hook is run if the host does not come back"
    return (.reboot, Reason("A2", "\(why): reboot; \(note)"))
  }

  func kernelChange(
    _ seen: Seen, _ activation: HostChange.Activation, policy: Policy
  ) throws(Exclusion) -> KernelChange? {
    switch activation {
    case .reload, .none: return nil
    case .reboot: break
    }
    let next = seen.observation.nextBootKernel
    if let next, next == seen.observation.kernel { return nil }
    guard policy.activation.allowKernelChange else {
      throw Exclusion(
        .kernelChange, rule: "A3", expected: seen.observation.kernel, found: next,
        next.map { "a reset would boot kernel \($0), and policy does not allow a kernel change" }
          ?? "it cannot be told which kernel a reset would boot, and policy does not allow a kernel change")
    }
    return KernelChange(from: seen.observation.kernel, to: next)
  }
}

extension Observation {
  /// The microcode revision as a number; compares only within one family, model and stepping.
  package var microcodeNumber: Int? {
    guard let microcode else { return nil }
    return microcode.hasPrefix("0x") ? Hex.number(microcode.dropFirst(2)) : Int(microcode)
  }
}
