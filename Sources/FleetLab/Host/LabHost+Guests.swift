import Foundation

extension LabHost {
  /// Starts a QEMU stand-in: a process that looks like QEMU to everyone who reads `/proc`.
  func startGuest(_ guest: LabVirtualMachine) throws {
    guard up else { throw LabError(.hostDown, "\(name) is down") }
    guard guests[guest.uuid] == nil else { throw LabError(.guestExists, "\(guest.uuid) runs on \(name)") }
    try refuse(guest.model)
    let folder = "/run/qemu/\(guest.uuid)"
    let title = "guest=\(guest.instanceName),debug-threads=on"
    try root.makeFolder(folder, mode: 0o711)
    // dash takes `-name` for four of its own options, one of which is to run nothing, and what follows for a script;
    // the script is a pipe that nobody writes to, so dash waits for ever under QEMU's name and arguments.
    let pipe = try root.outside(folder + "/" + title)
    guard mkfifo(pipe, 0o644) == 0 else {
      throw LabError(.file, "no pipe can be made on \(name)", cause: String(cString: strerror(errno)))
    }
    chmod(pipe, 0o644)
    let user = String(HostTemplate.qemuID)
    let argv =
      ["env", "-i", "-C", folder, "setpriv", "--reuid", user, "--regid", "106", "--clear-groups", "--"]
      + Self.qemuArguments(guest, title)
    let nothing = try Descriptor.null()
    defer { Descriptor.close(nothing) }
    let waiter = try Child.spawn(namespace.inside(argv), descriptors: [nothing, nothing, nothing])
    guests[guest.uuid] = RunningGuest(guest: guest, waiter: waiter)
    note(.guestStarted, guest.uuid)
    try writeModules()
    let started = generation
    loop.watch(child: waiter) { [weak self] _ in
      Task { await self?.guestProcessEnded(guest.uuid, waiter, generation: started) }
    }
  }

  /// Throws what QEMU would say where the host cannot run this model.
  private func refuse(_ model: LabGuestModel) throws(LabError) {
    let possible: Bool
    switch model {
    case .none: possible = modules.kvmAMD
    case .sev: possible = modules.sev
    case .sevES: possible = sevESUsable
    case .sevSNP: possible = modules.sevSNP && firmware.initialized
    }
    guard !possible else { return }
    let text =
      model == .none || !modules.kvmAMD
      ? "Could not access KVM kernel module: No such file or directory"
      : "sev_launch_start: LAUNCH_START ret=1 fw_error=21 'Feature not supported'"
    throw LabError(.guestRefused, text)
  }

  private static func qemuArguments(_ guest: LabVirtualMachine, _ title: String) -> [String] {
    var argv = ["/usr/bin/qemu-system-x86_64", "-name", title, "-S", "-machine", "pc-q35-7.2,accel=kvm"]
    let security: String?
    switch guest.model {
    case .none: security = nil
    case .sev: security = "sev-guest,id=lsec0,cbitpos=51,reduced-phys-bits=1,policy=0x1"
    case .sevES: security = "sev-guest,id=lsec0,cbitpos=51,reduced-phys-bits=1,policy=0x5"
    case .sevSNP: security = "sev-snp-guest,id=lsec0,cbitpos=51,reduced-phys-bits=1,policy=0x30000"
    }
    if let security { argv += ["-object", security] }
    return argv + ["-m", "size=2097152k", "-uuid", guest.uuid, "-nographic"]
  }

  func stopGuest(_ uuid: String) throws {
    guard let running = guests.removeValue(forKey: uuid) else { return }
    note(.guestEnded, uuid)
    try end(running)
    root.remove("/run/qemu/" + uuid)
    try writeModules()
  }

  /// Ends the process inside: killing the waiting process outside would leave it.
  private func end(_ running: RunningGuest) throws {
    endChildren(of: running.waiter)
  }

  /// Only what libvirt says changes: QEMU's own process goes on when its processors stand still.
  func setPaused(_ paused: Bool, _ uuid: String) throws {
    guard guests[uuid] != nil else { throw LabError(.invalid, "\(uuid) does not run on \(name)") }
    guests[uuid]?.paused = paused
  }

  /// Ends what runs inside behind a waiting process.
  func endChildren(of waiter: pid_t) {
    loop.whileAlive(waiter) {
      for process in Self.children(of: waiter) { kill(process, SIGKILL) }
    }
  }

  static func children(of pid: pid_t) -> [pid_t] {
    (HostRoot.machine.text("/proc/\(pid)/task/\(pid)/children") ?? "").words.compactMap {
      pid_t($0.trimmingNewlines)
    }
  }

  private func guestProcessEnded(_ uuid: String, _ waiter: pid_t, generation started: Int) async {
    guard generation == started, guests[uuid]?.waiter == waiter else { return }
    guests[uuid] = nil
    note(.guestEnded, uuid)
    root.remove("/run/qemu/" + uuid)
    try? writeModules()
    await configuration.hooks.guestEnded(name, uuid)
  }

  // MARK: Guests that appear by themselves

  /// A guest by fault, if this command is its moment.
  func appearGuest(at line: String) async {
    guard case .vmAppears(.command(let text), _, _, _) = faults[.vmAppears], line.contains(text) else { return }
    await appearGuestOnce()
  }

  func appearGuestAfterStop() async {
    guard case .vmAppears(.computeStopped, _, _, _) = faults[.vmAppears] else { return }
    await appearGuestOnce()
  }

  /// The fault is over once it has happened as often as was asked.
  private func appearGuestOnce() async {
    guard case .vmAppears(let moment, let model, let known, let times) = faults[.vmAppears] else { return }
    faults[.vmAppears] = times > 1 ? .vmAppears(moment, model, known: known, times: times - 1) : nil
    await appear(model, known: known)
  }

  func appear(_ model: LabGuestModel, known: Bool) async {
    let number = Text.hex(0xf000 + effects.count, width: 8)
    let guest = LabVirtualMachine(
      uuid: UUID().uuidString.lowercased(), name: known ? "late" : "stranger", instanceName: "instance-\(number)",
      model: model, known: known)
    guard (try? startGuest(guest)) != nil else { return }
    if known { await configuration.hooks.guestAppeared(name, guest) }
  }
}
