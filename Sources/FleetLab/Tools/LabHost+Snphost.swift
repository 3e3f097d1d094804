extension LabHost {
  private var pspAnswers: Bool { modules.ccp && firmware.initialized && faults[.pspTimeouts] == nil }

  func snphost(_ question: ToolQuestion) -> ToolAnswer {
    let shape = shape(of: "snphost")
    if shape == .garbage { return ToolAnswer.print("\u{1b}[31mthread 'main' panicked at src/main.rs:42:7\u{1b}[0m\n") }
    if question.has("--version", "-V") {
      let version = shape == .labelled ? "0.5.0" : shape == .broken ? "0.6.0" : "0.7.0"
      return ToolAnswer.print("snphost \(version)\n")
    }
    if question.operands.first == "ok" { return ok("snphost", snp: true, question) }
    guard question.operands.first == "show", let what = question.operands.dropFirst().first else {
      return ToolAnswer.failure("error: unrecognized subcommand", code: 2)
    }
    guard question.isRoot, modules.ccp || isBuiltin else {
      return Self.error("unable to open /dev/sev", "No such file or directory (os error 2)", question.isRoot)
    }
    guard pspAnswers, snpOn, let platform = firmware.platformTCB, let reported = firmware.reportedTCB else {
      return Self.error("unable to retrieve SNP platform status", "InvalidPlatformState", true)
    }
    switch what {
    case "tcb":
      return ToolAnswer.print(
        "Reported TCB: \(Self.print(reported, shape))\nPlatform TCB: \(Self.print(platform, shape))\n")
    case "version": return ToolAnswer.print("\(firmware.running.major).\(firmware.running.minor)\n")
    case "guests": return ToolAnswer.print("\(guests.values.count { $0.guest.model == .sevSNP })\n")
    default: return ToolAnswer.failure("error: unrecognized subcommand '\(what)'", code: 2)
    }
  }

  func shape(of tool: String) -> LabToolShape {
    guard case .toolShape(let name, let shape) = faults[.toolShape], name == tool else { return .fiveFields }
    return shape
  }

  private static func error(_ context: String, _ cause: String, _ isRoot: Bool) -> ToolAnswer {
    let cause = isRoot ? cause : "Permission denied (os error 13)"
    return ToolAnswer.failure("ERROR: \(context)\nError: \(context)\n\nCaused by:\n    \(cause)")
  }

  /// One TCB as snphost prints it behind its label.
  private static func print(_ tcb: LabTCB, _ shape: LabToolShape) -> String {
    let zero = shape == .broken
    func field(_ name: String, _ value: UInt8) -> String { "  \(Text.padRight(name + ":", 12)) \(zero ? 0 : value)\n" }
    var text = "TCB Version:\n" + field("Microcode", tcb.microcode) + field("SNP", tcb.snp) + field("TEE", tcb.tee)
    text += field("Boot Loader", tcb.bootloader)
    switch shape {
    case .labelled: return "\n" + text + "  "
    case .fiveFields, .garbage: return text + "  FMC:         \(tcb.fmc.map { "\($0)" } ?? "None")"
    case .broken: return text + "  FMC:         \(tcb.microcode)"
    }
  }

  /// `snphost ok` and `sevctl ok`.
  private func ok(_ tool: String, snp: Bool, _ question: ToolQuestion) -> ToolAnswer {
    let answers = pspAnswers && question.isRoot
    var lines: [(Int, String, Bool?)] = [
      (0, "AMD CPU", true), (2, "Microcode support", true), (2, "Secure Memory Encryption (SME)", true),
      (4, "SME: Enabled in MSR", true), (2, "Secure Encrypted Virtualization (SEV)", true),
      (4, "Encrypted State (SEV-ES)", true),
    ]
    if snp {
      lines.append((6, "SEV-ES INIT: \(answers && modules.sevES ? "Enabled" : "Disabled")", answers && modules.sevES))
      lines.append((4, "SEV INIT: \(answers ? "SEV is INIT" : "SEV is UNINIT")", answers))
    }
    lines += [
      (4, "Secure Nested Paging (SEV-SNP)", spec.processor.supportsSNP ? true : nil),
      (6, "VM Permission Levels", spec.processor.supportsSNP ? true : nil),
    ]
    if snp {
      let version = "\(firmware.running.major).\(firmware.running.minor)"
      lines.append((6, "SEV Firmware Version: Sev firmware version: \(version)", answers))
      lines.append((6, "SNP INIT: \(answers && snpOn ? "SNP is INIT" : "SNP is UNINIT")", answers && snpOn))
    }
    lines += [
      (4, "Physical address bit reduction: 5", true), (4, "C-bit location: 51", true),
      (4, "/dev/sev readable", question.isRoot), (4, "/dev/sev writable", question.isRoot),
      (0, "KVM Support: API version: 12", modules.kvm), (2, "SEV enabled in KVM", modules.sev),
      (2, "SEV-ES enabled in KVM", modules.sevES),
    ]
    if snp {
      lines.append((2, "SEV-SNP enabled in KVM", modules.sevSNP))
      lines.append((0, "Comparing TCB values", answers && firmware.platformTCB == firmware.reportedTCB))
    }
    let output = lines.map { depth, text, passed in
      "[ \(passed.map { $0 ? "PASS" : "FAIL" } ?? "SKIP") ] \(String(repeating: " ", count: depth))- \(text)\n"
    }.joined()
    let good = !lines.contains { $0.2 == false }
    let errors = good ? "" : "ERROR: One or more tests in \(tool) ok reported a failure\n"
    return ToolAnswer(code: good ? 0 : 1, output: output, errors: errors)
  }

  func sevctl(_ question: ToolQuestion) -> ToolAnswer {
    if shape(of: "sevctl") == .garbage { return ToolAnswer.print("\u{1b}[31mpanicked\u{1b}[0m\n") }
    if question.has("--version", "-V") { return ToolAnswer.print("sevctl 0.6.0\n") }
    if question.operands.first == "ok" { return ok("sevctl", snp: false, question) }
    guard question.operands.first == "show", let what = question.operands.dropFirst().first else {
      return ToolAnswer.failure("error: unrecognized subcommand", code: 2)
    }
    guard question.isRoot, modules.ccp || isBuiltin, faults[.pspTimeouts] == nil else {
      return Self.error("unable to open /dev/sev", "No such file or directory (os error 2)", question.isRoot)
    }
    switch what {
    case "version": return ToolAnswer.print("\(firmware.running)\n")
    case "guests": return ToolAnswer.print("\(guests.values.count { [.sev, .sevES].contains($0.guest.model) })\n")
    case "flags": return ToolAnswer.print(modules.sevES ? "es\n" : "\n")
    default: return ToolAnswer.failure("error: unrecognized subcommand '\(what)'", code: 2)
    }
  }
}
