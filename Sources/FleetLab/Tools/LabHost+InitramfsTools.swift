extension LabHost {
  func updateInitramfs(_ question: ToolQuestion) throws -> ToolAnswer {
    guard question.isRoot else {
      return ToolAnswer.failure("update-initramfs: Permission denied: run as root")
    }
    let wanted = question.value("-k") ?? kernels.last?.release ?? kernel.release
    let releases = wanted == "all" ? kernels.map(\.release) : [wanted]
    var text = ""
    for release in releases {
      guard kernels.contains(where: { $0.release == release }) else {
        return ToolAnswer.failure("\(LabHost.initramfsPath(release)) does not exist. Cannot update.")
      }
      text += "update-initramfs: Generating \(LabHost.initramfsPath(release))\n"
      if faults[.initramfsToolFails] != nil {
        let hook = "E: /usr/share/initramfs-tools/hooks/fsck failed with return 1."
        let failed = "update-initramfs: failed for \(LabHost.initramfsPath(release)) with 1."
        return ToolAnswer(code: 1, output: text, errors: "\(hook)\n\(failed)\n")
      }
      try rebuildInitramfs(of: release)
      note(.initramfsRebuilt, release, by: question.command)
    }
    return ToolAnswer.print(text)
  }

  /// `dracut -f [FILE [KERNEL]]`, `--kver KERNEL`, `--regenerate-all`.
  func dracut(_ question: ToolQuestion) throws -> ToolAnswer {
    guard question.isRoot else { return ToolAnswer.failure("dracut: Permission denied") }
    if faults[.initramfsToolFails] != nil { return ToolAnswer.failure("dracut: creation of the initramfs failed") }
    let named = question.value("--kver") ?? question.operands.dropFirst().first
    let releases = question.has("--regenerate-all") ? kernels.map(\.release) : [named ?? kernel.release]
    for release in releases {
      guard kernels.contains(where: { $0.release == release }) else {
        return ToolAnswer.failure("dracut: Cannot find module directory /lib/modules/\(release)/")
      }
      try rebuildInitramfs(of: release)
      note(.initramfsRebuilt, release, by: question.command)
    }
    return ToolAnswer()
  }

  /// `lsinitrd [FILE]` lists; `lsinitrd -f PATH [FILE]` prints the content of one file, and nothing for one that is not
  /// there: cpio does not mind.
  func lsinitrd(_ question: ToolQuestion) async throws -> ToolAnswer {
    guard question.isRoot else { return ToolAnswer.failure("lsinitrd: Permission denied") }
    let images = question.operands.filter { $0.contains("initrd.img-") || $0.contains("initramfs-") }
    let release = images.last.map { $0.lastPathPart.replacing("initrd.img-", with: "") } ?? kernel.release
    let files = try await initramfs(of: release).files
    if let path = question.value("-f", "--file") { return ToolAnswer(bytes: files[path] ?? []) }
    let lines = files.keys.sorted().map { path in
      "-rw-r--r--   1 root     root     \(Text.padded(files[path]?.count ?? 0, width: 8)) Jan  1 00:00 \(path)\n"
    }
    let rule = String(repeating: "=", count: 72)
    let image = LabHost.initramfsPath(release)
    return ToolAnswer.print("Image: \(image)\n\(rule)\n\(lines.joined())\(rule)\n")
  }
}
