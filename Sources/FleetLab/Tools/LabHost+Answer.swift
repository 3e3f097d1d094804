import Foundation

extension LabHost {
  /// Answers one program of the host.
  func answer(_ question: ToolQuestion) async -> ToolAnswer {
    if case .slow(let milliseconds) = faults[.slow] {
      try? await Task.sleep(for: .milliseconds(milliseconds))
    }
    if question.program == "watch" { return await watched(question) }
    await appearGuest(at: question.line)
    do {
      return try await run(question)
    } catch {
      return ToolAnswer.failure("\(question.program): \(error)")
    }
  }

  private func run(_ question: ToolQuestion) async throws -> ToolAnswer {
    switch question.program {
    case "dmesg": return dmesg(question)
    case "journalctl": return journalctl(question)
    case "modprobe": return try await modprobe(question)
    case "rmmod": return try rmmod(question)
    case "insmod": return try await insmod(question)
    case "lsmod": return lsmod()
    case "modinfo": return modinfo(question)
    case "depmod": return rootOnly(question) { ToolAnswer() }
    case "kmod": return try await kmod(question)
    case "systemctl": return try await systemctl(question)
    case "systemd-run": return try systemdRun(question)
    case "systemd-detect-virt": return ToolAnswer(code: 1, output: "none\n")
    case "loginctl": return ToolAnswer.print("No sessions.\n")
    case "reboot", "shutdown", "poweroff", "halt", "telinit", "init": return power(question)
    case "runlevel": return ToolAnswer.print("N 5\n")
    case "kexec": return kexec(question)
    case "update-initramfs": return try updateInitramfs(question)
    case "dracut": return try dracut(question)
    case "lsinitrd": return try await lsinitrd(question)
    case "update-grub": return rootOnly(question) { ToolAnswer() }
    case "virsh": return virsh(question)
    case "snphost": return snphost(question)
    case "sevctl": return sevctl(question)
    case "apt-mark", "dpkg-divert": return packageTool(question)
    case "apt-cache": return aptCache(question)
    default: return ToolAnswer.failure("\(question.program): the lab does not know this program", code: 127)
    }
  }

  func rootOnly(_ question: ToolQuestion, _ work: () -> ToolAnswer) -> ToolAnswer {
    question.isRoot ? work() : ToolAnswer.failure("\(question.program): Operation not permitted")
  }

  /// Notes what a package tool is about to change; the real program does it.
  private func packageTool(_ question: ToolQuestion) -> ToolAnswer {
    if question.isRoot {
      if question.program == "apt-mark", ["hold", "unhold"].contains(question.operands.first) {
        note(.packageHeld, question.operands.joined(separator: " "), by: question.command)
      }
      if question.program == "dpkg-divert", !question.has("--list", "--listpackage", "--truename") {
        note(.diversionChanged, question.operands.joined(separator: " "), by: question.command)
      }
    }
    return ToolAnswer(become: StandIns.real(question.program))
  }
}
