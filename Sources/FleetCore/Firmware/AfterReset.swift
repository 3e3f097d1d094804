/// What a host will run after its next reset (FACTS 1.5, 2.3, 2.9, 2.12).
package enum AfterReset: Hashable, Sendable, Codable {
  case version(FirmwareVersion, why: String)
  case unknown(why: String)

  package var version: FirmwareVersion? {
    switch self {
    case .version(let version, _): version
    case .unknown: nil
    }
  }

  package var why: String {
    switch self {
    case .version(_, let why), .unknown(let why): why
    }
  }

  /// Judges from one observation and the floor, if known. `running` is what runs now.
  package static func judge(
    _ observation: Observation, running: FirmwareVersion?, floor: FirmwareVersion?
  ) -> AfterReset {
    guard let cpu = observation.cpu else { return .unknown(why: "the CPU is not known") }
    guard let kernel = observation.nextBootKernel else {
      return .unknown(why: "it is not known which kernel boots next")
    }
    switch source(observation, kernel: kernel, cpu: cpu) {
    case .unknown(let why): return .unknown(why: why)
    case .nothing(let why):
      guard let floor else { return .unknown(why: "\(why), and the BIOS version is not known") }
      return .version(floor, why: "\(why), so the BIOS copy \(floor) runs")
    case .file(let file, let where_):
      return judge(file: file, place: where_, running: running, floor: floor)
    }
  }

  /// What would be loaded if a file lay at `path`: the effective file of the real root "as if" (RULES O1).
  package static func judge(
    file: FirmwareFile, place: String, running: FirmwareVersion?, floor: FirmwareVersion?
  ) -> AfterReset {
    guard let version = file.version else {
      return .unknown(why: "\(file.path)\(place) would be loaded, and its version could not be read")
    }
    if let floor {
      if version < floor {
        return .version(floor, why: "\(file.path)\(place) is \(version), older than the BIOS copy \(floor)")
      }
      return .version(version, why: "\(file.path)\(place) is loaded")
    }
    // What runs is never below the BIOS copy, so a file that is not older than that is taken.
    if let running, version >= running { return .version(version, why: "\(file.path)\(place) is loaded") }
    return .unknown(why: "\(file.path)\(place) is \(version), and the BIOS version is not known")
  }

  private enum Source {
    case file(FirmwareFile, String)
    case nothing(String)
    case unknown(String)
  }

  private static func source(_ observation: Observation, kernel: String, cpu: CPUIdentity) -> Source {
    let builtin = observation.modules.ccp == .builtin
    guard let initramfs = observation.initramfs, initramfs.kernel == kernel else {
      if let other = observation.initramfs {
        return .unknown("the initramfs of \(other.kernel) was read, not that of \(kernel)")
      }
      return fromRoot(observation, kernel: kernel, cpu: cpu)
    }
    guard let containsCCP = initramfs.containsCCP else {
      return .unknown("the initramfs of \(kernel) could not be listed")
    }
    // A built-in ccp asks before the real root is mounted: the initramfs is all there is then.
    guard containsCCP || builtin else { return fromRoot(observation, kernel: kernel, cpu: cpu) }
    let resolution = EffectiveFile.resolve(
      cpu: cpu, files: initramfs.files, search: observation.searchAfterReset, kernel: kernel)
    if let uncertainty = resolution.uncertainty { return .unknown(uncertainty) }
    guard let winner = resolution.winner else {
      return .nothing("ccp starts from the initramfs of \(kernel), which holds no firmware file for this CPU")
    }
    return .file(winner, " in the initramfs of \(kernel)")
  }

  private static func fromRoot(_ observation: Observation, kernel: String, cpu: CPUIdentity) -> Source {
    let resolution = EffectiveFile.resolve(
      cpu: cpu, files: observation.files, search: observation.searchAfterReset, kernel: kernel)
    if let uncertainty = resolution.uncertainty { return .unknown(uncertainty) }
    guard let winner = resolution.winner else { return .nothing("no firmware file for this CPU lies on the host") }
    return .file(winner, "")
  }
}
