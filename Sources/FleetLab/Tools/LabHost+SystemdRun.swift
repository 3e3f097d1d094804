extension LabHost {
  /// What `systemd-run` was asked for.
  private struct Transient {
    var unit = ""
    var user: String?
    var group: String?
    var environment: [String] = []
    var folder = "/"
    /// Whether a failed unit is forgotten too.
    var collects = false
    var command: [String] = []
  }

  /// `systemd-run [options] [--] command`: the command runs on, whatever becomes of the connection.
  func systemdRun(_ question: ToolQuestion) throws -> ToolAnswer {
    guard question.isRoot else {
      return ToolAnswer.failure("Failed to start transient service unit: Interactive authentication required.")
    }
    if let option = ["--wait", "--pipe", "--pty", "--scope"].first(where: question.arguments.contains) {
      return ToolAnswer.failure("systemd-run: the lab does not know \(option)")
    }
    var wanted = Self.transient(question.arguments)
    guard let program = wanted.command.first else { return ToolAnswer.failure("Command line to execute required.") }
    if wanted.unit.isEmpty { wanted.unit = "run-u\(effects.count + 1)" }
    if !wanted.unit.contains(".") { wanted.unit += ".service" }
    guard services[wanted.unit]?.active != true else {
      let text = "Unit \(wanted.unit) was already loaded or has a fragment file."
      return ToolAnswer.failure("Failed to start transient service unit: \(text)")
    }
    guard
      program.hasPrefix("/")
        ? root.exists(program) : Self.searchPath.contains(where: { root.exists("\($0)/\(program)") })
    else { return ToolAnswer.failure("Failed to find executable \(program): No such file or directory") }
    try start(wanted, by: question.command)
    let quiet = question.has("--quiet", "-q")
    return ToolAnswer(errors: quiet ? "" : "Running as unit: \(wanted.unit)\n")
  }

  private static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"]

  private static func transient(_ arguments: [String]) -> Transient {
    var wanted = Transient()
    var index = 0
    /// Options with a value, by their long and short names.
    let valued = [
      "--unit", "-u", "--uid", "--gid", "--setenv", "-E", "--property", "-p", "--description",
      "--working-directory", "--slice", "--nice", "--service-type",
    ]
    while index < arguments.count, arguments[index].hasPrefix("-") {
      let parts = arguments[index].split(separator: "=", maxSplits: 1).map(String.init)
      index += 1
      if parts[0] == "--" { break }
      if ["--collect", "-G"].contains(parts[0]) { wanted.collects = true }
      guard valued.contains(parts[0]) else { continue }
      var value = parts.count > 1 ? parts[1] : ""
      if parts.count == 1, index < arguments.count {
        value = arguments[index]
        index += 1
      }
      switch parts[0] {
      case "--unit", "-u": wanted.unit = value
      case "--uid": wanted.user = value
      case "--gid": wanted.group = value
      case "--setenv", "-E": wanted.environment.append(value)
      case "--working-directory": wanted.folder = value
      default: break
      }
    }
    wanted.command = Array(arguments[min(index, arguments.count)...])
    return wanted
  }

  private func start(_ wanted: Transient, by command: [String]) throws {
    var argv =
      [
        "env", "-i", "-C", wanted.folder, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG=C.UTF-8", "INVOCATION_ID=\(Self.hexID())",
      ] + wanted.environment
    if let user = wanted.user {
      argv += ["setpriv", "--reuid", user, "--regid", wanted.group ?? user, "--init-groups"]
    } else if let group = wanted.group {
      argv += ["setpriv", "--regid", group, "--clear-groups"]
    }
    let nothing = try Descriptor.null()
    defer { Descriptor.close(nothing) }
    let child = try Child.spawn(namespace.inside(argv + wanted.command), descriptors: [nothing, nothing, nothing])
    let unit = wanted.unit
    services[unit] = ServiceState(active: true, enabled: false, since: microsecondsUp, transient: true)
    note(.commandDetached, unit, by: wanted.command)
    let started = generation
    let collects = wanted.collects
    loop.watch(child: child) { [weak self] code in
      Task { await self?.ended(unit, code, collected: code == 0 || collects, generation: started) }
    }
  }

  private func ended(_ unit: String, _ code: Int32, collected: Bool, generation started: Int) {
    guard generation == started else { return }
    services[unit]?.active = false
    services[unit]?.exitCode = code
    services[unit]?.since = microsecondsUp
    // A unit that went well is collected at once, a failed one is kept to be looked at.
    if collected { services[unit] = nil }
  }
}
