import FleetCore

/// What one look at a simulated host shows.
enum SimObservation {
  static func of(_ host: SimHost, _ world: SimWorld) -> Observation {
    var seen = host.template
    seen.observedAt = world.executor.now
    seen.bootID = host.bootID
    seen.uptimeSeconds = Int(host.uptime(world.now))
    // A reset boots what was to boot next.
    if host.bootNumber > 1 { seen.kernel = host.template.nextBootKernel ?? host.template.kernel }
    seen.firmware = FirmwareReadings(kernelLog: host.log)
    // Nothing here computes a level; what was true before says nothing of what runs now.
    seen.tcb = TCBReading()
    let guests = world.guests(on: host.id).enumerated().map { number, server in
      GuestProcess(pid: 1000 + number, uuid: server.id, name: server.id, model: server.model)
    }
    let all = guests + host.strangers
    seen.modules.kvmReferences = all.count
    seen.virtualMachines = VirtualMachines(
      guests: all, qemuProcesses: all.count, kvmReferences: all.count)
    seen.files = host.files.sorted { $0.key < $1.key }.map { path, file in file.seen(at: path) }
    seen.initramfs = host.initramfs
    seen.kexecLoaded = false
    seen.startedByKexec = false
    seen.firmwareBootRecord = "\(host.id) \(host.bootNumber)"
    seen.packageManager = nil
    seen.lease = host.lease
    seen.heldPackages = host.held.sorted()
    return seen
  }

  /// A host that is well in every way.
  static func template(_ id: HostID, _ cpu: CPUIdentity) -> Observation {
    var seen = Observation(host: id, observedAt: SimSetup.start)
    seen.kernel = "6.1.0-32-amd64"
    seen.nextBootKernel = seen.kernel
    seen.bios = "Vendor 2.\(cpu.model)"
    seen.microcode = "0xa0011d5"
    seen.cpu = cpu
    seen.modules = ModuleState(ccp: .module, kvmAMD: .module, ccpHolders: ["kvm_amd"], ccpReferences: 1)
    seen.parameters = SEVParameters(sev: true, sevES: true, sevSNP: true)
    seen.search = FirmwareSearch(loadsXZ: true, loadsZstd: false)
    seen.computeUnit = .systemd(unit: "nova-compute.service")
    return seen
  }
}
