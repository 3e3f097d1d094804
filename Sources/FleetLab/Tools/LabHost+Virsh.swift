extension LabHost {
  func virsh(_ question: ToolQuestion) -> ToolAnswer {
    let connect = question.value("-c", "--connect")
    // Without root the default is a session of one's own, which knows no system guests.
    let system = question.isRoot ? connect ?? "qemu:///system" : connect ?? "qemu:///session"
    if system == "qemu:///system", !question.isRoot {
      let socket = "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied"
      return ToolAnswer.failure("error: failed to connect to the hypervisor\nerror: \(socket)")
    }
    guard services["libvirtd.service"]?.active == true else {
      let socket = "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory"
      return ToolAnswer.failure("error: failed to connect to the hypervisor\nerror: \(socket)")
    }
    let shown = system == "qemu:///system" ? guests.values.sorted { $0.guest.instanceName < $1.guest.instanceName } : []
    let verb = question.operands.first { $0 != connect } ?? ""
    let subject = question.operands.last ?? ""
    let found = shown.first { $0.guest.uuid == subject || $0.guest.instanceName == subject }
    switch verb {
    case "list": return list(question, shown)
    case "domstate", "domuuid", "domname", "dumpxml":
      guard let found else {
        return ToolAnswer.failure("error: failed to get domain '\(subject)'")
      }
      switch verb {
      case "domstate": return ToolAnswer.print(found.paused ? "paused\n\n" : "running\n\n")
      case "domuuid": return ToolAnswer.print(found.guest.uuid + "\n\n")
      case "domname": return ToolAnswer.print(found.guest.instanceName + "\n\n")
      default: return ToolAnswer.print(Self.xml(found.guest))
      }
    case "domcapabilities": return ToolAnswer.print(capabilities)
    case "version": return ToolAnswer.print("Compiled against library: libvirt 9.0.0\n")
    default: return ToolAnswer.failure("error: unknown command: '\(verb)'")
    }
  }

  private func list(_ question: ToolQuestion, _ all: [RunningGuest]) -> ToolAnswer {
    var shown = all
    if question.has("--inactive", "--state-shutoff") { shown = [] }
    if question.has("--state-running") { shown = shown.filter { !$0.paused } }
    if question.has("--state-paused") { shown = all.filter(\.paused) }
    if question.has("--uuid") { return ToolAnswer.print(shown.map { $0.guest.uuid + "\n" }.joined() + "\n") }
    if question.has("--name") { return ToolAnswer.print(shown.map { $0.guest.instanceName + "\n" }.joined() + "\n") }
    if question.has("--id") { return ToolAnswer.print(shown.indices.map { "\($0 + 1)\n" }.joined() + "\n") }
    let width = max(4, shown.map(\.guest.instanceName.count).max() ?? 0)
    var text = " Id   \(Text.padRight("Name", width))   State\n" + String(repeating: "-", count: 18 + width) + "\n"
    for (index, guest) in shown.enumerated() {
      let state = guest.paused ? "paused" : "running"
      text += " \(Text.padRight("\(index + 1)", 4)) \(Text.padRight(guest.guest.instanceName, width))   \(state)\n"
    }
    return ToolAnswer.print(text + "\n")
  }

  private static func xml(_ guest: LabVirtualMachine) -> String {
    let security =
      switch guest.model {
      case .none: ""
      case .sev: "  <launchSecurity type='sev'><policy>0x0001</policy></launchSecurity>\n"
      case .sevES: "  <launchSecurity type='sev'><policy>0x0005</policy></launchSecurity>\n"
      case .sevSNP: "  <launchSecurity type='sev-snp'><policy>0x30000</policy></launchSecurity>\n"
      }
    return "<domain type='kvm'>\n  <name>\(guest.instanceName)</name>\n  <uuid>\(guest.uuid)</uuid>\n"
      + security + "</domain>\n\n"
  }

  private var capabilities: String {
    let sev =
      modules.sev
      ? "<sev supported='yes'><maxGuests>907</maxGuests><maxESGuests>99</maxESGuests></sev>"
      : "<sev supported='no'/>"
    return "<domainCapabilities>\n  <features>\n    \(sev)\n  </features>\n</domainCapabilities>\n\n"
  }
}
