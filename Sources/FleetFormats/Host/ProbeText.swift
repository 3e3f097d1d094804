package import FleetCore

/// The answer of `ProbeScript` → an `Observation`. Whatever is missing or garbled stays unknown and leaves a note.
package enum ProbeText {
  package static func parse(
    _ output: [UInt8], host: HostID, at instant: Instant, facts: Facts
  ) -> Result<Observation, ProbeTextError> {
    switch ProbeSections.read(output) {
    case .failure(let error): return .failure(error)
    case .success(let probe):
      var reader = ProbeReader(probe: probe, observation: Observation(host: host, observedAt: instant))
      return reader.read(facts: facts)
    }
  }
}

/// Fills one observation from the parts of one answer.
struct ProbeReader {
  let probe: ProbeSections
  var observation: Observation

  mutating func read(facts: Facts) -> Result<Observation, ProbeTextError> {
    readValues()
    readLogs()
    readTools(generation: observation.cpu.flatMap { facts.generation(of: $0) })
    readMachines()
    readPackages()
    if let failure = readFiles() { return .failure(failure) }
    readBoot()
    readCompute()
    observation.sudoRefused = refused
    return .success(observation)
  }

  mutating func note(_ section: ProbeSection, _ text: String) {
    observation.notes.append(ObservationNote(source: section.rawValue, text: text, lines: probe.lines(section)))
  }

  private var refused: [String] {
    var commands: [String] = []
    for section in ProbeSection.allCases {
      for command in probe[section]?.refused ?? [] where !commands.contains(command) { commands.append(command) }
    }
    return commands
  }

  private mutating func readValues() {
    observation.bootID = probe.value("bootID").flatMap { $0.isEmpty ? nil : $0 }
    observation.uptimeSeconds = probe.value("uptime")?.leadingNumber()?.value
    observation.kernel = probe.value("kernel").flatMap { $0.isEmpty ? nil : $0 }
    let bios = ["biosVendor", "biosVersion", "biosDate"].compactMap { probe.value($0)?.trimmed }
    observation.bios = bios.isEmpty ? nil : bios.joined(separator: " ")
    observation.modules = ModuleText.state(probe)
    observation.parameters = ModuleText.parameters(probe)
    let modules = observation.modules
    // What is not loaded serves no VM.
    observation.virtualMachines.kvmReferences = modules.kvmReferences ?? (modules.kvmAMD == .absent ? 0 : nil)
    observation.kexecLoaded = probe.value("kexecLoaded").flatMap { ["0": false, "1": true][$0] }
    observation.startedByKexec = probe.value("bootloader").flatMap(Self.startedByKexec)
    // Times in the firmware's own boot, and nothing that counts on: they stand still until the next reset.
    let record = probe.lines(.values).filter { $0.hasPrefix("fpdt.") }.map { $0.dropFirst("fpdt.".count) }
    observation.firmwareBootRecord = record.isEmpty ? nil : record.joined(separator: " ")
    observation.lease = LeaseText.lease { probe.value($0) }
    observation.mitigations = MitigationText.vector { probe.value($0) }
    let cpu = CPUInfoText.parse(probe.lines(.cpuInfo))
    observation.cpu = cpu.cpu
    observation.microcode = cpu.microcode
    if cpu.cpu == nil { note(.cpuInfo, "the CPU's family, model and stepping could not be read") }
    for line in probe.lines(.tools) {
      if let (name, path) = line.cut("=") { observation.tools[String(name)] = String(path) }
    }
    if probe.value("nologin") != nil {
      note(.values, "/run/nologin is there: the host starts up or shuts down")
    }
  }

  /// The type of the boot loader stands in the high digit (the kernel's boot protocol, `type_of_loader`).
  private static func startedByKexec(_ text: String) -> Bool? {
    guard let number = text.number else { return nil }
    switch number >> 4 {
    case 0xD: return true
    case 0xF: return nil  // a boot loader without a number of its own
    default: return false
    }
  }

