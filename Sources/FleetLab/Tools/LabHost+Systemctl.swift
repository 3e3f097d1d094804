import Foundation

extension LabHost {
  private func unitName(_ word: String) -> String { word.contains(".") ? word : word + ".service" }

  func systemctl(_ question: ToolQuestion) async throws -> ToolAnswer {
    guard let verb = question.operands.first else { return ToolAnswer.print("") }
    let units = systemctlUnits(question)
    switch verb {
    case "is-active", "is-failed": return isActive(question, units)
    case "is-enabled": return isEnabled(units)
    case "is-system-running": return ToolAnswer.print("running\n")
    case "show": return show(question, units)
    case "status": return status(units)
    case "cat": return services[units.first ?? ""] == nil ? unknownUnit(units) : ToolAnswer.print("[Service]\n")
    case "stop", "start", "restart", "try-restart", "kill": return await change(question, verb, units)
    case "enable", "disable", "mask", "unmask": return enable(question, verb, units)
    case "reboot", "poweroff", "halt", "kexec", "soft-reboot": return power(question)
    case "daemon-reload", "reset-failed": return rootOnly(question) { ToolAnswer() }
    case "list-units", "list-unit-files": return ToolAnswer.print(unitList())
    default: return ToolAnswer.failure("Unknown command verb \(verb).")
    }
  }

  /// Operands behind the verb that are no values of options.
  private func systemctlUnits(_ question: ToolQuestion) -> [String] {
    var units: [String] = []
    var skip = false
    for argument in question.arguments {
      if skip {
        skip = false
      } else if ["-p", "--property", "-n", "-o", "-t", "--type"].contains(argument) {
        skip = true
      } else if !argument.hasPrefix("-") {
        units.append(argument)
      }
    }
    return units.dropFirst().map(unitName)
  }

  private func unknownUnit(_ units: [String]) -> ToolAnswer {
    ToolAnswer.failure("Unit \(units.first ?? "") could not be found.", code: 4)
  }

  private func isActive(_ question: ToolQuestion, _ units: [String]) -> ToolAnswer {
    let states = units.map { activeState(services[$0]) }
    let output = question.has("-q", "--quiet") ? "" : states.map { $0 + "\n" }.joined()
    return ToolAnswer(code: states.contains("active") ? 0 : 3, output: output)
  }

  private func activeState(_ service: ServiceState?) -> String {
    guard let service else { return "inactive" }
    if service.active { return "active" }
    return (service.exitCode ?? 0) == 0 ? "inactive" : "failed"
  }

  private func isEnabled(_ units: [String]) -> ToolAnswer {
    guard let service = services[units.first ?? ""] else {
      return ToolAnswer.failure("Failed to get unit file state for \(units.first ?? ""): No such file or directory")
    }
    return ToolAnswer(code: service.enabled ? 0 : 1, output: service.enabled ? "enabled\n" : "disabled\n")
  }

  private func show(_ question: ToolQuestion, _ units: [String]) -> ToolAnswer {
    var wanted: [String] = []
    for (index, argument) in question.arguments.enumerated() {
      if argument == "-p" || argument == "--property", index + 1 < question.arguments.count {
        wanted += question.arguments[index + 1].split(separator: ",").map(String.init)
      } else if argument.hasPrefix("--property=") {
        wanted += argument.dropFirst(11).split(separator: ",").map(String.init)
      } else if argument.hasPrefix("-p"), argument.count > 2 {
        wanted += argument.dropFirst(2).split(separator: ",").map(String.init)
      }
    }
    let onlyValues = question.has("--value")
    let texts = units.map { unit in
      let all = properties(of: unit)
      let chosen = wanted.isEmpty ? all : all.filter { wanted.contains($0.0) }
      return chosen.map { (onlyValues ? $0.1 : "\($0.0)=\($0.1)") + "\n" }.joined()
    }
    return ToolAnswer.print(texts.joined(separator: "\n"))
  }

  private func properties(of unit: String) -> [(String, String)] {
    let service = services[unit]
    let active = service?.active ?? false
    let since = service.map { "\($0.since)" } ?? "0"
    let start = log.boots.last?.start ?? 0
    let date = service.map { Self.longDate(start + Double($0.since) / 1e6) } ?? ""
    let failed = (service?.exitCode ?? 0) != 0
    return [
      ("Type", "simple"), ("MainPID", active ? "\(1200 + unit.count)" : "0"),
      ("Result", failed ? "exit-code" : "success"),
      ("ExecMainStatus", "\(service?.exitCode ?? 0)"), ("Id", unit), ("Names", unit),
      ("LoadState", service == nil ? "not-found" : "loaded"), ("ActiveState", activeState(service)),
      ("SubState", active ? "running" : failed ? "failed" : "dead"),
      (
        "UnitFileState",
        service == nil
          ? "" : service?.transient == true ? "transient" : service?.enabled == true ? "enabled" : "disabled"
      ),
      ("ActiveEnterTimestamp", active ? date : ""), ("ActiveEnterTimestampMonotonic", active ? since : "0"),
      ("StateChangeTimestampMonotonic", since), ("NeedDaemonReload", "no"),
    ]
  }

