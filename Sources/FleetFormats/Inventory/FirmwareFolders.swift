import FleetCore

/// The firmware folders that some known processor looks for.
struct FirmwareFolders {
  private let folders: Set<FamilyModel>

  init(facts: Facts) {
    folders = Set(
      facts.generations.flatMap { row in
        ((row.firstModel >> 4)...(row.lastModel >> 4)).map { FamilyModel(family: row.family, modelHigh: $0) }
      })
  }

  var names: [String] { folders.sorted().map(\.description) }

  func contains(_ folder: FamilyModel) -> Bool { folders.contains(folder) }
}