  /// The journal where `dmesg` lost the start of the boot, else `dmesg` (FACTS 2.6).
  private mutating func readLogs() {
    let dmesg = probe.answer(.dmesg).map { KernelLogText.parse($0, source: .dmesg) }
    let journal = probe.answer(.journal).map { KernelLogText.parse($0, source: .journal) }
    if let dmesg, dmesg.reachesBoot {
      observation.firmware.kernelLog = dmesg
    } else if let journal, journal.reachesBoot || dmesg == nil || !journal.apis.isEmpty {
      observation.firmware.kernelLog = journal
    } else {
      observation.firmware.kernelLog = dmesg
    }
    if dmesg == nil { note(.dmesg, "the kernel log could not be read with dmesg") }
    if probe[.journal] != nil, journal == nil { note(.journal, "the kernel log could not be read with journalctl") }
  }

  private mutating func readTools(generation: SEVGeneration?) {
    if let lines = probe.answer(.snphostTCB) {
      // Naples and Rome have no SNP, and so no TCB to show (RULES V2).
      if generation?.hasSNP != false { observation.tcb = SNPHostText.tcb(lines, generation: generation) }
    } else if probe[.snphostTCB] != nil, generation?.hasSNP != false {
      note(.snphostTCB, "snphost show tcb failed")
    }
    if let lines = probe.answer(.snphostVersion) {
      observation.firmware.snphost = SNPHostText.version(lines)
      if observation.firmware.snphost == nil { note(.snphostVersion, "snphost printed no version") }
    }
    if let lines = probe.answer(.snphostGuests) {
      observation.virtualMachines.snpGuests = SNPHostText.guests(lines)
      if observation.virtualMachines.snpGuests == nil { note(.snphostGuests, "snphost printed no guest count") }
    }
    if let lines = probe.answer(.sevctlVersion) {
      observation.firmware.sevctl = SEVCtlText.version(lines)
      if observation.firmware.sevctl == nil { note(.sevctlVersion, "sevctl printed no version") }
    }
    // The exit status says whether a check failed, so the lines count whatever it is.
    for section in [ProbeSection.snphostChecks, .sevctlChecks] where observation.checks.isEmpty {
      guard let found = probe[section], found.isEnded, found.refused.isEmpty else { continue }
      observation.checks = ToolCheckText.parse(found.lines)
      if observation.checks.isEmpty { note(section, "no check could be read") }
    }
  }

  private mutating func readMachines() {
    let isRoot = probe.value("become") == "sudo" || probe.value("uid") == "0"
    if let lines = probe.answer(.processes), Self.bytes(lines) < ProbeScript.maximumProcessBytes - 4096 {
      let processes = ProcessText(lines)
      observation.virtualMachines.guests = processes.guests
      observation.packageManager =
        PackageText.lockHolder(probe.lines(.locks), names: processes.names) ?? processes.packageManager
      // Without root an empty list proves nothing (FACTS 2.18), nor does one without process 1.
      if isRoot && processes.names[1] != nil || !processes.guests.isEmpty {
        observation.virtualMachines.qemuProcesses = processes.guests.count
      } else {
        note(.processes, "the processes were listed without root, or not all of them")
      }
    } else {
      observation.packageManager = PackageText.lockHolder(probe.lines(.locks), names: [:])
      note(.processes, "the processes could not be listed")
    }
    readLibvirt()
  }

  static func bytes(_ lines: [String]) -> Int { lines.reduce(0) { $0 + $1.utf8.count + 1 } }

  /// libvirt owes an answer where its client or a daemon of it is installed.
  private mutating func readLibvirt() {
    let installed = ["virsh", "libvirtd", "virtqemud"].contains { observation.tools[$0] != nil }
    observation.virtualMachines.libvirtInstalled = installed || probe[.libvirt] != nil
    let lines = probe.answer(.libvirt)?.map(\.trimmed).filter { !$0.isEmpty }
    if let lines, lines.allSatisfy(ProcessText.isUUID) {
      observation.virtualMachines.libvirt = lines.count
    } else if observation.virtualMachines.libvirtInstalled {
      note(.libvirt, "libvirt did not answer")
    }
  }

  private mutating func readPackages() {
    observation.heldPackages = PackageText.held(probe.lines(.held))
    observation.pendingPackages = probe.answer(.pending).map(PackageText.pending)
  }
}
