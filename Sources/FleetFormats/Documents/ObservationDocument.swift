package import FleetCore

/// `sevfleet.observation/1`.
package struct ObservationDocument: Encodable, Sendable {
  package var schema = "sevfleet.observation/1"
  package var hosts: [Host]

  package init(hosts: [Host]) { self.hosts = hosts }

  package struct Problem: Encodable, Sendable {
    var kind: String
    var text: String
  }

  package struct CPU: Encodable, Sendable {
    var family: Int
    var model: Int
    var stepping: Int
    var generation: String?
    var firmwareFile: String
  }

  package struct Firmware: Encodable, Sendable {
    package struct Sources: Encodable, Sendable {
      var kernelLog: FirmwareVersion?
      var sevctl: FirmwareVersion?
      var snphost: String?
    }

    var running: FirmwareVersion?
    var floor: FirmwareVersion?
    var sources: Sources
  }

  /// A TCB of which only parts may be known.
  package struct TCB: Encodable, Sendable {
    var fmc: UInt8?
    var bootloader: UInt8?
    var tee: UInt8?
    var snp: Int?
    var microcode: UInt8?
  }

  package struct TCBs: Encodable, Sendable {
    var reported: TCB?
    var platform: TCB?
    var source: TCBReading.Source?
  }

  package struct Modules: Encodable, Sendable {
    var ccp: ModuleState.Presence?
    var reloadable: Bool
    var blockedBy: [String]
  }

  package struct Machines: Encodable, Sendable {
    package struct Evidence: Encodable, Sendable {
      var qemuProcesses: Int?
      var kvmReferences: Int?
      var libvirt: Int?
      var snpGuests: Int?
    }

    var running: Int?
    var evidence: Evidence
  }

  package struct File: Encodable, Sendable {
    var path: String
    var sha256: String?
    var version: FirmwareVersion?
    var effective: Bool
    var shadowedBy: String?
    var package: String?
  }

  package struct InitramfsRow: Encodable, Sendable {
    var kernel: String
    var containsCCP: Bool?
    var firmware: FirmwareVersion?
  }

  /// Which controller has work on the host; names are `null` where what lies there is no lease of ours.
  package struct Lease: Encodable, Sendable {
    var controller: String?
    var rollout: String?
    var controllerHost: String?
    var since: Instant?

    package init(_ lease: HostLease) {
      let holder = lease.holder
      controller = holder?.controller
      rollout = holder?.rollout
      controllerHost = holder?.hostName
      since = lease.since
    }
  }

  package struct Host: Encodable, Sendable {
    var host: HostID
    var reachable: Bool
    var error: Problem?
    var observedAt: Instant
    var bootID: String?
    var kernel: String?
    var nextBootKernel: String?
    var bios: String?
    var microcode: String?
    var cpu: CPU?
    var firmware: Firmware
    var tcb: TCBs
    /// `null` where the host was not seen.
    var modules: Modules?
    var features: SEVFeatures
    var virtualMachines: Machines
    /// `null` where the host was not seen, or its CPU or kernel is unknown, so that no file can be told to be effective.
    var files: [File]?
    var initramfs: InitramfsRow?
    var afterReboot: FirmwareVersion?
    var armed: Bool?
    /// `null`: not asked.
    var pendingPackages: [PendingPackage]?
    var lease: Lease?
    var notes: [String]
  }
}

extension ObservationDocument.Host {
  /// A host that was seen, or the reason why it was not.
  package init(
    host: HostID, look: Result<Observation, ProbeFailure>, at: Instant, floor: FloorEvidence?, facts: Facts
  ) {
    switch look {
    case .success(let observation): self.init(observation, floor: floor, facts: facts)
    case .failure(let failure):
      self.init(Observation(host: host, observedAt: at), floor: floor, facts: facts)
      reachable = false
      modules = nil
      error = ObservationDocument.Problem(kind: failure.kind.rawValue, text: failure.text)
    }
  }

  private init(_ seen: Observation, floor: FloorEvidence?, facts: Facts) {
    let running = RunningFirmware.judge(seen.firmware).version
    let floor = FloorEvidence.inForce(seen, stored: floor)
    let after = AfterReset.judge(seen, running: running, floor: floor?.version).version
    let readings = seen.firmware
    self.init(
      host: seen.host, reachable: true, error: nil, observedAt: seen.observedAt, bootID: seen.bootID,
      kernel: seen.kernel, nextBootKernel: seen.nextBootKernel, bios: seen.bios, microcode: seen.microcode,
      cpu: seen.cpu.map {
        .init(
          family: $0.family, model: $0.model, stepping: $0.stepping, generation: facts.generation(of: $0)?.name,
          firmwareFile: $0.familyModel.kernelName)
      },
      firmware: .init(
        running: running, floor: floor?.version,
        sources: .init(
          kernelLog: readings.kernelLog?.newestVersion, sevctl: readings.sevctl, snphost: readings.snphost)),
      tcb: Self.tcbs(seen, facts),
      modules: .init(
        ccp: seen.modules.ccp, reloadable: seen.modules.reloadable, blockedBy: seen.modules.blockedBy),
      features: SEVFeatures.judge(seen, facts: facts), virtualMachines: Self.machines(seen.virtualMachines),
      files: Self.files(seen), initramfs: Self.initramfs(seen), afterReboot: after,
      armed: after.flatMap { after in running.map { $0 != after } },
      pendingPackages: seen.pendingPackages, lease: seen.lease.map(ObservationDocument.Lease.init),
      notes: seen.notes.map { "\($0.source): \($0.text)" })
  }

  private static func machines(_ machines: VirtualMachines) -> ObservationDocument.Machines {
    .init(
      running: machines.running,
      evidence: .init(
        qemuProcesses: machines.qemuProcesses, kvmReferences: machines.kvmReferences, libvirt: machines.libvirt,
        snpGuests: machines.snpGuests))
  }

  private static func tcbs(_ seen: Observation, _ facts: Facts) -> ObservationDocument.TCBs {
    func row(_ tcb: TCBVersion) -> ObservationDocument.TCB {
      .init(fmc: tcb.fmc, bootloader: tcb.bootloader, tee: tcb.tee, snp: Int(tcb.snp), microcode: tcb.microcode)
    }
    if seen.tcb.platform != nil || seen.tcb.reported != nil {
      return .init(reported: seen.tcb.reported.map(row), platform: seen.tcb.platform.map(row), source: .snphost)
    }
    guard let level = seen.currentSNP(facts: facts) else { return .init() }
    return .init(platform: .init(snp: level.level), source: level.source)
  }

  private static func files(_ seen: Observation) -> [ObservationDocument.File]? {
    guard let cpu = seen.cpu, let kernel = seen.kernel else { return nil }
    let resolution = EffectiveFile.resolve(cpu: cpu, files: seen.files, search: seen.search, kernel: kernel)
    return seen.files.map {
      .init(
        path: $0.path, sha256: $0.sha256, version: $0.version, effective: $0.path == resolution.winner?.path,
        shadowedBy: resolution.shadow(of: $0.path), package: $0.package)
    }
  }

  private static func initramfs(_ seen: Observation) -> ObservationDocument.InitramfsRow? {
    guard let initramfs = seen.initramfs else { return nil }
    let winner = seen.cpu.flatMap {
      EffectiveFile.resolve(cpu: $0, files: initramfs.files, search: seen.searchAfterReset, kernel: initramfs.kernel)
        .winner
    }
    return .init(kernel: initramfs.kernel, containsCCP: initramfs.containsCCP, firmware: winner?.version)
  }
}
