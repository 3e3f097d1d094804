import Foundation

extension LabHost {
  private var ccpDevice: String { spec.processor.family == 0x17 ? "0000:01:00.2" : "0000:43:00.1" }

  /// Now, or while the host boots the time at which this usually happens.
  private func moment(_ boot: Int) -> Int { up ? microsecondsUp : boot }

  func sayCCP(_ text: String) { say("ccp \(ccpDevice): \(text)", at: moment(modules.ccp ? 9_500_000 : 4_496_365)) }

  // MARK: ccp

  /// Loads `ccp`: firmware from the given places, then the security processor's initialisation.
  func loadCCP(from source: any FirmwareSource) async throws {
    guard !modules.ccp else { return }
    sayCCP("sev enabled")
    for number in 1..<max(spec.ccpFunctions, 1) {
      let device = ccpDevice.replacing(/^0000:../, with: "0000:\(Text.hex(number * 0x22, width: 2))")
      say("ccp \(device): sev enabled", at: moment(4_496_365))
    }
    if faults[.pspTimeouts] != nil {
      sayCCP("sev command 0x4 timed out, disabling PSP")
      sayCCP("SEV: failed to get status. Error: 0x0")
      firmware.initialized = false
    } else {
      await updateFirmware(from: source)
      if kernel.style != .recent { initializeFirmware() }
    }
    modules.ccp = true
    if !isBuiltin { note(.moduleLoaded, "ccp") }
  }

  private func updateFirmware(from source: any FirmwareSource) async {
    let search = FirmwareSearch(processor: spec.processor, kernel: kernel, classPath: spec.firmwareClassPath)
    for name in search.names {
      for candidate in search.candidates(for: name) {
        guard let bytes = await source.firmware(candidate) else { continue }
        if kernel.style == .debian12 { sayCCP("firmware: direct-loading firmware \(name)") }
        return download(bytes)
      }
      if kernel.style == .debian12 { sayCCP("firmware: failed to load \(name) (-2)") }
    }
  }

  private func download(_ bytes: [UInt8]) {
    guard faults[.silentRefusal] == nil, case .updated(let before) = firmware.download(bytes) else { return }
    note(.firmwareUpdated, "\(before) -> \(firmware.running)")
    switch kernel.style {
    case .debian12: sayCCP("SEV firmware update successful")
    case .mainline, .recent: sayCCP("SEV firmware updated from \(before) to \(firmware.running)")
    }
  }

  /// SEV and SNP INIT, and what the kernel says of them.
  private func initializeFirmware() {
    let version = firmware.running
    let tooOld = snpOn && version < LabVersion(1, 51, 0)
    if tooOld { sayCCP("SEV-SNP support requires firmware version >= 1:51") }
    var fails = tooOld
    if case .initFails(let above) = faults[.initFails] { fails = fails || above.map { version > $0 } ?? true }
    firmware.initialized = !fails
    if fails { sayCCP("SEV: failed to INIT error 0x1") }
    sayCCP("SEV API:\(version.major).\(version.minor) build:\(version.build)")
    if snpOn, kernel.style != .debian12, !fails {
      sayCCP("SEV-SNP API:\(version.major).\(version.minor) build:\(version.build)")
    }
    if fails { sayCCP("SEV: failed to INIT error 0x1, rc -5") }
  }

  // MARK: kvm_amd

  /// Loads `kvm`, `ccp` and `kvm_amd`; arguments beat `/etc/modprobe.d`.
  func loadKVM(arguments: [String: String]) async throws {
    guard !modules.kvmAMD else { return }
    try await loadCCP(from: rootFirmware)
    if kernel.style == .recent, faults[.pspTimeouts] == nil { initializeFirmware() }
    modules.kvm = true
    modules.kvmAMD = true
    modules.arguments = configuredOptions.merging(arguments) { $1 }
    func asked(_ name: String) -> Bool { ["1", "Y", "y"].contains(modules.arguments[name] ?? "1") }
    modules.sev = asked("sev") && firmware.initialized
    modules.sevES = asked("sev_es") && modules.sev
    modules.sevSNP = asked("sev_snp") && modules.sevES && snpOn
    logKVM()
    note(.moduleLoaded, "kvm_amd")
  }

  /// `options kvm_amd …` of `/etc/modprobe.d`.
  private var configuredOptions: [String: String] {
    var options: [String: String] = [:]
    for file in root.names("/etc/modprobe.d") where file.hasSuffix(".conf") {
      for words in (root.text("/etc/modprobe.d/" + file) ?? "").lines.map(\.words)
      where words.count > 2 && words[0] == "options" && words[1].replacing("-", with: "_") == "kvm_amd" {
        options.merge(Self.parameters(words.dropFirst(2))) { $1 }
      }
    }
    return options
  }

  static func parameters(_ words: some Sequence<String>) -> [String: String] {
    var parameters: [String: String] = [:]
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      parameters[parts[0]] = parts.count > 1 ? parts[1] : "1"
    }
    return parameters
  }

  private func logKVM() {
    func say(_ text: String) { self.say(text, at: moment(9_583_664)) }
    switch kernel.style {
    case .debian12:
      guard modules.sev else { return }
      say("SEV supported: \(spec.processor.family == 0x17 ? 15 : 410) ASIDs")
      if modules.sevES { say("SEV-ES supported: 99 ASIDs") }
    case .mainline, .recent:
      let unusable = kernel.style == .recent && !sevESUsable
      say("kvm_amd: SEV \(modules.sev ? "enabled" : "disabled") (ASIDs 100 - 1006)")
      say("kvm_amd: SEV-ES \(!modules.sevES ? "disabled" : unusable ? "unusable" : "enabled") (ASIDs 1 - 99)")
      if snpOn { say("kvm_amd: SEV-SNP \(modules.sevSNP ? "enabled" : "disabled") (ASIDs 1 - 99)") }
    }
  }

  /// Whether a SEV-ES guest can start now.
  var sevESUsable: Bool { modules.sevES && firmware.initialized && !(modules.sevSNP && firmware.refusesSEVES) }

  // MARK: Removal

  /// Why a module cannot be removed, as kmod says it; nil if it can.
  func obstacle(to module: String) -> String? {
    switch module {
    case "kvm_amd":
      if !modules.kvmAMD { return "Module kvm_amd is not currently loaded" }
      return guests.isEmpty ? nil : "Module kvm_amd is in use"
    case "kvm":
      if !modules.kvm { return "Module kvm is not currently loaded" }
      return modules.kvmAMD ? "Module kvm is in use by: kvm_amd" : nil
    case "ccp":
      if isBuiltin { return "Module ccp is builtin." }
      if !modules.ccp { return "Module ccp is not currently loaded" }
      return ccpUsers.isEmpty ? nil : "Module ccp is in use by: \(ccpUsers.joined(separator: " "))"
    case heldBy:
      return "Module \(module) is in use"
    default:
      return "Module \(module) is not currently loaded"
    }
  }

  private var ccpUsers: [String] {
    var users = (modules.kvmAMD ? ["kvm_amd"] : []) + (heldBy.map { [$0] } ?? [])
    if case .rmmodRefused(let holder) = faults[.rmmodRefused] { users.append(holder) }
    return users
  }

  func remove(module: String, by command: [String]) throws {
    switch module {
    case "kvm_amd": modules.kvmAMD = false
    case "kvm": modules.kvm = false
    default:
      modules.ccp = false
      firmware.initialized = false
    }
    note(.moduleRemoved, module, by: command)
    try writeModules()
  }
}
