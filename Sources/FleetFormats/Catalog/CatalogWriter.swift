package import FleetCore

/// What `catalog add` writes for one image.
package struct CatalogAddition: Hashable, Sendable {
  /// `fam19h_model0xh/1.55.36`, relative to the catalog.
  package var folder: String
  /// Paths relative to the catalog, with contents; the image before its description, so that a broken write shows.
  package var files: [File]
  package var imageFile: ImageFile

  package struct File: Hashable, Sendable {
    package var path: String
    package var bytes: [UInt8]
  }
}

package enum CatalogWriter {
  /// The folder and files for an image (decompressed) of a processor.
  ///
  /// - Parameters:
  ///   - source: where the operator got it, for people.
  ///   - name: the file's name in the catalog; `nil`: the kernel's name for the range.
  /// - Throws: what makes the bytes no SEV image, or an SPL no TCB can hold.
  package static func files(
    for bytes: [UInt8], familyModel: FamilyModel, source: String, note: String? = nil, name: String? = nil
  ) throws(CatalogWriteError) -> CatalogAddition {
    let header: ImageHeader
    do { header = try ImageHeader.parse(image: bytes) } catch { throw .image(error) }
    guard ImageFile.splRange.contains(header.spl) else { throw .impossibleSPL(header.spl) }
    let name = name ?? familyModel.kernelName
    guard CatalogReader.isKernelName(name, of: familyModel) else { throw .name(name, familyModel) }
    let file = ImageFile(
      version: header.version, spl: header.spl, sha256: ContentHash.sha256(bytes), size: bytes.count,
      source: oneLine(source), note: note.map(oneLine).flatMap { $0.isEmpty ? nil : $0 })
    let folder = "\(familyModel)/\(header.version)"
    return CatalogAddition(
      folder: folder,
      files: [
        .init(path: "\(folder)/\(name)", bytes: bytes),
        .init(path: "\(folder)/\(ImageFile.name)", bytes: Array(file.text.utf8)),
      ], imageFile: file)
  }

  /// Control characters become blanks, ends are trimmed: a path or a sentence as people read it.
  private static func oneLine(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { NameText.isControl($0) ? " " : Character($0) }
    let line = String(String(scalars).prefix(1000))
    let trimmed = line.drop { $0 == " " }
    return String(trimmed.reversed().drop { $0 == " " }.reversed())
  }
}

/// Why bytes cannot become an image of the catalog.
package enum CatalogWriteError: Error, Hashable, Sendable {
  case image(ImageHeaderError)
  /// The header's level does not fit the byte it becomes in a TCB.
  case impossibleSPL(Int)
  case name(String, FamilyModel)

  /// Stable name of the case.
  package var kind: String {
    switch self {
    case .image(let error): error.kind
    case .impossibleSPL: "impossibleSPL"
    case .name: "wrongName"
    }
  }

  package var text: String {
    switch self {
    case .image(let error): error.text
    case .impossibleSPL(let level): "the header's security patch level is impossible: expected 0 to 255, found \(level)"
    case .name(let name, let family): "the kernel looks for \(family.kernelName), never for \(name)"
    }
  }
}
