package import FleetCore

/// Reads a catalog folder from the disk.
package enum CatalogFolder {
  /// Everything in the folder; images are not opened. `path` is the folder as the operator named it.
  package static func load(_ path: String, facts: FactsFile = .compiledIn) -> CatalogReading {
    var loader = Loader(folder: DiskFolder(path: path))
    loader.load()
    var reading = CatalogReader.read(files: loader.files, folder: path, facts: facts)
    reading.diagnostics = Diagnostics(reading.diagnostics + loader.diagnostics)?.list ?? []
    return reading
  }

  /// Re-reads every image: hash, size, header.
  package static func verify(_ reading: CatalogReading) -> [Diagnostic] {
    reading.records.flatMap { record in
      switch bytes(of: record.image) {
      case .success(let bytes): CatalogVerifier.verify(record.image, bytes: bytes)
      case .failure(let diagnostic): [diagnostic]
      }
    }
  }

  /// The bytes of an image as they lie there now, unchecked.
  package static func bytes(of image: FirmwareImage) -> Result<[UInt8], Diagnostic> {
    let folder = DiskFolder(path: PathText.folder(of: image.path))
    return folder.bytes(PathText.name(of: image.path), maximum: ImageHeader.maximumImageBytes).mapError {
      Diagnostic($0.kind, at: SourceLocation(file: image.path), $0.text)
    }
  }

  private struct Loader {
    let folder: DiskFolder
    var files: [CatalogFile] = []
    var diagnostics: [Diagnostic] = []

    init(folder: DiskFolder) { self.folder = folder }

    mutating func load() {
      guard folder.kind("") == .folder else { return report("", .missingFile, "there is no catalog folder here") }
      for family in names("", maximum: CatalogLimits.familyFolders) where add(family) {
        for version in names(family, maximum: CatalogLimits.versionsPerFamily) where add("\(family)/\(version)") {
          let path = "\(family)/\(version)"
          for name in names(path, maximum: CatalogLimits.filesPerVersion) { _ = add("\(path)/\(name)") }
        }
      }
    }

    /// Adds what lies at a path; `true` if it is a folder.
    private mutating func add(_ path: String) -> Bool {
      switch folder.kind(path) {
      case .folder:
        files.append(CatalogFile(path: path, content: .folder))
        return true
      case .file where path.hasSuffix(".yaml") || CatalogReader.isOfSignedFacts(path):
        switch folder.bytes(path, maximum: YamlLimits.fileBytes) {
        case .success(let bytes): files.append(CatalogFile(path: path, content: .text(bytes)))
        case .failure(let problem): report(path, problem.kind, problem.text)
        }
      case .file: files.append(CatalogFile(path: path, content: .file(bytes: folder.size(path))))
      case .other, .absent: report(path, .unreadable, "it is neither a file nor a folder")
      }
      return false
    }

    private mutating func names(_ path: String, maximum: Int) -> [String] {
      switch folder.names(path) {
      case .failure(let problem): report(path, problem.kind, problem.text)
      case .success(let names) where names.count > maximum:
        report(path, .tooLarge, "it holds \(names.count) entries; \(maximum) are read")
      case .success(let names): return names
      }
      return []
    }

    private mutating func report(_ path: String, _ kind: Diagnostic.Kind, _ text: String) {
      let file = path.isEmpty ? folder.path : "\(folder.path)/\(path)"
      diagnostics.append(Diagnostic(kind, at: SourceLocation(file: file), text))
    }
  }
}
