import FleetCore

/// Reads one bulletin of a facts file.
struct BulletinReader {
  let facts: FactsReader

  func read(_ field: YamlField) -> Bulletin? {
    let keys = ["id", "cves", "name", "floors", "steps", "note", "grade", "sources"]
    guard let map = field.map(keys: keys, name: "bulletin") else { return nil }
    let (id, cves) = (map.required("id")?.sentence(), map.required("cves")?.list(maximum: 100) { $0.sentence() })
    let floors = map.required("floors")?.list(maximum: FactsReader.maximumRows, floor)
    let steps = map["steps"].map { $0.list(maximum: 32) { $0.sentence() } ?? [] } ?? []
    guard let fact = facts.fact(map), let id, let cves, let floors else { return nil }
    return Bulletin(
      id: id, cves: cves, name: map["name"]?.sentence(), floors: floors, steps: steps, note: map["note"]?.sentence(),
      fact: fact)
  }

  private static let requirements = ["agesa", "firmware", "snp", "microcode", "microcodeTCB", "mitigationBit"]

  private func floor(_ field: YamlField) -> Bulletin.Floor? {
    let keys = ["product", "grade", "sources"] + Self.requirements
    guard let map = field.map(keys: keys, name: "floor") else { return nil }
    let stated = Self.requirements.compactMap { map[$0] }
    guard stated.count == 1, let only = stated.first else {
      field.report(.invalidValue, "a floor has exactly one of \(Self.requirements.joined(separator: ", "))")
      return nil
    }
    guard let fact = facts.fact(map), let product = map.required("product")?.sentence(),
      let requirement = requirement(only)
    else { return nil }
    return Bulletin.Floor(product: product, requirement: requirement, fact: fact)
  }

  private func requirement(_ field: YamlField) -> Bulletin.Requirement? {
    switch field.name {
    case "agesa": field.sentence().map { .agesa($0) }
    case "firmware": field.version().map { .firmware($0) }
    case "snp": field.number(FactsReader.byte).map { .snp($0) }
    case "microcode": field.number(FactsReader.microcode).map { .microcode($0) }
    case "microcodeTCB": field.number(FactsReader.byte).map { .microcodeTCB($0) }
    case _: field.number(0...63).map { .mitigationBit($0) }
    }
  }
}
