import Foundation

extension LabHost {
  var commandLine: String {
    let path = spec.firmwareClassPath.map { " firmware_class.path=\($0)" } ?? ""
    let snp = spec.snpEnabled ? " iommu=nopt" : ""
    return "BOOT_IMAGE=/boot/vmlinuz-\(kernel.release) root=UUID=lab ro quiet mem_encrypt=on kvm_amd.sev=1\(snp)\(path)"
  }

  /// Writes a file that is bound over one of the kernel's.
  private func setBound(_ path: String, _ text: String) throws {
    try root.overwrite("/run/lab/proc/" + path.lastPathPart, text)
  }

  /// GRUB's number, and that of a kernel that starts another, as the kernel's boot protocol has them.
  private static func bootloaderType(_ kind: BootKind) -> Int {
    switch kind {
    case .first, .reset: 0x72
    case .kexec: 0xD0
    }
  }

  func writeProc(_ kind: BootKind) throws {
    try setBound("/proc/sys/kernel/random/boot_id", bootID + "\n")
    try setBound("/proc/sys/kernel/osrelease", kernel.release + "\n")
    try setBound("/proc/sys/kernel/bootloader_type", "\(Self.bootloaderType(kind))\n")
    try setBound("/proc/cmdline", commandLine + "\n")
    let built = "(debian-kernel@lists.debian.org) (gcc-12) #1 SMP PREEMPT_DYNAMIC Debian"
    try setBound("/proc/version", "Linux version \(kernel.release) \(built)\n")
    try setBound("/proc/cpuinfo", (0..<2).map(cpuInfo).joined())
  }

  private func cpuInfo(_ index: Int) -> String {
    let cpu = spec.processor
    let flags = "fpu vme svm npt sme sev sev_es" + (cpu.supportsSNP ? " sev_snp" : "")
    return """
      processor\t: \(index)
      vendor_id\t: AuthenticAMD
      cpu family\t: \(cpu.family)
      model\t\t: \(cpu.model)
      model name\t: \(cpu.name)
      stepping\t: \(cpu.stepping)
      microcode\t: 0x\(Text.hex(cpu.microcode))
      cpu MHz\t\t: 2450.000
      cache size\t: 512 KB
      physical id\t: 0
      siblings\t: 2
      core id\t\t: \(index)
      cpu cores\t: 2
      flags\t\t: \(flags)


      """
  }

  /// Keeps `/proc/uptime` running.
  func writeUptime() throws {
    let micros = microsecondsUp
    let seconds = "\(micros / 1_000_000).\(Text.padded(micros / 10_000 % 100, width: 2, with: "0"))"
    try setBound("/proc/uptime", "\(seconds) \(seconds)\n")
  }

  /// What firmware tells the kernel: DMI, the times of the boot, microcode.
  func writePlatform(_ kind: BootKind) throws {
    let identity = [
      "bios_vendor": "Lab BIOS", "bios_version": spec.biosVersion, "bios_date": "05/02/2025",
      "sys_vendor": "Lab Systems", "product_name": "EPYC-\(spec.processor.family)", "board_name": "LAB",
    ]
    for (name, value) in identity { try root.write("/sys/class/dmi/id/\(name)", value + "\n") }
    try root.write("/sys/kernel/kexec_loaded", "0\n")
    let patch = "0x\(Text.hex(spec.processor.microcode))\n"
    for cpu in ["cpu0", "cpu1"] { try root.write("/sys/devices/system/cpu/\(cpu)/microcode/version", patch) }
    let path = (spec.firmwareClassPath ?? "") + "\n"
    try root.write("/sys/module/firmware_class/parameters/path", path)
    // The firmware performance data table is made by the BIOS: a kexec leaves it alone.
    guard kind != .kexec else { return }
    let base = 18_000_000_000 + Int.random(in: 0..<4_000_000_000)
    let times = ["firmware_start_ns", "bootloader_load_ns", "bootloader_launch_ns", "exitbootservice_start_ns"]
    for (index, name) in times.enumerated() {
      try root.write("/sys/firmware/acpi/fpdt/boot/\(name)", "\(index == 0 ? 0 : base + index * 310_000_000)\n")
    }
    try root.write("/sys/firmware/acpi/fpdt/boot/exitbootservice_end_ns", "\(base + 1_600_000_000)\n")
  }

