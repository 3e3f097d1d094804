package import FleetCore

/// The content of an `image.yaml`.
package struct ImageFile: Hashable, Sendable {
  package static let name = "image.yaml"

  package var version: FirmwareVersion
  /// Security patch level of the header.
  package var spl: Int
  package var sha256: String
  /// Bytes.
  package var size: Int
  package var source: String
  package var note: String?

  package init(
    version: FirmwareVersion, spl: Int, sha256: String, size: Int, source: String, note: String? = nil
  ) {
    self.version = version
    self.spl = spl
    self.sha256 = sha256
    self.size = size
    self.source = source
    self.note = note
  }

  /// The YAML text, in the order of INTERFACE.
  package var text: String {
    """
    version: \(version)
    versionHex: "\(version.hexDescription)"
    spl: \(spl)
    sha256: "\(sha256)"
    size: \(size)
    source: \(YamlText.scalar(source))
    note: \(note.map(YamlText.scalar) ?? "null")

    """
  }

  static let keys = ["version", "versionHex", "spl", "sha256", "size", "source", "note"]
  /// The header's field has 32 bits; the TCB component it becomes has 8.
  static let splRange = 0...255

  /// Reads the file of the folder for `version`; `nil` after errors in `log`.
  static func read(_ bytes: [UInt8], folderVersion: FirmwareVersion?, log: DiagnosticLog) -> ImageFile? {
    guard let root = YamlParser.parse(bytes, log: log),
      let map = YamlMap(root, name: name, keys: keys, log: log)
    else { return nil }
    let version = map.required("version").flatMap { $0.version() }
    checkVersions(version, map.required("versionHex"), folderVersion, map["version"])
    let spl = map.required("spl")?.integer(splRange)
    let sha256 = map.required("sha256")?.text("64 lower-case hex digits", where: ContentHash.isSHA256)
    let size = map.required("size")?.integer(ImageHeader.size...ImageHeader.maximumImageBytes)
    let source = map.required("source")?.sentence()
    let note = map["note"].flatMap { $0.isNull ? nil : $0.sentence() }
    guard let version, let spl, let sha256, let size, let source, log.entries.isEmpty else { return nil }
    return ImageFile(version: version, spl: spl, sha256: sha256, size: size, source: source, note: note)
  }

  /// Folder, decimal and hex spelling must mean one version.
  private static func checkVersions(
    _ version: FirmwareVersion?, _ hex: YamlField?, _ folder: FirmwareVersion?, _ field: YamlField?
  ) {
    if let version, let folder, version != folder {
      field?.report(.mismatch, "version is \(version.bothSpellings), but the folder says \(folder.bothSpellings)")
    }
    guard let hex, let text = hex.spelling("the version in hex such as 1.37.24") else { return }
    let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
    guard let read = FirmwareVersion(hexadecimal: digits) else {
      return hex.report(.invalidValue, "versionHex must be hex such as 1.37.24, not \"\(text.shortened)\"")
    }
    if let version, read != version {
      hex.report(.mismatch, "versionHex is \(read.bothSpellings), but version is \(version.bothSpellings)")
    }
  }
}
