import Foundation

extension LabHost {
  /// Makes something go wrong from now on; replaces a fault of the same kind.
  package func set(_ fault: LabFault) async throws {
    if faults[fault.kind] != nil { try await clear(fault.kind) }
    faults[fault.kind] = fault
    try await begin(fault)
  }

  /// What a fault does at once. Faults that only change later answers do nothing here.
  private func begin(_ fault: LabFault) async throws {
    switch fault {
    case .doesNotComeBack, .rmmodRefused, .silentRefusal, .initFails, .initramfsToolFails, .toolShape, .pspTimeouts,
      .nologin:
      break
    case .comesBackByKexec(let announced): if announced { try loadKexec(kernel) }
    case .ccpHeldBy: if up { try writeModules() }
    case .ccpBuiltin: try setBuiltin()
    case .staleInitramfs(let version): try makeStaleInitramfs(version)
    case .exactModelFile(let version):
      try putImage(version, at: "/lib/firmware/amd/" + spec.processor.exactFirmwareFile)
    case .updatesFile(let version):
      try putImage(version, at: "/lib/firmware/updates/amd/" + spec.processor.firmwareFile)
    case .packageOverwrites(_, let moment): await schedule(fault, at: moment)
    case .vmAppears(let moment, _, _, _):
      if fault.waitsForCommand { try startWatching() }
      await schedule(fault, at: moment)
    case .packageManagerAtWork: try startPackageManager()
    case .toolMissing(let tool): try hideTool(tool)
    case .bootLinesGone: if up { loseBootLines() }
    case .slow(let milliseconds): gate.setDelay(milliseconds)
    case .dropConnection(let drop): try begin(drop)
    case .unknownVM: if up { await appear(.none, known: false) }
    case .kernelChangePending(let release): try addKernel(release)
    case .diskFull(let folder, let left): try await fill(folder, left: left)
    case .readOnlyFirmware: try await remountFirmware(writable: false)
    case .sudoRefused(let command): try refuseSudo(command)
    case .hostKeyChanged: try await makeHostKey(faults[.rsaOnly] == nil ? .ed25519 : .rsa)
    case .rsaOnly, .aeadOnly: try await configureSSH()
    }
  }

  /// Ends a fault; what it broke is put back where that can be done without a reset.
  package func clear(_ kind: LabFault.Kind) async throws {
    guard let fault = faults.removeValue(forKey: kind) else { return }
    switch fault {
    case .doesNotComeBack, .rmmodRefused, .silentRefusal, .initFails, .initramfsToolFails, .toolShape, .pspTimeouts,
      .packageOverwrites, .bootLinesGone, .hostKeyChanged:
      break
    case .nologin: root.remove("/run/nologin")
    case .comesBackByKexec(let announced): if announced { try loadKexec(nil) }
    case .ccpHeldBy(let module):
      root.remove("/sys/module/" + module)
      try writeModules()
    case .ccpBuiltin: try setBuiltin()
    case .staleInitramfs: try rebuildInitramfs(of: kernel.release)
    case .exactModelFile: root.remove("/lib/firmware/amd/" + spec.processor.exactFirmwareFile)
    case .updatesFile: root.remove("/lib/firmware/updates/amd/" + spec.processor.firmwareFile)
    case .packageManagerAtWork:
      if let waiter = faultProcesses.removeValue(forKey: kind) { endChildren(of: waiter) }
    case .toolMissing: try restoreFiles(kind, mode: 0o755)
    case .slow: gate.setDelay(0)
    case .dropConnection, .vmAppears: try stopWatching()
    case .unknownVM: for guest in guests.values.map(\.guest) where !guest.known { try stopGuest(guest.uuid) }
    case .kernelChangePending(let release):
      kernels.removeAll { $0.release == release && $0 != kernel }
      try writeGrub()
    case .diskFull(let folder, _): try await unfill(folder)
    case .readOnlyFirmware: try await remountFirmware(writable: true)
    case .sudoRefused: root.remove("/etc/sudoers.d/zz-lab-refused")
    case .rsaOnly, .aeadOnly: try await configureSSH()
    }
  }

  /// Image with the security patch level that a version of this age may have.
  private func putImage(_ version: LabVersion, at path: String) throws {
    try root.write(path, image(version).bytes)
  }

  private func image(_ version: LabVersion) -> LabImage {
    LabImage(version: version, spl: firmware.spl, family: spec.processor.familyKey)
  }

  private func setBuiltin() throws {
    try furnishBoot()
    for kernel in kernels { try rebuildInitramfs(of: kernel.release) }
    guard up else { return }
    root.remove("/sys/module/ccp")
    try writeModules()
  }

  private func makeStaleInitramfs(_ version: LabVersion?) throws {
    let modules = root.text("/etc/initramfs-tools/modules") ?? ""
    if !initramfsTakesCCP { try root.write("/etc/initramfs-tools/modules", modules + "ccp\n") }
    let content = version.map { InitramfsFirmware.image(image($0)) } ?? .nothing
    for kernel in kernels { try rebuildInitramfs(of: kernel.release, holding: content) }
  }

  // MARK: At a moment

  private func schedule(_ fault: LabFault, at moment: LabMoment) async {
    guard case .after(let seconds) = moment else { return }
    Task {
      try? await Task.sleep(for: .seconds(seconds))
      guard faults[fault.kind] == fault else { return }
      faults[fault.kind] = nil
      switch fault {
      case .packageOverwrites(let version, _): try? overwriteFirmware(version)
      case .vmAppears(_, let model, let known, _): await appear(model, known: known)
      default: break
      }
    }
  }

  /// Called while a kernel starts, before modules load.
  func applyFaultsAtBoot() async throws {
    if case .packageOverwrites(let version, .boot) = faults[.packageOverwrites], bootCount > 1 {
      faults[.packageOverwrites] = nil
      try overwriteFirmware(version)
    }
    if case .nologin(let seconds) = faults[.nologin] {
      let text = "System is booting up. Unprivileged users are not permitted to log in yet. Please come back later."
      try root.write("/run/nologin", text + " For technical details, see pam_nologin(8).\n")
      let started = generation
      Task {
        try? await Task.sleep(for: .seconds(seconds))
        if generation == started { root.remove("/run/nologin") }
      }
    }
  }

  /// The package's new version writes its file, unless it is held; a diverted file goes elsewhere.
  private func overwriteFirmware(_ version: LabVersion) throws {
    let path = "/lib/firmware/amd/" + spec.processor.firmwareFile
    let status = (root.text("/var/lib/dpkg/status") ?? "").split(separator: "\n\n").first {
      $0.hasPrefix("Package: \(spec.firmwarePackage ?? "-")\n")
    }
    if status?.contains("Status: hold") == true { return }
    let diversions = (root.text("/var/lib/dpkg/diversions") ?? "").lines
    let index = diversions.firstIndex { $0 == path || $0 == "/usr" + path }
    let target = index.map { diversions[min($0 + 1, diversions.count - 1)] } ?? path
    try putImage(version, at: target)
    note(.fileOverwritten, target)
  }

  func loseBootLines() {
    guard case .bootLinesGone(let journalToo) = faults[.bootLinesGone] else { return }
    log.lose(journalToo: journalToo)
    say("systemd-journald[412]: Data hash table of system.journal has a fill level at 75.0")
  }

  private func addKernel(_ release: String) throws {
    guard !kernels.contains(where: { $0.release == release }) else { return }
    kernels.insert(LabKernel(release, style: kernel.style, compression: kernel.compression), at: 0)
    try furnishBoot()
    try rebuildInitramfs(of: release)
  }
}
