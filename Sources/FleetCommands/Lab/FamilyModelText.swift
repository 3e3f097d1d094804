import FleetCore

/// The lab's spelling of a firmware folder; the lab knows nothing of the core, and these commands know both.
enum FamilyModelText {
  static func read(_ text: String) -> FamilyModel? { FamilyModel(text) }
}
