import Foundation

/// What single faults do to a host's files and mounts.
extension LabHost {
  private static let programFolders = [
    "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/usr/lib/openssh",
  ]

  func hideTool(_ tool: String) throws {
    for folder in Self.programFolders {
      let path = "\(folder)/\(tool)"
      guard let bytes = root.read(path) else { continue }
      putAside[.toolMissing, default: []].append((path, bytes))
      root.remove(path)
    }
  }

  func restoreFiles(_ kind: LabFault.Kind, mode: mode_t) throws {
    for (path, bytes) in putAside.removeValue(forKey: kind) ?? [] { try root.write(path, bytes, mode: mode) }
  }

  func startPackageManager() throws {
    let nothing = try Descriptor.null()
    defer { Descriptor.close(nothing) }
    let argv = namespace.inside(["/usr/lib/lab/package-manager"])
    let waiter = try Child.spawn(argv, descriptors: [nothing, nothing, nothing])
    faultProcesses[.packageManagerAtWork] = waiter
    loop.watch(child: waiter) { _ in }
  }

  // MARK: Disk

  /// A small file system in place of the folder, with its files and so many bytes left.
  func fill(_ folder: String, left: Int) async throws {
    try root.makeFolder(folder)
    let place = folder.hasPrefix("/lib/") ? "/usr" + folder : folder
    // A page is the smallest unit of the file system, and each folder or file begins a new one.
    let page = 4096
    let script = """
      mkdir -p /run/lab/full && cp -a \(place)/. /run/lab/full/ && used=$(du -sB\(page) /run/lab/full | cut -f1) &&
      mount -t tmpfs -o mode=755,size=$((used * \(page) + \(max(left, page)))) full \(place) &&
      cp -a /run/lab/full/. \(place)/ ; status=$?; rm -rf /run/lab/full; exit $status
      """
    try await mount(["/bin/sh", "-c", script], "\(folder) cannot be made small")
  }

  func unfill(_ folder: String) async throws {
    let place = folder.hasPrefix("/lib/") ? "/usr" + folder : folder
    let script = """
      mkdir -p /run/lab/full && cp -a \(place)/. /run/lab/full/ && umount \(place) &&
      cp -a /run/lab/full/. \(place)/ ; status=$?; rm -rf /run/lab/full; exit $status
      """
    try await mount(["/bin/sh", "-c", script], "\(folder) cannot be made large again")
  }

  func remountFirmware(writable: Bool) async throws {
    let mode = writable ? "rw" : "ro"
    try await mount(
      ["mount", "-o", "remount,bind,\(mode)", "/usr/lib/firmware"], "/lib/firmware cannot be remounted")
  }

  private func mount(_ argv: [String], _ text: String) async throws {
    let result = try await Child.run(namespace.mounting(argv))
    guard result.code == 0 else { throw LabError(.file, "\(text) on \(name)", cause: result.errorText) }
  }

  // MARK: Access

  func refuseSudo(_ command: String?) throws {
    // The last rule that matches is the one that counts; a command in a rule is a full path.
    let what = try command.map { "!\(try programPath($0))" } ?? "!ALL"
    try root.write("/etc/sudoers.d/zz-lab-refused", "\(configuration.user) ALL=(ALL:ALL) \(what)\n", mode: 0o440)
  }

  private func programPath(_ command: String) throws(LabError) -> String {
    if command.hasPrefix("/") { return command }
    guard let folder = Self.programFolders.first(where: { root.exists("\($0)/\(command)") }) else {
      throw LabError(.invalid, "\(name) has no program \(command)")
    }
    return "\(folder)/\(command)"
  }

  func configureSSH() async throws {
    var options = SSHServer.Options()
    options.rsaOnly = faults[.rsaOnly] != nil
    options.aeadOnly = faults[.aeadOnly] != nil
    if options.rsaOnly {
      try await makeHostKey(.rsa)
    } else if let line = root.text(SSHServer.keyPath + ".pub") {
      showKey(line)
    }
    try root.write("/etc/ssh/sshd_config", SSHServer.configuration(for: options))
  }

  // MARK: Commands of the login

  func begin(_ drop: LabDrop) throws {
    watchedCommands = 0
    switch drop {
    case .afterBytes(let count): gate.setDrop(afterBytes: count)
    case .atExec, .beforeCommand, .afterCommand: try startWatching()
    }
  }

  /// Puts a shell in front of the login's shell that asks before and after each command.
  func startWatching() throws {
    guard putAside[.dropConnection] == nil, let shell = root.read("/usr/bin/bash") else { return }
    putAside[.dropConnection] = [("/usr/bin/bash", shell)]
    try root.write("/usr/lib/lab/bash", shell, mode: 0o755)
    try root.write("/usr/bin/bash", Self.watchingShell, mode: 0o755)
  }

  /// Takes the watching shell away once no fault waits for a command any more.
  func stopWatching() throws {
    if faults[.dropConnection] == nil { gate.setDrop(afterBytes: nil) }
    guard faults[.dropConnection] == nil, faults[.vmAppears]?.waitsForCommand != true else { return }
    try restoreFiles(.dropConnection, mode: 0o755)
  }

  private static let watchingShell = #"""
    #!/bin/sh
    if [ "$1" = -c ] && read -r parent < "/proc/$PPID/comm" && [ "${parent#sshd}" != "$parent" ]; then
      /usr/lib/lab/watch before "$2" < /dev/null || exit 255
      /usr/lib/lab/bash "$@"
      code=$?
      /usr/lib/lab/watch after "$2" < /dev/null || exit 255
      exit $code
    fi
    exec /usr/lib/lab/bash "$@"
    """# + "\n"

  /// Answers the watching shell: 0 lets it go on.
  func watched(_ question: ToolQuestion) async -> ToolAnswer {
    let before = question.arguments.first == "before"
    let command = question.arguments.dropFirst().first ?? ""
    if before {
      watchedCommands += 1
      await appearGuest(at: command)
    }
    guard case .dropConnection(let drop) = faults[.dropConnection] else { return ToolAnswer() }
    let cuts: Bool
    switch drop {
    case .afterBytes: cuts = false
    case .atExec(let number): cuts = before && watchedCommands == number
    case .beforeCommand(let text): cuts = before && command.contains(text)
    case .afterCommand(let text): cuts = !before && command.contains(text)
    }
    guard cuts else { return ToolAnswer() }
    // Once: a second attempt gets through.
    try? await clear(.dropConnection)
    cutConnection(of: question.pid)
    return ToolAnswer(code: 255)
  }
}
