import FleetCore

/// Who owns firmware files, which packages are held, and who holds a package manager's lock (RULES P, O1).
enum PackageText {
  /// Owners by path. dpkg's lists name a path with or without `/usr`; a diverted path belongs to nobody.
  static func owners(_ lines: [String]) -> [String: String] {
    var owners: [String: String] = [:]
    var diversions: [Substring] = []
    for line in lines {
      if line.hasPrefix("divert ") {
        diversions.append(line.dropFirst("divert ".count))
      } else if line.hasPrefix("rpm ") {
        guard let (name, path) = line.dropFirst("rpm ".count).cut(" ") else { continue }
        owners[canonical(path)] = String(name)
      } else if let path = line.tail(after: ".list:") {
        let list = line.dropLast(path.count + ".list:".count)
        guard let file = list.split(separator: "/").last else { continue }
        // A package of another architecture is called NAME:ARCH.
        owners[canonical(path)] = String(file.cut(":")?.0 ?? file)
      }
    }
    divert(diversions, &owners)
    return owners
  }

  /// Groups of three lines: from, to, package (`:` for a local diversion).
  private static func divert(_ lines: [Substring], _ owners: inout [String: String]) {
    var index = 0
    while index + 2 < lines.count {
      let from = canonical(lines[index])
      if let owner = owners[from], owner != lines[index + 2] {
        owners[from] = nil
        owners[canonical(lines[index + 1])] = owner
      }
      index += 3
    }
  }

  /// `/usr/lib` and `/lib` are one folder where firmware is concerned.
  static func canonical(_ path: some StringProtocol) -> String {
    path.hasPrefix("/usr/lib/") ? String(path.dropFirst(4)) : String(path)
  }

  /// Held packages: names from dpkg's record, then the entries of dnf's lock files.
  static func held(_ lines: [String]) -> [String] {
    var names: [String] = []
    var isLock = false
    for line in lines {
      if line.hasPrefix("locks ") {
        isLock = true
      } else if !isLock, line.hasPrefix("Package: ") {
        names.append(String(line.dropFirst("Package: ".count)))
      } else if isLock, let name = lockedName(line) {
        names.append(name)
      }
    }
    return names
  }

  /// `linux-firmware-0:20240827-1.el9.*`, or `name = "linux-firmware"` in dnf 5's file.
  private static func lockedName(_ line: String) -> String? {
    let text = line.trimmed
    if text.hasPrefix("name") {
      guard let (_, value) = text.cut("=") else { return nil }
      let name = value.trimmed.filter { $0 != "\"" }
      return name.isEmpty ? nil : name
    }
    guard let first = text.first, first != "#", first != "!", first != "[", !text.holds("=") else { return nil }
    let parts = text.split(separator: "-")
    return parts.count > 2 ? parts.dropLast(2).joined(separator: "-") : String(text)
  }

  /// What `apt-cache policy` says of packages: a name with a colon, then indented lines.
  static func pending(_ lines: [String]) -> [PendingPackage] {
    var packages: [PendingPackage] = []
    for line in lines {
      if !line.hasPrefix(" "), line.hasSuffix(":") {
        packages.append(PendingPackage(name: String(line.dropLast()), installed: nil, candidate: nil))
        continue
      }
      guard line.hasPrefix("  "), let (key, value) = line.trimmed.cut(":"), let last = packages.indices.last else {
        continue
      }
      let version = value.trimmed == "(none)" ? nil : String(value.trimmed)
      switch key {
      case "Installed": packages[last].installed = version
      case "Candidate": packages[last].candidate = version
      case _: continue
      }
    }
    return packages
  }

  /// The holder of a lock: `file DEV INODE PATH` lines, then `/proc/locks`.
  static func lockHolder(_ lines: [String], names: [Int: String]) -> String? {
    var files: [Substring: (device: Int, path: Substring)] = [:]
    for line in lines {
      let words = line.words
      if words.first == "file", words.count == 4 {
        files[words[2]] = (Int(words[1], radix: 16) ?? 0, words[3])
        continue
      }
      // 1: POSIX  ADVISORY  WRITE 812 fe:00:388779 0 EOF; a waiting one has `->` after its number.
      guard words.count >= 6, words[1] != "->", let pid = words[4].number else { continue }
      let place = words[5].split(separator: ":")
      guard place.count == 3, let file = files[place[2]] else { continue }
      let name = names[pid]
      guard
        Int(place[0], radix: 16) == major(file.device) && Int(place[1], radix: 16) == minor(file.device)
          || name != nil
      else { continue }
      return "\(name ?? "holder of \(file.path)") (pid \(pid))"
    }
    return nil
  }

  /// The kernel's encoding of device numbers in `st_dev`.
  private static func major(_ device: Int) -> Int { (device >> 8) & 0xFFF }
  private static func minor(_ device: Int) -> Int { (device & 0xFF) | ((device >> 12) & 0xFFF00) }
}
