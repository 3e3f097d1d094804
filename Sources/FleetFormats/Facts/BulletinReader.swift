import FleetCore

/// Reads one bulletin of a facts file.
struct BulletinReader {
  let facts: FactsReader

  func read(_ field: YamlField) -> Bulletin? {
    let keys = ["id", "cves", "name", "floors", "steps", "unaffected", "note", "grade", "sources"]
    guard let map = field.map(keys: keys, name: "bulletin") else { return nil }
    let (id, cves) = (map.required("id")?.sentence(), map.required("cves")?.list(maximum: 100) { $0.sentence() })
    let floors = map.required("floors")?.list(maximum: FactsReader.maximumRows, floor)
    let steps = map["steps"].map { $0.list(maximum: Self.maximumRows, step) ?? [] } ?? []
    let unaffected = map["unaffected"].map { $0.list(maximum: Self.maximumRows, self.unaffected) ?? [] } ?? []
    guard let fact = facts.fact(map), let id, let cves, let floors else { return nil }
    return Bulletin(
      id: id, cves: cves, name: map["name"]?.sentence(), floors: floors, steps: steps, unaffected: unaffected,
      note: map["note"]?.sentence(), fact: fact)
  }

  /// Steps of a bulletin, and products that it spares; AMD's have three at most.
  private static let maximumRows = 32

  private func step(_ field: YamlField) -> Bulletin.Step? {
    guard let map = field.map(keys: ["text", "grade", "sources"], name: "step"), let fact = facts.fact(map),
      let text = map.required("text")?.sentence()
    else { return nil }
    return Bulletin.Step(text: text, fact: fact)
  }

  private func unaffected(_ field: YamlField) -> Bulletin.Unaffected? {
    guard let map = field.map(keys: ["product", "grade", "sources"], name: "unaffected product"),
      let fact = facts.fact(map), let product = map.required("product")?.sentence()
    else { return nil }
    return Bulletin.Unaffected(product: product, fact: fact)
  }

  private static let requirements = ["agesa", "firmware", "snp", "microcode", "microcodeTCB", "mitigationBit"]

  private func floor(_ field: YamlField) -> Bulletin.Floor? {
    let keys = ["product", "withdrawn", "grade", "sources"] + Self.requirements
    guard let map = field.map(keys: keys, name: "floor") else { return nil }
    let stated = Self.requirements.compactMap { map[$0] }
    guard stated.count == 1, let only = stated.first else {
      field.report(.invalidValue, "a floor has exactly one of \(Self.requirements.joined(separator: ", "))")
      return nil
    }
    guard let fact = facts.fact(map), let product = map.required("product")?.sentence(),
      let requirement = requirement(only)
    else { return nil }
    return Bulletin.Floor(
      product: product, requirement: requirement, fact: fact, withdrawn: map["withdrawn"]?.date())
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
