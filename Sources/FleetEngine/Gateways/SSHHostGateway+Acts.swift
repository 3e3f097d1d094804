package import FleetCore
import FleetFormats
import SSHTransport

extension SSHHostGateway {
  package func perform(_ host: Host, _ act: HostAct, under lease: String?) async throws(HostError) {
    func commands(_ list: [RootCommand], deadline: Duration? = nil) async throws(HostError) {
      try await self.commands(host, under: lease, list, deadline: deadline)
    }
    switch act {
    case .takeLease(let holder): try await commands(Self.leasing(.takeLease(holder: holder)))
    case .replaceLease(let holder): try await commands(Self.leasing(.replaceLease(holder: holder)))
    case .giveLease:
      try await commands([.remove(path: RootCommand.leaseFile), .sync(RootCommand.stateFolder)])
    case .copyFirmware(let backup): try await copyFirmware(host, backup, lease)
    case .upload(let bytes, let sha256): try await upload(host, bytes, sha256, lease)
    case .place(let sha256, let path):
      let (folder, name) = Self.split(path)
      try await commands(
        [
          .makeFolder(folder), .placeNew(sha256: sha256, folder: folder), .sync("\(folder)/sevfleet-new-\(sha256)"),
          .activateName(sha256: sha256, folder: folder, name: name), .sync(folder),
        ])
    case .remove(let path): try await commands([.remove(path: path), .sync(Self.split(path).folder)])
    case .restore(let backup, let path, let sha256):
      let (folder, name) = Self.split("/lib/firmware/\(path)")
      try await commands(
        [
          .makeFolder(folder), .placeFromBackup(backup: backup, path: path, folder: folder, sha256: sha256),
          .sync("\(folder)/sevfleet-new-\(sha256)"),
          .activateName(sha256: sha256, folder: folder, name: name), .sync(folder),
        ])
    case .restoreLink(let backup, let path):
      let (folder, name) = Self.split("/lib/firmware/\(path)")
      // The temporary name wants a hash, and a link has none: any will do. A sync would follow the link.
      let token = ContentHash.sha256(Array(path.utf8))
      try await commands(
        [
          .makeFolder(folder), .placeFromBackup(backup: backup, path: path, folder: folder, sha256: token),
          .activateName(sha256: token, folder: folder, name: name), .sync(folder),
        ])
    case .rebuildInitramfs(let kernel, let tool, let image):
      let deadline = host.policy.deadlines.initramfs
      let rebuild = InitramfsRebuild(kernel: kernel, tool: tool, image: image)
      let script = rebuild.script(
        become: host.ssh.become, under: lease, home: try await home(host), deadline: deadline)
      try await run(host, rebuild.commands, script, deadline)
    case .closeDoor(let door):
      try await commands(Self.door(door, opens: false), deadline: bounds.door)
    case .openDoor(let door):
      try await commands(Self.door(door, opens: true), deadline: bounds.door)
    case .unloadKexec: try await commands([.unloadKexec])
    case .reload(let token, let parameters): try await reload(host, token, parameters, lease)
    case .reset(let token): try await reset(host, token, lease)
    case .hold(let package): try await commands([.hold(package: package, tool: try await packageTool(host))])
    case .unhold(let package): try await commands([.unhold(package: package, tool: try await packageTool(host))])
    case .divert(let path): try await commands([.divert(path: path)])
    case .undivert(let path): try await commands([.undivert(path: path)])
    }
  }

