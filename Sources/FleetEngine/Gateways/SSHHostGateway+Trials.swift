package import FleetCore
import FleetFormats
import SSHTransport

/// A file system that something will be written to.
struct StorageState {
  var path: String
  var freeKiB: Int
  var isReadOnly: Bool
}

extension SSHHostGateway {
  /// What a staged image, its temporary copy, the upload and a little air need, beyond the image's own size.
  private static let spareKiB = 1024

  package func trials(_ host: Host, _ needs: TrialNeeds) async throws(HostError) -> [HostError] {
    var refusals: [HostError] = []
    refusals += try await sudoTrials(host, needs)
    if needs.initramfsKernel != nil, needs.initramfsTool == nil {
      refusals.append(
        HostError(.toolMissing, "the host has no tool to rebuild its initramfs", expected: "update-initramfs or dracut")
      )
    }
    refusals += try await toolTrials(host, needs)
    guard refusals.isEmpty else { return refusals }
    refusals += try await storageTrials(host, needs)
    guard refusals.isEmpty else { return refusals }
    do {
      try await commands(
        host,
        [
          .makeFolder(RootCommand.stateFolder), .makeFolder(RootCommand.stagedFolder), .makeFolder(needs.stageFolder),
          .testWrite(folder: needs.stageFolder), .testWriteEnd(folder: needs.stageFolder),
          .testWrite(folder: RootCommand.stagedFolder), .testWriteEnd(folder: RootCommand.stagedFolder),
        ])
    } catch {
      if error.isUncertain { throw error }
      refusals.append(error)
    }
    return refusals
  }

  private func sudoTrials(_ host: Host, _ needs: TrialNeeds) async throws(HostError) -> [HostError] {
    guard host.ssh.become == .sudo else { return [] }
    let shell = HostScript(become: .sudo)
    let list = try await needed(host, needs)
    let script = list.enumerated().map { "\(shell.allowed($1)) || echo \($0)" }.joined(separator: "\n") + "\ntrue"
    let result = try await run(host, script, deadline: bounds.command)
    return Self.text(result.stdout).split(separator: "\n").compactMap { Int($0) }.filter(list.indices.contains)
      .map { HostScript.refusal(list[$0]) }
  }

  /// Every root command the change may come to need, with arguments of the right shape.
  private func needed(_ host: Host, _ needs: TrialNeeds) async throws(HostError) -> [RootCommand] {
    let sha256 = String(repeating: "0", count: 64)
    let folder = needs.stageFolder
    let name = FamilyModel(family: 25, modelHigh: 0).kernelName
    let home = try await home(host)
    var list: [RootCommand] = [
      .makeFolder(RootCommand.stateFolder), .remove(path: RootCommand.leaseFile),
      .makeFolder(RootCommand.stagedFolder),
      .adoptUpload(upload: "\(home)/.sevfleet/upload-\(sha256)", sha256: sha256),
      .hash(path: "\(RootCommand.stagedFolder)/\(sha256).sbin"), .hash(path: "\(folder)/\(name)"),
      .placeNew(sha256: sha256, folder: folder), .activateName(sha256: sha256, folder: folder, name: name),
      .sync(folder), .remove(path: "\(folder)/\(name)"),
      .placeFromBackup(backup: "b", path: "amd/\(name)", folder: folder, sha256: sha256),
    ]
    if let kernel = needs.initramfsKernel, let tool = needs.initramfsTool {
      list.append(tool == "dracut" ? .dracut(kernel: kernel) : .updateInitramfs(kernel: kernel))
      list.append(.sync("/boot"))
    }
    if let package = needs.package, package.treatment == .hold {
      let tool = try await packageTool(host)
      list += [.hold(package: package.name, tool: tool), .unhold(package: package.name, tool: tool)]
    }
    list += needs.diverted.flatMap { [RootCommand.divert(path: $0), .undivert(path: $0)] }
    switch needs.activation {
    case .none: return list
    case .reload:
      list += [.unloadModule("kvm_amd"), .unloadModule("ccp"), .loadModule("ccp", parameters: [])]
      list.append(.loadModule("kvm_amd", parameters: ["sev=1"]))
      if host.policy.activation.reboot { list.append(.reboot) }
    case .reboot: list.append(.reboot)
    }
    if needs.unloadsKexec { list.append(.unloadKexec) }
    return list + Self.door(needs.door, opens: false) + Self.door(needs.door, opens: true)
  }

