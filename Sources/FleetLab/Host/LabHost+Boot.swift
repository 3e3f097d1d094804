import Foundation

/// How a kernel came to start.
enum BootKind: Sendable {
  case first
  /// Through the BIOS: firmware starts over.
  case reset
  /// From the running kernel: firmware stays.
  case kexec
}

extension LabHost {
  /// Seconds that a kernel has been up when the host answers again.
  private static let bootSeconds = 25

  /// Starts a kernel: the security processor, modules, logs, files below `/proc` and `/sys`, services.
  /// - Throws: `LabError` of kind `hostDown` if the kernel's initramfs is broken: such a host stays down.
  func boot(_ kind: BootKind) async throws {
    bootCount += 1
    generation += 1
    try await startKernel(kind)
    try clearVolatileFolders(kind)
    try await applyFaultsAtBoot()
    modules = ModuleState()
    try writeProc(kind)
    try writePlatform(kind)
    logEarlyBoot()
    let initramfs = try await initramfs(of: kernel.release)
    // A driver in the kernel itself asks before the real root is mounted: it sees the initramfs and nothing else.
    if isBuiltin || initramfs.hasCCP {
      try await loadCCP(from: initramfs)
    } else {
      try await loadCCP(from: rootFirmware)
    }
    try await loadKVM(arguments: [:])
    if faults[.bootLinesGone] != nil { loseBootLines() }
    startServices(kind)
    try writeModules()
    try writeUptime()
    up = true
  }

  private func startKernel(_ kind: BootKind) async throws {
    switch kind {
    case .first, .reset:
      if kind == .reset { firmware.reset() }
      if let next = nextBootKernel { kernel = next }
      try consumeNextEntry()
    case .kexec:
      kernel = kexec.loaded ?? kernel
      firmware.initialized = false
    }
    kexec = KexecState()
    let uptime = kind == .first ? max(spec.uptime, Self.bootSeconds) : Self.bootSeconds
    bootedAt = ContinuousClock.now - .seconds(uptime)
    bootID = UUID().uuidString.lowercased()
    log.begin(bootID: bootID, start: Date().timeIntervalSince1970 - Double(uptime))
  }

  /// `/run` and `/tmp` start empty; the lab's own things stay.
  private func clearVolatileFolders(_ kind: BootKind) throws {
    if kind != .first {
      for name in root.names("/run") where name != "lab" && "/run/\(name)" != StandIns.socket {
        root.remove("/run/" + name)
      }
      for name in root.names("/tmp") { root.remove("/tmp/" + name) }
    }
    for folder in ["/run/sshd", "/run/systemd/system", "/run/sudo"] { try root.makeFolder(folder) }
    try root.makeFolder("/run/lock", mode: 0o1777)
  }

  private func logEarlyBoot() {
    say("Linux version \(kernel.release) (debian-kernel@lists.debian.org) #1 SMP PREEMPT_DYNAMIC Debian", at: 0)
    say("Command line: \(commandLine)", at: 0)
    say("DMI: Lab Systems EPYC-\(spec.processor.family), BIOS \(spec.biosVersion) 05/02/2025", at: 0)
    if snpOn { say("SEV-SNP: RMP table physical range [0x000000bf8d200000 - 0x000000c04d7fffff]", at: 0) }
    let patch = Text.hex(spec.processor.microcode, width: 8)
    say("microcode: Current revision: 0x\(patch)", at: 1_100_000)
    say("EXT4-fs (vda1): mounted filesystem with ordered data mode", at: 3_000_000)
  }

  /// Whether the BIOS and the kernel have SNP on.
  var snpOn: Bool { spec.snpEnabled && spec.processor.supportsSNP && kernel.style != .debian12 }

  private func startServices(_ kind: BootKind) {
    services = services.filter { !$0.value.transient }
    let usual = (spec.hasCompute ? ["nova-compute.service"] : []) + (spec.hasLibvirt ? ["libvirtd.service"] : [])
    for unit in usual + ["ssh.service"] {
      let enabled = services[unit]?.enabled ?? true
      services[unit] = ServiceState(active: enabled, enabled: enabled, since: microsecondsUp)
    }
  }

  /// What a reset does: everything ends, the listener is closed for a while, a kernel starts.
  package func reset() async throws { try await restart(.reset, by: ["power"]) }

  func restart(_ kind: BootKind, by command: [String]) async throws {
    guard up else { throw LabError(.hostDown, "\(name) is down") }
    up = false
    generation += 1
    note(kind == .kexec ? .kexec : .reset, name, by: command)
    let ended = guests.values.map(\.guest)
    guests = [:]
    await closeListener()
    try await endProcesses()
    await configuration.hooks.hostChanged(name, false)
    for guest in ended { await configuration.hooks.guestEnded(name, guest.uuid) }
    guard faults[.doesNotComeBack] == nil else { return }
    try await Task.sleep(for: .milliseconds(configuration.resetMilliseconds))
    try await comeBack(kind)
  }

  private func comeBack(_ kind: BootKind) async throws {
    problem = nil
    try await boot(kind)
    try openListener()
    await configuration.hooks.hostChanged(name, true)
    if isComputeActive { await configuration.hooks.computeServiceChanged(name, true) }
  }

  /// Switches a host on that stayed down.
  package func powerOn() async throws {
    guard !up else { return }
    try await comeBack(.reset)
  }

  /// What `reboot` comes to, after it has answered.
  func rebootSoon(by command: [String]) {
    var kind = kexec.loaded == nil ? BootKind.reset : .kexec
    if case .comesBackByKexec(announced: false) = faults[.comesBackByKexec] { kind = .kexec }
    restartSoon(kind, by: command)
  }

  func restartSoon(_ kind: BootKind, by command: [String]) {
    let wanted = generation
    Task {
      // The asking program gets its answer out before its host ends.
      try? await Task.sleep(for: .milliseconds(50))
      guard generation == wanted else { return }
      do {
        try await restart(kind, by: command)
      } catch {
        problem = "\(error)"
      }
    }
  }

  var isComputeUp: Bool { up && isComputeActive }

  var isComputeActive: Bool { services["nova-compute.service"]?.active ?? false }
}