  /// The lease must outlast a power cut, as what it stands for does.
  private static func leasing(_ command: RootCommand) -> [RootCommand] {
    [.makeFolder(RootCommand.stateFolder), command, .sync(RootCommand.stateFolder)]
  }

  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    return (String(path[..<slash]), String(path[path.index(after: slash)...]))
  }

  static func door(_ door: Door, opens: Bool) -> [RootCommand] {
    switch door {
    case .none: []
    case .unit(.systemd(let unit)): [opens ? .startUnit(unit) : .stopUnit(unit)]
    case .unit(.docker(let name)):
      [opens ? .startContainer(engine: "docker", name: name) : .stopContainer(engine: "docker", name: name)]
    case .unit(.podman(let name)):
      [opens ? .startContainer(engine: "podman", name: name) : .stopContainer(engine: "podman", name: name)]
    case .command(let argv): [.own(opens ? argv.map { $0 == "stop" ? "start" : $0 } : argv)]
    }
  }

  /// Runs commands in order.
  func commands(
    _ host: Host, under lease: String? = nil, _ commands: [RootCommand], deadline: Duration? = nil
  ) async throws(HostError) {
    guard !commands.isEmpty else { return }
    let script = HostScript(become: host.ssh.become, under: lease).running(commands)
    try await run(host, commands, script, deadline ?? bounds.command)
  }

  /// Runs the script of some commands. A refusal is told apart: sudo, a full disk, a read-only file system, the command
  /// itself.
  private func run(
    _ host: Host, _ commands: [RootCommand], _ script: String, _ deadline: Duration
  ) async throws(HostError) {
    let result = try await run(host, script, deadline: deadline)
    guard result.exitStatus != 0 else { return }
    if result.exitStatus == HostScript.notHeldStatus { throw HostScript.notHeld }
    let stderr = Self.text(result.stderr)
    let index = HostScript.failedIndex(stderr) ?? 0
    let failed = commands[min(index, commands.count - 1)]
    if result.exitStatus == HostScript.refusedStatus { throw HostScript.refusal(failed) }
    let said = stderr.split(separator: "\n").filter { !$0.hasPrefix("sevfleet-failed") }.joined(separator: "; ")
    let text = "\(failed.argv.joined(separator: " ")) failed (exit \(result.exitStatus))"
    if let cause = try await storageTrouble(host) { throw HostError(cause.kind, "\(text): \(cause.text)") }
    throw HostError(.refused, said.isEmpty ? text : "\(text): \(said.prefix(500))", found: "exit \(result.exitStatus)")
  }

  /// Whether a file system that we write to is full or read-only.
  private func storageTrouble(_ host: Host) async throws(HostError) -> HostError? {
    let states = try await storage(host, ["/lib/firmware", RootCommand.stateFolder, "/boot"])
    for state in states {
      if state.isReadOnly { return HostError(.readOnly, "\(state.path) is mounted read-only", found: "ro") }
      if state.freeKiB == 0 { return HostError(.diskFull, "\(state.path) is full", found: "0 KiB free") }
    }
    return nil
  }

  func packageTool(_ host: Host) async throws(HostError) -> RootCommand.PackageTool {
    let result = try await run(host, "test -x /usr/bin/apt-mark", deadline: bounds.command)
    return result.exitStatus == 0 ? .apt : .dnf
  }

  private func copyFirmware(_ host: Host, _ backup: String, _ lease: String?) async throws(HostError) {
    let folder = "\(RootCommand.backupsFolder)/\(backup)"
    let live = try await existingFolders(host)
    var list: [RootCommand] = [
      .makeFolder(RootCommand.stateFolder), .makeFolder(RootCommand.backupsFolder), .removeTree(folder),
      .makeFolder(folder),
    ]
    for path in live {
      let name = String(path.dropFirst("/lib/firmware/".count))
      if name.contains("/") { list.append(.makeFolder("\(folder)/\(Self.split(name).folder)")) }
      list.append(.copyFolder(from: path, backup: backup, name: name))
    }
    list.append(.sync(folder))
    try await commands(host, under: lease, list)
  }

  /// Which of the firmware folders exist.
  func existingFolders(_ host: Host, below root: String = "/lib/firmware") async throws(HostError) -> [String] {
    let paths = RootCommand.firmwareFolders.map { root + $0.dropFirst("/lib/firmware".count) }
    let tests = paths.map { "[ -d \(ShellQuoting.quote($0)) ] && echo \(ShellQuoting.quote($0))" }
    let result = try await run(host, tests.joined(separator: "\n") + "\ntrue", deadline: bounds.command)
    return Self.text(result.stdout).split(separator: "\n").map(String.init).filter(paths.contains)
  }

  private func upload(
    _ host: Host, _ bytes: [UInt8], _ sha256: String, _ lease: String?
  ) async throws(HostError) {
    let home = try await home(host)
    let path = "\(home)/.sevfleet/upload-\(sha256)"
    let folder = ShellQuoting.quote("\(home)/.sevfleet")
    let made = try await run(host, "mkdir -p \(folder) && chmod 700 \(folder)", deadline: bounds.command)
    guard made.exitStatus == 0 else {
      throw HostError(.refused, "the login cannot make its private folder \(home)/.sevfleet")
    }
    do {
      try await pool.connection(host).upload(bytes, to: path, mode: 0o600, deadline: bounds.command)
    } catch {
      if let cause = try await storageTrouble(host) { throw cause }
      throw HostError(error)
    }
    try await commands(
      host, under: lease,
      [
        .makeFolder(RootCommand.stateFolder), .makeFolder(RootCommand.stagedFolder),
        .adoptUpload(upload: path, sha256: sha256), .sync("\(RootCommand.stagedFolder)/\(sha256).sbin"),
      ])
    // The copy that counts is root's; the login's is of no use any more.
    _ = try await run(host, "rm -f \(ShellQuoting.quote(path))", deadline: bounds.command)
  }

  /// `token`: the boot that is to end. A host that is in another one by now was reset already, and is not again.
  private func reset(_ host: Host, _ token: String, _ lease: String?) async throws(HostError) {
    let home = try await home(host)
    let marker = ShellQuoting.quote("\(home)/.sevfleet/reset-issued")
    let shell = HostScript(become: host.ssh.become, under: lease)
    let script = """
      [ "$(cat /proc/sys/kernel/random/boot_id)" = \(ShellQuoting.quote(token)) ] || exit 0
      \(shell.guarding)\
      mkdir -p \(ShellQuoting.quote("\(home)/.sevfleet")) && printf %s \(ShellQuoting.quote(token)) > \(marker) || exit 1
      sync \(marker)
      \(shell.asking(.reboot))
      """
    let result = try await run(host, script, deadline: bounds.command)
    if result.exitStatus == HostScript.refusedStatus { throw HostScript.refusal(.reboot) }
    if result.exitStatus == HostScript.notHeldStatus { throw HostScript.notHeld }
    guard result.exitStatus == 0 else {
      throw HostError(.refused, "the host refuses to reboot: \(Self.text(result.stderr).prefix(500))")
    }
  }

  package func resetIssued(_ host: Host, token: String) async throws(HostError) -> Bool {
    let home = try await home(host)
    let script = "cat \(ShellQuoting.quote("\(home)/.sevfleet/reset-issued")) 2>/dev/null"
    return Self.text(try await run(host, script, deadline: bounds.command).stdout).trimmed == token
  }
}