  /// Programs that only some changes need, and the names that the initramfs tool will copy (FACTS 2.3).
  private func toolTrials(_ host: Host, _ needs: TrialNeeds) async throws(HostError) -> [HostError] {
    var refusals: [HostError] = []
    var programs: [String] = []
    if let package = needs.package, package.treatment == .hold {
      programs.append(RootCommand.hold(package: package.name, tool: try await packageTool(host)).argv[0])
    }
    if let path = needs.diverted.first { programs.append(RootCommand.divert(path: path).argv[0]) }
    for program in programs {
      let result = try await run(host, "test -x \(ShellQuoting.quote(program))", deadline: bounds.command)
      if result.exitStatus != 0 {
        refusals.append(HostError(.toolMissing, "the host has no \(program)", expected: program))
      }
    }
    if let kernel = needs.initramfsKernel, let name = needs.firmwareName {
      let modinfo = "PATH=/usr/sbin:/sbin:$PATH modinfo -k \(ShellQuoting.quote(kernel)) -F firmware ccp"
      let result = try await run(host, modinfo, deadline: bounds.command)
      let names = Self.text(result.stdout).split(separator: "\n").map { String($0).trimmed }
      // A module that names nothing, or a modinfo that is not there, leaves the answer to the read-back (RULES O2).
      if result.exitStatus == 0, !names.isEmpty, !names.contains(name) {
        refusals.append(
          HostError(
            .refused, "ccp of \(kernel) does not name \(name), so no tool would put it into the initramfs",
            expected: name, found: names.joined(separator: ", ")))
      }
    }
    return refusals
  }

  private func storageTrials(_ host: Host, _ needs: TrialNeeds) async throws(HostError) -> [HostError] {
    var paths = ["/lib/firmware", "/var/lib"]
    if needs.stageFolder.hasPrefix("/lib/firmware/") { paths.append(needs.stageFolder) }
    paths.append(RootCommand.stateFolder)
    if needs.initramfsKernel != nil { paths.append("/boot") }
    let image = try await imageKiB(host, needs)
    return try await storage(host, paths).compactMap { state in
      // A rebuilt initramfs lies beside the old one until it is renamed, and may be somewhat larger.
      let need = state.path == "/boot" ? image * 12 / 10 + Self.spareKiB : needs.bytes / 1024 * 3 + Self.spareKiB
      if state.isReadOnly {
        return HostError(
          .readOnly, "\(state.path) is mounted read-only", expected: "a writable \(state.path)", found: "ro")
      }
      guard state.freeKiB < need else { return nil }
      return HostError(
        .diskFull, "\(state.path) has too little room", expected: "\(need) KiB free", found: "\(state.freeKiB) KiB free"
      )
    }
  }

  /// Size of the initramfs that will be written anew; 0 where it cannot be told.
  private func imageKiB(_ host: Host, _ needs: TrialNeeds) async throws(HostError) -> Int {
    guard needs.initramfsKernel != nil, let image = needs.initramfsImage else { return 0 }
    let result = try await run(host, "stat -L -c %s -- \(ShellQuoting.quote(image))", deadline: bounds.command)
    return (Int(Self.text(result.stdout).trimmed) ?? 0) / 1024
  }

