/// The images an operator has imported, keyed by CPU family and model range, then version.
package struct Catalog: Hashable, Sendable, Codable {
  package var images: [FirmwareImage]

  package init(images: [FirmwareImage] = []) { self.images = images }

  package enum LookupFailure: Error, Hashable, Sendable {
    case none(familyModel: FamilyModel, version: FirmwareVersion, available: [FirmwareVersion])
    case several(familyModel: FamilyModel, version: FirmwareVersion, paths: [String])
  }

  /// The one image of a version for a CPU, or the typed reason why there is none.
  package func image(_ version: FirmwareVersion, for familyModel: FamilyModel) -> Result<FirmwareImage, LookupFailure> {
    let folder = images.filter { $0.familyModel == familyModel }
    let matches = folder.filter { $0.version == version }
    if matches.count > 1 {
      return .failure(.several(familyModel: familyModel, version: version, paths: matches.map(\.path).sorted()))
    }
    guard let match = matches.first else {
      return .failure(
        .none(familyModel: familyModel, version: version, available: folder.map(\.version).sorted()))
    }
    return .success(match)
  }

  /// An image by what a host was seen to hold.
  package func image(sha256: String) -> FirmwareImage? { images.first { $0.sha256 == sha256 } }
}
