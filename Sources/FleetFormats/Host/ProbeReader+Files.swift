import FleetCore

/// Firmware files, the kernel that boots next and its initramfs.
extension ProbeReader {
  mutating func readFiles() -> ProbeTextError? {
    guard let section = probe[.files], section.isEnded else { return .filesUnread(path: "/lib/firmware") }
    let described = FirmwareFilesText(section.lines)
    if let path = described.unreadable.first { return .filesUnread(path: path) }
    let owners = PackageText.owners(probe.lines(.owners))
    observation.files = described.files.map { file in
      var file = file
      file.package = owners[PackageText.canonical(file.path)]
      return file
    }
    observation.notes += described.notes
    observation.search = search(classPath: probe.value("classPath"), probe.lines(.loaderConfig))
    return nil
  }

  /// How the kernel that boots next searches, where that differs from the running one: its own suffixes, and the path
  /// of the command line, since one that was set later is lost with the boot.
  private var nextSearch: FirmwareSearch? {
    guard let next = observation.nextBootKernel else { return nil }
    let path = probe.value("bootClassPath") ?? observation.search.classPath
    var search = observation.search
    search.classPath = path.flatMap { $0.isEmpty ? nil : $0 }
    if next != observation.kernel {
      let lines = probe.lines(.nextLoaderConfig)
      search = self.search(classPath: path, lines.first == "kernel=\(next)" ? lines : [])
    }
    return search == observation.search ? nil : search
  }

  /// Which suffixes a kernel of a configuration loads (FACTS 2.11).
  private func search(classPath: String?, _ lines: [String]) -> FirmwareSearch {
    var search = FirmwareSearch(classPath: classPath.flatMap { $0.isEmpty ? nil : $0 })
    guard lines.contains(where: { $0.hasPrefix("CONFIG_FW_LOADER=") }) else { return search }
    func isSet(_ option: String) -> Bool { lines.contains("\(option)=y") }
    func isNamed(_ option: String) -> Bool { lines.contains { $0.holds("\(option)=") || $0.holds("\(option) ") } }
    let compressed = isSet("CONFIG_FW_LOADER_COMPRESS")
    // Before 5.19 there was one option, and it meant xz.
    let isOld = compressed && !isNamed("CONFIG_FW_LOADER_COMPRESS_XZ")
    search.loadsXZ = compressed && (isOld || isSet("CONFIG_FW_LOADER_COMPRESS_XZ"))
    search.loadsZstd = compressed && isSet("CONFIG_FW_LOADER_COMPRESS_ZSTD")
    return search
  }

  mutating func readBoot() {
    let decision = GrubText.decide(grubby: probe.answer(.grubby), boot: probe.lines(.boot))
    observation.nextBootKernel = decision.kernel
    observation.nextSearch = nextSearch
    if let why = decision.why { note(.boot, "it is not known which kernel boots next: \(why)") }
    guard let listing = InitramfsText.listing(probe[.initramfs]) else {
      if let kernel = decision.kernel { observation.initramfs = Initramfs(kernel: kernel, path: "") }
      note(.initramfs, "no initramfs was looked at")
      return
    }
    if let kernel = decision.kernel, kernel != listing.kernel {
      observation.initramfs = Initramfs(kernel: kernel, path: decision.initrd ?? "")
      note(.initramfs, "the initramfs of \(listing.kernel) was looked at, and \(kernel) boots next")
      return
    }
    readInitramfs(listing, initrd: decision.initrd)
  }

  private mutating func readInitramfs(_ listing: InitramfsText.Listing, initrd: String?) {
    guard !listing.image.isEmpty else {
      // An entry that names an image under a name of its own: it exists, and it was not seen.
      if let initrd { observation.initramfs = Initramfs(kernel: listing.kernel, path: initrd) }
      return
    }
    let described = FirmwareFilesText(probe.lines(.initramfsFiles))
    observation.initramfs = Initramfs(
      kernel: listing.kernel, path: listing.image, containsCCP: listing.containsCCP,
      files: InitramfsText.files(listing, described: described.files))
    observation.notes += described.notes
    if listing.containsCCP == nil { note(.initramfs, "the initramfs could not be listed") }
  }

  mutating func readCompute() {
    if let unit = probe.answer(.units).flatMap(ComputeUnitText.unit) {
      observation.computeUnit = unit
    } else if ComputeUnitText.container(probe.answer(.docker)) {
      observation.computeUnit = .docker(container: RootCommand.computeContainer)
    } else if ComputeUnitText.container(probe.answer(.podman)) {
      observation.computeUnit = .podman(container: RootCommand.computeContainer)
    }
  }
}