  /// Free room and mount options of the file systems that hold `paths`; a path that does not exist is left out.
  func storage(_ host: Host, _ paths: [String]) async throws(HostError) -> [StorageState] {
    let list = paths.map(ShellQuoting.quote).joined(separator: " ")
    let script = """
      LC_ALL=C; export LC_ALL
      for p in \(list); do
        [ -e "$p" ] || continue
        df -Pk "$p" 2>/dev/null | { read -r head; read -r fs size used free share mount
          options=$(while read -r d m t o rest; do [ "$m" = "$mount" ] && echo "$o"; done < /proc/mounts | tail -n 1)
          echo "$p $free $options"; }
      done
      """
    let result = try await run(host, script, deadline: bounds.command)
    return Self.text(result.stdout).split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ")
      guard parts.count >= 2, let free = Int(parts[1]) else { return nil }
      let options = parts.count > 2 ? parts[2].split(separator: ",") : []
      return StorageState(path: String(parts[0]), freeKiB: free, isReadOnly: options.contains("ro"))
    }
  }

  // MARK: Manifests

  package func manifest(_ host: Host, of tree: FirmwareTree) async throws(HostError) -> [BackupFile] {
    let root: String
    switch tree {
    case .live: root = "/lib/firmware"
    case .backup(let id): root = "\(RootCommand.backupsFolder)/\(id)"
    }
    let folders = try await existingFolders(host, below: root)
    guard !folders.isEmpty else { return [] }
    let shell = HostScript(become: host.ssh.become)
    let listing = try await run(
      host, shell.running(folders.map { .list(folder: $0) }), deadline: bounds.command)
    guard listing.exitStatus == 0 else {
      if listing.exitStatus == HostScript.refusedStatus { throw HostScript.refusal(.list(folder: folders[0])) }
      throw HostError(.unreadable, "\(root) cannot be listed: \(Self.text(listing.stderr).prefix(300))")
    }
    var files = Self.text(listing.stdout).split(separator: "\n").compactMap { BackupFile(listing: $0, root: root) }
    let hashed = files.indices.filter { files[$0].type == "f" }
    guard !hashed.isEmpty else { return files }
    let result = try await run(
      host, shell.running(hashed.map { .hash(path: "\(root)/\(files[$0].path)") }), deadline: bounds.command)
    let hashes = Self.text(result.stdout).split(separator: "\n").map { String($0.prefix(64)) }
    guard result.exitStatus == 0, hashes.count == hashed.count else {
      let stderr = Self.text(result.stderr)
      if result.exitStatus == HostScript.refusedStatus, let index = HostScript.failedIndex(stderr),
        hashed.indices.contains(index)
      {
        throw Self.unread("\(root)/\(files[hashed[index]].path)", below: folders)
      }
      throw HostError(.unreadable, "the files below \(root) cannot be hashed: \(stderr.prefix(300))")
    }
    for (index, hash) in zip(hashed, hashes) { files[index].sha256 = hash }
    return files
  }

  /// Root's rules allow what lies right in a folder of firmware; a folder in there may stand where an image belongs.
  private static func unread(_ path: String, below folders: [String]) -> HostError {
    let parent = Self.split(path).folder
    if folders.contains(parent) { return HostScript.refusal(.hash(path: path)) }
    return HostError(
      .sudoRefused, "\(parent) is a folder with files in it; sudo lets none of them be read, so no backup can be made",
      expected: "files right in \(folders.joined(separator: " or "))", found: path)
  }
}

extension BackupFile {
  /// One line of `find -printf '%y %m %U %G %s %p\t%l\n'`.
  init?(listing line: Substring, root: String) {
    let halves = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: " ", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, let size = Int(parts[4]), parts[5].hasPrefix(root + "/") else { return nil }
    let link = halves.count > 1 && !halves[1].isEmpty ? String(halves[1]) : nil
    self.init(
      path: String(parts[5].dropFirst(root.count + 1)), type: String(parts[0]), sha256: nil, size: size,
      mode: String(parts[1]), owner: String(parts[2]), group: String(parts[3]), linkTarget: link)
  }
}