  private func status(_ units: [String]) -> ToolAnswer {
    guard let unit = units.first, let service = services[unit] else { return unknownUnit(units) }
    let state = service.active ? "active (running)" : "inactive (dead)"
    return ToolAnswer(code: service.active ? 0 : 3, output: "\(unit)\n     Loaded: loaded\n     Active: \(state)\n")
  }

  private func unitList() -> String {
    services.sorted { $0.key < $1.key }.map {
      "  \(Text.padRight($0.key, 24)) loaded \(activeState($0.value)) \($0.value.active ? "running" : "dead")\n"
    }.joined()
  }

  private func change(_ question: ToolQuestion, _ verb: String, _ units: [String]) async -> ToolAnswer {
    for unit in units {
      guard question.isRoot else {
        let text = "Failed to \(verb) \(unit): Interactive authentication required."
        return ToolAnswer.failure(text + "\nSee system logs and 'systemctl status \(unit)' for details.")
      }
      guard services[unit] != nil else {
        return ToolAnswer.failure("Failed to \(verb) \(unit): Unit \(unit) not loaded.", code: 5)
      }
      if verb != "start" { await setService(unit, active: false, by: question.command) }
      if verb != "stop", verb != "kill" { await setService(unit, active: true, by: question.command) }
    }
    return ToolAnswer()
  }

  /// Starts or stops a unit and tells who listens.
  func setService(_ unit: String, active: Bool, by command: [String]) async {
    guard services[unit]?.active != active else { return }
    services[unit]?.active = active
    services[unit]?.since = microsecondsUp
    note(active ? .serviceStarted : .serviceStopped, unit, by: command)
    guard unit == "nova-compute.service" else { return }
    await configuration.hooks.computeServiceChanged(name, active)
    if !active { await appearGuestAfterStop() }
  }

  private func enable(_ question: ToolQuestion, _ verb: String, _ units: [String]) -> ToolAnswer {
    rootOnly(question) {
      for unit in units { services[unit]?.enabled = verb == "enable" || verb == "unmask" }
      return ToolAnswer()
    }
  }

  // MARK: Power

  /// `reboot`, `shutdown`, `systemctl reboot` and their like.
  func power(_ question: ToolQuestion) -> ToolAnswer {
    guard question.isRoot else {
      return ToolAnswer.failure("Failed to set wall message, ignoring: Interactive authentication required.")
    }
    let words = question.program == "systemctl" ? [question.operands.first ?? ""] : [question.program]
    if question.program == "shutdown", question.has("-c") { return ToolAnswer() }
    switch words[0] {
    case "kexec": restartSoon(.kexec, by: question.command)
    case "soft-reboot": softRebootSoon()
    case "poweroff", "halt": powerOffSoon(by: question.command)
    case "shutdown":
      if question.has("-r", "--reboot") {
        rebootSoon(by: question.command)
      } else {
        powerOffSoon(by: question.command)
      }
    case "telinit", "init":
      guard question.operands.first == "6" else { return ToolAnswer() }
      rebootSoon(by: question.command)
    default: rebootSoon(by: question.command)
    }
    return ToolAnswer()
  }

  /// Only processes and services start over: same kernel, same boot id, same firmware.
  private func softRebootSoon() {
    Task {
      try? await Task.sleep(for: .milliseconds(50))
      await closeListener()
      try? await endProcesses()
      guests = [:]
      try? writeModules()
      try? openListener()
    }
  }

  private func powerOffSoon(by command: [String]) {
    Task {
      try? await Task.sleep(for: .milliseconds(50))
      up = false
      generation += 1
      note(.reset, "power off", by: command)
      let ended = guests.values.map(\.guest)
      guests = [:]
      await closeListener()
      try? await endProcesses()
      await configuration.hooks.hostChanged(name, false)
      for guest in ended { await configuration.hooks.guestEnded(name, guest.uuid) }
    }
  }

  func kexec(_ question: ToolQuestion) -> ToolAnswer {
    guard question.isRoot else { return ToolAnswer.failure("kexec: You must be root") }
    if question.has("-e", "--exec") {
      restartSoon(.kexec, by: question.command)
      return ToolAnswer()
    }
    let unloads = question.has("-u", "--unload")
    let path = question.operands.first?.lastPathPart ?? ""
    let next = unloads ? nil : kernels.first { "vmlinuz-" + $0.release == path } ?? kernel
    do {
      try loadKexec(next)
    } catch {
      return ToolAnswer.failure("kexec: \(error.text)")
    }
    if let next { note(.kexecLoaded, next.release, by: question.command) }
    return ToolAnswer()
  }

  /// What `reboot` then starts; nil: nothing, so that it resets the host.
  func loadKexec(_ kernel: LabKernel?) throws(LabError) {
    kexec.loaded = kernel
    try root.write("/sys/kernel/kexec_loaded", kernel == nil ? "0\n" : "1\n")
  }
}