  // MARK: Modules

  /// Sizes as lsmod prints them.
  private static let sizes = ["ccp": 155_648, "kvm": 1_146_880, "kvm_amd": 184_320]

  /// Modules that are loaded, with their size, references and users, newest first.
  var loadedModules: [(name: String, size: Int, references: Int, users: [String])] {
    var loaded: [(name: String, size: Int, references: Int, users: [String])] = []
    func add(_ name: String, _ references: Int, _ users: [String]) {
      loaded.append((name, Self.sizes[name] ?? 16_384, references + users.count, users))
    }
    let holder = heldBy.map { [$0] } ?? []
    if modules.kvmAMD { add("kvm_amd", guests.count, []) }
    if modules.kvm { add("kvm", 0, modules.kvmAMD ? ["kvm_amd"] : []) }
    for name in holder { add(name, 1, []) }
    if modules.ccp, !isBuiltin { add("ccp", 0, (modules.kvmAMD ? ["kvm_amd"] : []) + holder) }
    return loaded
  }

  /// Another user of `ccp`.
  var heldBy: String? {
    guard case .ccpHeldBy(let module) = faults[.ccpHeldBy] else { return nil }
    return module
  }

  /// Writes `/proc/modules` and `/sys/module` as they are now.
  func writeModules() throws {
    let loaded = loadedModules
    let lines = loaded.map { module in
      let users = module.users.isEmpty ? "-" : module.users.map { $0 + "," }.joined()
      return "\(module.name) \(module.size) \(module.references) \(users) Live 0x0000000000000000\n"
    }
    try setBound("/proc/modules", lines.joined())
    for name in ["ccp", "kvm", "kvm_amd"] where !loaded.contains(where: { $0.name == name }) {
      root.remove("/sys/module/" + name)
    }
    for module in loaded {
      let folder = "/sys/module/" + module.name
      try root.write("\(folder)/initstate", "live\n")
      try root.write("\(folder)/refcnt", "\(module.references)\n")
      try root.write("\(folder)/coresize", "\(module.size)\n")
      try root.makeFolder("\(folder)/holders")
      for name in root.names("\(folder)/holders") where !module.users.contains(name) {
        root.remove("\(folder)/holders/\(name)")
      }
      for user in module.users { try root.link("\(folder)/holders/\(user)", to: "../../\(user)") }
    }
    if isBuiltin { try root.makeFolder("/sys/module/ccp/parameters") }
    try writeMitigations()
    guard modules.kvmAMD else { return }
    let parameters = [
      "sev": modules.sev, "sev_es": modules.sevES, "sev_snp": modules.sevSNP, "npt": true, "avic": false, "vgif": true,
    ]
    for (name, value) in parameters where name != "sev_snp" || kernel.style != .debian12 {
      try root.write("/sys/module/kvm_amd/parameters/\(name)", value ? "Y\n" : "N\n", mode: 0o444)
    }
    try root.write("/sys/module/kvm_amd/parameters/nested", "1\n", mode: 0o444)
  }

  /// The masks of recent kernels: a firmware from the level of the SEV-ES loss on knows the mitigations of bits 1 and 2,
  /// and has verified them since SNP started.
  private func writeMitigations() throws {
    let folder = "/sys/firmware/sev/vulnerabilities"
    guard kernel.style == .recent, modules.ccp || isBuiltin, spec.processor.supportsSNP else {
      root.remove(folder)
      return
    }
    let mask = firmware.refusesSEVES ? "0x6\n" : "0x0\n"
    try root.write("\(folder)/supported_mitigations", mask, mode: 0o444)
    try root.write("\(folder)/verified_mitigations", mask, mode: 0o644)
  }
}
