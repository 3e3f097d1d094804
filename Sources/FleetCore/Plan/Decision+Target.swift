/// What a host shall run, with the image that brings it there.
package struct Wish: Hashable, Sendable {
  /// `nil` only for `factory` with an unknown BIOS copy.
  package var version: FirmwareVersion?
  /// `nil` for `factory`, and where the right version runs and needs no file.
  package var image: FirmwareImage?
  package var isFactory: Bool
  package var missingImage: Exclusion?
}

extension Decision {
  func wish(for seen: Seen, _ situation: HostSituation) throws(Exclusion) -> Wish {
    guard let target = options.target ?? situation.host.target else {
      throw Exclusion(.noTarget, rule: "C", "the inventory names no target for it")
    }
    switch target {
    case .factory:
      return Wish(version: seen.floor?.version, image: nil, isFactory: true)
    case .version(let version):
      return image(version, seen)
    case .named(let name, let versions):
      guard let version = versions[seen.cpu.familyModel] else {
        throw Exclusion(
          .noTarget, rule: "C", expected: seen.cpu.familyModel.description,
          found: versions.keys.sorted().map(\.description).joined(separator: ", "),
          "target \(name) names no version for \(seen.cpu.familyModel)")
      }
      return image(version, seen)
    case .backup:
      return try backup(situation, seen)
    }
  }

  private func image(_ version: FirmwareVersion, _ seen: Seen) -> Wish {
    let folder = seen.cpu.familyModel
    switch catalog.image(version, for: folder) {
    case .success(let image): return Wish(version: version, image: image, isFactory: false)
    case .failure(.none(_, _, let available)):
      let list = available.isEmpty ? "none" : available.map(\.description).joined(separator: ", ")
      return Wish(
        version: version, image: nil, isFactory: false,
        missingImage: Exclusion(
          .noImage, rule: "C", expected: "\(folder) \(version)", found: list,
          "the catalog has no image \(version.bothSpellings) for \(folder); it has \(list)"))
    case .failure(.several(_, _, let paths)):
      return Wish(
        version: version, image: nil, isFactory: false,
        missingImage: Exclusion(
          .ambiguousImage, rule: "C", expected: "exactly one image", found: paths.joined(separator: ", "),
          "the catalog has \(paths.count) images \(version) for \(folder)"))
    }
  }

  private func backup(_ situation: HostSituation, _ seen: Seen) throws(Exclusion) -> Wish {
    guard let backup = situation.backup else {
      throw Exclusion(
        .noImage, rule: "C",
        options.backupRollout.map { "rollout \($0) kept no verified backup of it" }
          ?? "there is no verified backup of it")
    }
    guard let image = backup.image else {
      try checkBIOSCopy(backup, seen)
      return Wish(version: seen.floor?.version, image: nil, isFactory: true)
    }
    guard image.version == backup.running else {
      throw Exclusion(
        .noImage, rule: "C", expected: backup.running.description, found: image.version.description,
        "backup \(backup.id) would load \(image.version), not the \(backup.running) that ran")
    }
    return Wish(version: image.version, image: image, isFactory: false)
  }

  /// A backup without a file brings back what ran only where the BIOS copy is that version.
  private func checkBIOSCopy(_ backup: BackupSummary, _ seen: Seen) throws(Exclusion) {
    guard let floor = seen.floor?.version else {
      if options.allowUnknownFloor { return }
      throw Exclusion(
        .unknownFloor, rule: "A4", expected: "a BIOS copy \(backup.running)", found: nil,
        "backup \(backup.id) holds no file, and its BIOS copy is unknown, so nobody can say whether "
          + "\(backup.running) would come back; --allow-unknown-floor tries")
    }
    guard floor == backup.running else {
      throw Exclusion(
        .noImage, rule: "C", expected: backup.running.description, found: floor.description,
        "backup \(backup.id) holds no file, and the BIOS copy is not the \(backup.running) that ran")
    }
  }

  /// What the inventory allows its hosts to run (FEATURES 9), on the day of the look, whatever runs already.
  func checkVersion(_ seen: Seen, _ wish: Wish, _ host: Host) throws(Exclusion) {
    guard let rules = host.versions[seen.cpu.familyModel] else { return }
    let day = seen.observation.observedAt.day
    guard let version = wish.version else {
      if options.allowUnknownFloor || rules.isEmpty(on: day) { return }
      throw Exclusion(
        .versionBlocked, rule: "C", expected: "a version that the inventory allows", found: nil,
        "its BIOS copy is unknown, so nobody can say whether the inventory allows it; --allow-unknown-floor tries")
    }
    guard let refusal = rules.refusal(of: version, on: day) else { return }
    throw Exclusion(
      .versionBlocked, rule: "C", expected: refusal.expected, found: version.description, refusal.text)
  }

  /// The row "up to date", and the rows that stop a host which runs the right version in the wrong way.
  func upToDate(_ seen: Seen, _ wish: Wish) throws(Exclusion) -> Reason? {
    if let version = wish.version, version == seen.running {
      if let lost = lostFeature(seen.features) {
        let codes =
          seen.observation.firmware.kernelLog?.currentInitErrors.map {
            facts.firmwareError($0.code, unnamed: "PSP error ")
          } ?? []
        throw Exclusion(
          .unhealthy, rule: "V3", expected: "\(lost) usable", found: codes.joined(separator: ", "),
          "it runs \(version), yet \(lost) does not start: \(codes.joined(separator: ", "))")
      }
      if seen.after.version == version {
        return Reason("C", "it runs \(version) and will after its next reset: \(seen.after.why)")
      }
    }
    if let missing = wish.missingImage { throw missing }
    if let image = wish.image, !EffectiveFile.names(for: seen.cpu).contains("amd/\(image.kernelName)") {
      throw Exclusion(
        .ambiguousImage, rule: "C", expected: EffectiveFile.names(for: seen.cpu).joined(separator: ", "),
        found: image.kernelName, "the kernel would never look for \(image.kernelName) on this CPU")
    }
    return nil
  }

  /// What an INIT that failed took away; SEV-ES that the firmware refuses is another matter (RULES S).
  private func lostFeature(_ features: SEVFeatures) -> String? {
    if features.sev == .lost { return "SEV" }
    return features.sevSNP == .lost ? "SEV-SNP" : nil
  }
}
