import FleetCore

/// Turns what lies in a catalog folder into images and facts, or says what is wrong with it.
package struct CatalogReader {
  let folder: String
  var facts: FactsFile
  private var records: [CatalogRecord] = []
  var diagnostics: [Diagnostic] = []

  package static let factsName = "facts.yaml"

  /// - Parameters:
  ///   - files: everything in the folder, folders too.
  ///   - folder: the folder as the operator named it; it starts every path in messages and images.
  package static func read(
    files: [CatalogFile], folder: String = "firmware-catalog", facts: FactsFile = .compiledIn
  ) -> CatalogReading {
    var reader = CatalogReader(folder: folder, facts: facts)
    reader.read(files.sorted { $0.path < $1.path })
    return CatalogReading(
      records: reader.records.sorted {
        ($0.image.familyModel, $0.image.version) < ($1.image.familyModel, $1.image.version)
      }, facts: reader.facts, diagnostics: Diagnostics(reader.diagnostics)?.list ?? [])
  }

  private init(folder: String, facts: FactsFile) {
    self.folder = folder
    self.facts = facts
  }

  private mutating func read(_ files: [CatalogFile]) {
    readSignedFacts(files)
    // The operator's own file has the last word.
    if let file = files.first(where: { $0.path == Self.factsName }) { readFacts(file) }
    let known = FirmwareFolders(facts: facts.facts)
    var versionFolders: [String: [CatalogFile]] = [:]
    for file in files {
      let parts = file.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      switch (parts.count, file.content) {
      case (1, .folder): checkFamily(parts[0], known)
      case (2, .folder): versionFolders[file.path, default: []] += []
      case (3, .text), (3, .file): versionFolders[parts[0] + "/" + parts[1], default: []].append(file)
      case (1, _) where file.path == Self.factsName || Self.isOfSignedFacts(file.path): break
      case (1...2, .text), (1...2, .file): checkStray(file)
      case _: report(file.path, .unexpectedFile, "images lie in FAMILYMODEL/VERSION/, nothing deeper is read")
      }
    }
    for (path, files) in versionFolders.sorted(by: { $0.key < $1.key }) { readVersion(path, files) }
  }

  mutating func report(_ path: String, _ kind: Diagnostic.Kind, _ text: String) {
    diagnostics.append(Diagnostic(kind, at: SourceLocation(file: "\(folder)/\(path)"), text))
  }

  private mutating func readFacts(_ file: CatalogFile) {
    guard case .text(let bytes) = file.content else {
      return report(file.path, .unreadable, "it is not a text file")
    }
    switch FactsFile.read(bytes, file: "\(folder)/\(file.path)", over: facts) {
    case .success(let read): facts = read
    case .failure(let found): diagnostics += found.list
    }
  }

  private mutating func checkFamily(_ name: String, _ known: FirmwareFolders) {
    if let family = FamilyModel(name), known.contains(family) { return }
    let hint = Suggestion.text(for: name, among: known.names)
    report(name, .unknownName, "no processor has the firmware folder \"\(name.shortened)\"\(hint)")
  }

  /// Files outside the folders of images: an image or YAML there is a slip, anything else is the operator's.
  private mutating func checkStray(_ file: CatalogFile) {
    let name = PathText.name(of: file.path)
    guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.contains(".sbin") else { return }
    let hint = Suggestion.text(for: file.path, among: [Self.factsName])
    report(file.path, .unexpectedFile, "this file is not read: images lie in FAMILYMODEL/VERSION/\(hint)")
  }

  // MARK: One folder FAMILYMODEL/VERSION

  private mutating func readVersion(_ path: String, _ files: [CatalogFile]) {
    let parts = path.split(separator: "/").map(String.init)
    let version = FirmwareVersion(decimal: parts[1])
    if version == nil {
      report(path, .invalidValue, "the folder must be a decimal version such as 1.55.36, not \"\(parts[1].shortened)\"")
    }
    let image = imageFile(path, files)
    guard let described = describedImage(path, files, version), let family = FamilyModel(parts[0]), version != nil,
      let image
    else { return }
    let name = PathText.name(of: image.path)
    guard Self.isKernelName(name, of: family) else {
      return report(image.path, .mismatch, "the kernel looks for \(family.kernelName), never for this name")
    }
    guard image.content == .file(bytes: described.file.size) else {
      return report(image.path, .mismatch, "its size differs from \(ImageFile.name)'s \(described.file.size) bytes")
    }
    records.append(
      CatalogRecord(
        image: FirmwareImage(
          familyModel: family, version: described.file.version, spl: described.file.spl,
          sha256: described.file.sha256, size: described.file.size, kernelName: name,
          path: "\(folder)/\(image.path)"),
        source: described.file.source, note: described.file.note, declaredAt: described.location))
  }

  /// The only image in the folder, and complaints about everything that should not be there.
  private mutating func imageFile(_ path: String, _ files: [CatalogFile]) -> CatalogFile? {
    let images = files.filter { $0.path.hasSuffix(".sbin") }
    for file in files where !file.path.hasSuffix(".sbin") {
      let name = PathText.name(of: file.path)
      if name == ImageFile.name || name.hasPrefix("README") { continue }
      report(file.path, .unexpectedFile, "only \(ImageFile.name) and one .sbin image may lie here")
    }
    switch images.count {
    case 1: return images[0]
    case 0: report(path, .missingFile, "there is no .sbin image")
    case _: report(path, .conflict, "there are \(images.count) images where one may be")
    }
    return nil
  }

  private mutating func describedImage(
    _ path: String, _ files: [CatalogFile], _ version: FirmwareVersion?
  ) -> (file: ImageFile, location: SourceLocation)? {
    let name = "\(path)/\(ImageFile.name)"
    guard let file = files.first(where: { $0.path == name }), case .text(let bytes) = file.content else {
      report(path, .missingFile, "there is no \(ImageFile.name); `catalog add` writes it")
      return nil
    }
    let log = DiagnosticLog(file: "\(folder)/\(name)")
    let read = ImageFile.read(bytes, folderVersion: version, log: log)
    diagnostics += log.entries
    return read.map { ($0, SourceLocation(file: log.file)) }
  }

  /// The range's name, or an exact model's inside the range.
  static func isKernelName(_ name: String, of family: FamilyModel) -> Bool {
    if name == family.kernelName { return true }
    return (0...15).contains { low in
      let model = Hex.padded(family.modelHigh << 4 | low, 2)
      return name == "amd_sev_fam\(Hex.padded(family.family, 2))h_model\(model)h.sbin"
    }
  }
}
