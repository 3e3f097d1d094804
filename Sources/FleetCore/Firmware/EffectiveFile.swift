/// Which file `ccp` would really load: name × place × suffix, in the kernel's order (FACTS 2.1, 2.2).
package enum EffectiveFile {
  /// A suffix the firmware loader tries, in its order.
  package enum Suffix: String, CaseIterable, Sendable { case plain = "", zstd = ".zst", xz = ".xz" }

  package struct Resolution: Hashable, Sendable {
    /// Present candidates in the order in which the kernel would take them; the first one wins.
    package var order: [FirmwareFile]
    /// Why the winner is not certain; `nil`: it is.
    package var uncertainty: String?

    package var winner: FirmwareFile? { order.first }

    /// What keeps a candidate from being loaded; `nil` for the winner and for files that are no candidates.
    package func shadow(of path: String) -> String? {
      guard let index = order.firstIndex(where: { $0.path == path }), index > 0 else { return nil }
      return order[0].path
    }
  }

  /// The names, relative to a place, in the order in which they are tried.
  package static func names(for cpu: CPUIdentity) -> [String] {
    let family = Hex.padded(cpu.family, 2)
    return [
      "amd/amd_sev_fam\(family)h_model\(Hex.padded(cpu.model, 2))h.sbin",
      "amd/\(cpu.familyModel.kernelName)",
      "amd/sev.fw",
    ]
  }

  /// Whether a path bears one of the names that this CPU's driver asks for, with any suffix, in whatever place.
  package static func isNamed(_ path: String, for cpu: CPUIdentity) -> Bool {
    names(for: cpu).contains { name in Suffix.allCases.contains { path.hasSuffix("/\(name)\($0.rawValue)") } }
  }

  /// The places in the order in which they are tried for one name.
  package static func places(search: FirmwareSearch, kernel: String) -> [String] {
    var places: [String] = []
    if let path = search.classPath, !path.isEmpty { places.append(path) }
    return places + [
      "/lib/firmware/updates/\(kernel)", "/lib/firmware/updates", "/lib/firmware/\(kernel)", "/lib/firmware",
    ]
  }

  /// Every path in the kernel's order, whether present or not.
  package static func candidates(
    for cpu: CPUIdentity, search: FirmwareSearch, kernel: String
  ) -> [(path: String, suffix: Suffix)] {
    let places = places(search: search, kernel: kernel)
    var result: [(path: String, suffix: Suffix)] = []
    for name in names(for: cpu) {
      for suffix in Suffix.allCases {
        for place in places { result.append(("\(place)/\(name)\(suffix.rawValue)", suffix)) }
      }
    }
    return result
  }

  /// Whether a path lies in one of the two folders that a backup holds whole.
  package static func isBackedUp(_ path: String) -> Bool {
    let path = canonical(path)
    return ["/lib/firmware/amd/", "/lib/firmware/updates/amd/"].contains { path.hasPrefix($0) }
  }

  /// Resolves among the files seen on a host.
  package static func resolve(
    cpu: CPUIdentity, files: [FirmwareFile], search: FirmwareSearch, kernel: String
  ) -> Resolution {
    var byPath: [String: FirmwareFile] = [:]
    for file in files where byPath[canonical(file.path)] == nil { byPath[canonical(file.path)] = file }
    var order: [FirmwareFile] = []
    var uncertainty: String?
    for (path, suffix) in candidates(for: cpu, search: search, kernel: kernel) {
      guard let file = byPath[canonical(path)], !order.contains(where: { $0.path == file.path }) else { continue }
      switch supports(suffix, search) {
      case true?: order.append(file)
      case false?: continue
      case nil:
        if order.isEmpty {
          uncertainty = "it is not known whether this kernel loads \(suffix.rawValue) files, such as \(file.path)"
        }
        order.append(file)
      }
    }
    return Resolution(order: order, uncertainty: uncertainty)
  }

  private static func supports(_ suffix: Suffix, _ search: FirmwareSearch) -> Bool? {
    switch suffix {
    case .plain: true
    case .zstd: search.loadsZstd
    case .xz: search.loadsXZ
    }
  }

  /// `/usr/lib` and `/lib` are one folder on a merged system.
  private static func canonical(_ path: String) -> String {
    path.hasPrefix("/usr/lib/") ? String(path.dropFirst(4)) : path
  }
}
