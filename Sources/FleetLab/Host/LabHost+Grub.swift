extension LabHost {
  /// Writes GRUB's menu; the first of the kernels is the default.
  func writeGrub() throws {
    var menu = """
      if [ -s $prefix/grubenv ]; then
        load_env
      fi
      if [ "${next_entry}" ] ; then
         set default="${next_entry}"
         set next_entry=
         save_env next_entry
         set boot_once=true
      else
         set default="0"
      fi

      """
    if let first = kernels.first {
      menu += "menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'gnulinux-simple-lab' {\n"
      menu += Self.entry(first, indent: "\t") + "}\n"
    }
    menu += "submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'gnulinux-advanced-lab' {\n"
    for kernel in kernels {
      let title = "Debian GNU/Linux, with Linux \(kernel.release)"
      menu += "\tmenuentry '\(title)' --class debian $menuentry_id_option 'gnulinux-\(kernel.release)-advanced-lab' {\n"
      menu += Self.entry(kernel, indent: "\t\t") + "\t}\n"
    }
    try root.write("/boot/grub/grub.cfg", menu + "}\n", mode: 0o600)
    try root.link("/vmlinuz", to: "boot/vmlinuz-\(kernels[0].release)")
    try root.link("/initrd.img", to: "boot/initrd.img-\(kernels[0].release)")
  }

  private static func entry(_ kernel: LabKernel, indent: String) -> String {
    "\(indent)linux\t/boot/vmlinuz-\(kernel.release) root=UUID=lab ro quiet\n"
      + "\(indent)initrd\t/boot/initrd.img-\(kernel.release)\n"
  }

  /// The kernel that GRUB starts next, read from its files as GRUB would.
  var nextBootKernel: LabKernel? {
    let menu = (root.text("/boot/grub/grub.cfg") ?? "").lines.map { $0.words }
    let wanted = grubChoice(menu)
    var entries: [(names: [String], release: String)] = []
    var open: [(index: Int, title: String, id: String)] = []
    var counters = [0]
    for words in menu {
      guard let first = words.first else { continue }
      if first == "menuentry" || first == "submenu" {
        let line = words.joined(separator: " ")
        let quoted = line.split(separator: "'", omittingEmptySubsequences: false).map(String.init)
        open.append(
          (counters[counters.count - 1], quoted.count > 1 ? quoted[1] : "", quoted.count > 3 ? quoted[3] : ""))
        counters[counters.count - 1] += 1
        counters.append(0)
      } else if first == "linux", words.count > 1 {
        let paths = [open.map { String($0.index) }, open.map(\.title), open.map(\.id)]
        let names = paths.map { $0.joined(separator: ">") } + [open.last?.id ?? "", open.last?.title ?? ""]
        entries.append((names, words[1].lastPathPart.replacing("vmlinuz-", with: "")))
      } else if first == "}", !open.isEmpty {
        open.removeLast()
        counters.removeLast()
      }
    }
    let chosen = entries.first { $0.names.contains(wanted) } ?? entries.first
    return kernels.first { $0.release == chosen?.release }
  }

  /// What `default` is set to at boot.
  private func grubChoice(_ menu: [[String]]) -> String {
    let environment = (root.text("/boot/grub/grubenv") ?? "").lines
    func variable(_ name: String) -> String? {
      let line = environment.last { $0.hasPrefix(name + "=") }
      return line.map { String($0.dropFirst(name.count + 1)) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    if let next = variable("next_entry") { return next }
    let settings = menu.filter { $0.first == "set" && $0.count > 1 && $0[1].hasPrefix("default=") }
      .map { $0.dropFirst().joined(separator: " ").dropFirst(8).filter { $0 != "\"" } }
    let last = settings.last { $0 != "${next_entry}" } ?? "0"
    return last == "${saved_entry}" ? variable("saved_entry") ?? "0" : last
  }

  /// GRUB uses up a choice that was made for one boot.
  func consumeNextEntry() throws {
    guard let environment = root.text("/boot/grub/grubenv"), environment.contains("next_entry=") else { return }
    var lines = environment.lines.filter { !$0.hasPrefix("next_entry=") && !$0.hasPrefix("#####") }
    lines = lines.filter { !$0.isEmpty }
    let text = lines.map { $0 + "\n" }.joined()
    try root.write("/boot/grub/grubenv", text + String(repeating: "#", count: max(0, 1024 - text.count)))
  }
}
