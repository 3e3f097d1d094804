import FleetCore

/// Lines of an initramfs listing (`lsinitramfs`, `lsinitrd`), and the firmware files found inside (FACTS 2.3).
enum InitramfsText {
  struct Listing: Sendable {
    /// The kernel whose image was looked for.
    var kernel: String
    /// Empty: there is none under the names that distributions use.
    var image: String
    /// `nil`: it could not be listed to its end.
    var containsCCP: Bool?
    /// Firmware paths as from the root.
    var firmware: [String]
  }

  static func listing(_ section: ProbeSections.Section?) -> Listing? {
    guard let section, section.isEnded else { return nil }
    var listing = Listing(kernel: "", image: "", firmware: [])
    var containsCCP = false
    var containsInit = false
    for line in section.lines {
      if line.hasPrefix("kernel="), listing.kernel.isEmpty {
        listing.kernel = String(line.dropFirst("kernel=".count))
      } else if line.hasPrefix("image="), listing.image.isEmpty {
        listing.image = String(line.dropFirst("image=".count))
      } else if let path = path(line) {
        let name = path.split(separator: "/").last ?? ""
        if path == "/init" { containsInit = true }
        if name.hasPrefix("ccp.ko"), path.holds("/lib/modules/") { containsCCP = true }
        if isFirmware(path, name) { listing.firmware.append(path) }
      }
    }
    // Every image has an /init; without it the main archive was not read, and an absent driver proves nothing.
    if section.status == 0, containsInit { listing.containsCCP = containsCCP }
    return listing.kernel.isEmpty ? nil : listing
  }

  private static func isFirmware(_ path: String, _ name: Substring) -> Bool {
    path.holds("/lib/firmware/") && path.holds("/amd/") && (name.hasPrefix("amd_sev_") || name.hasPrefix("sev.fw"))
  }

  /// The path of a line, plain or in `ls -l` form, made absolute.
  private static func path(_ line: String) -> String? {
    let beforeLink = line.tail(after: " -> ").map { line.dropLast($0.count + " -> ".count) } ?? line[...]
    guard var name = beforeLink.words.last else { return nil }
    if name.hasPrefix("./") { name = name.dropFirst(2) }
    return name.hasPrefix("/") ? String(name) : "/" + name
  }

  /// The files inside: those described, and for those that could not be unpacked their bare paths.
  static func files(_ listing: Listing, described: [FirmwareFile]) -> [FirmwareFile] {
    var files: [FirmwareFile] = []
    for file in described where !files.contains(where: { same($0.path, file.path) }) {
      var file = file
      // An absolute link was followed into the real root: what it names in the initramfs was not seen.
      if file.linkTarget?.hasPrefix("/") == true { file = FirmwareFile(path: file.path, linkTarget: file.linkTarget) }
      files.append(file)
    }
    for path in listing.firmware where !files.contains(where: { same($0.path, path) }) {
      files.append(FirmwareFile(path: path))
    }
    return files
  }

  private static func same(_ first: String, _ second: String) -> Bool {
    PackageText.canonical(first) == PackageText.canonical(second)
  }
}
