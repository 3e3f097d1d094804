package import FleetCore
import Foundation

/// The firmware of the simulated fleet, and where its images lie for the engine to read.
package struct SimImages: Sendable {
  package static let milan = FamilyModel(family: 25, modelHigh: 0)
  package static let genoa = FamilyModel(family: 25, modelHigh: 1)

  /// Newest last; levels as FACTS 4 has them, where it has them.
  private static let versions: [(FamilyModel, FirmwareVersion, UInt8)] = [
    (milan, FirmwareVersion(1, 55, 22), 23), (milan, FirmwareVersion(1, 55, 29), 24),
    (milan, FirmwareVersion(1, 55, 31), 25), (genoa, FirmwareVersion(1, 55, 37), 21),
    (genoa, FirmwareVersion(1, 55, 38), 22), (genoa, FirmwareVersion(1, 55, 40), 23),
    (genoa, FirmwareVersion(1, 55, 49), 27),
  ]

  /// What hosts run in the beginning, and what they shall run.
  private static let path: [FamilyModel: (current: FirmwareVersion, wanted: FirmwareVersion)] = [
    milan: (FirmwareVersion(1, 55, 29), FirmwareVersion(1, 55, 31)),
    genoa: (FirmwareVersion(1, 55, 38), FirmwareVersion(1, 55, 40)),
  ]

  package private(set) var all: [SimImage]

  /// Writes the images into `folder`. Throws where that cannot be done.
  package init(folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    all = try Self.versions.map { familyModel, version, spl in
      var image = SimImage(familyModel, version, spl: spl)
      image.image.path = "\(folder)/\(image.image.sha256)"
      try Data(image.bytes).write(to: URL(fileURLWithPath: image.image.path))
      return image
    }
  }

  /// Those of a plan; their bytes are nobody's business here, since no simulated host had them before.
  init(planned: [FirmwareImage]) {
    all = []
    for image in planned where self.image(sha256: image.sha256) == nil { all.append(SimImage(planned: image)) }
  }

  /// Made up for a version that a host runs.
  mutating func made(_ familyModel: FamilyModel, _ version: FirmwareVersion) -> SimImage {
    if let known = all.first(where: {
      $0.isMadeUp && $0.image.familyModel == familyModel && $0.image.version == version
    }) {
      return known
    }
    let image = SimImage(familyModel, version, spl: 0)
    all.append(image)
    return image
  }

  func image(_ familyModel: FamilyModel, _ version: FirmwareVersion) -> SimImage? {
    all.first { $0.image.familyModel == familyModel && $0.image.version == version }
  }

  func image(sha256: String) -> SimImage? { all.first { $0.image.sha256 == sha256 } }

  /// What a host of that kind runs in the beginning.
  func current(_ familyModel: FamilyModel) -> SimImage? {
    Self.path[familyModel].flatMap { image(familyModel, $0.current) }
  }

  /// What it shall run.
  func wanted(_ familyModel: FamilyModel) -> FirmwareVersion? { Self.path[familyModel]?.wanted }

  func wantedImage(_ familyModel: FamilyModel) -> SimImage? { wanted(familyModel).flatMap { image(familyModel, $0) } }

  /// The newest there is: on a host that is ahead of what is wished.
  func newest(_ familyModel: FamilyModel) -> SimImage? { all.last { $0.image.familyModel == familyModel } }

  func spl(of version: FirmwareVersion, _ familyModel: FamilyModel) -> Int {
    image(familyModel, version)?.image.spl ?? 0
  }
}
