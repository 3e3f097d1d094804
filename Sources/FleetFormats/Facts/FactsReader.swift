import FleetCore

/// Reads the sections of a facts file, and puts each row over the row of the same key.
struct FactsReader {
  private(set) var result: FactsFile
  let log: DiagnosticLog

  static let sections = [
    "generations", "products", "sevESRefusals", "sevESByVersion", "firmware", "prerequisites", "bulletins",
    "advisories", "firmwareErrors", "initCauses", "sources",
  ]
  /// Rows of one section: ten times what is known of all EPYC processors.
  static let maximumRows = 2000
  static let byte = 0...255
  /// Models of one generation.
  static let maximumModels = byte.count
  /// One hexadecimal digit.
  static let steppings = 0...15
  static let pspErrors = 0...0xFFFF
  static let microcode = 0...0xFFFF_FFFF

  init(base: FactsFile, log: DiagnosticLog) {
    result = base
    self.log = log
  }

  mutating func read(_ root: YamlNode) {
    guard let map = YamlMap(root, name: "facts", keys: Self.sections, log: log) else { return }
    // Sources and generations first: the other rows name them.
    for field in map["sources"].flatMap({ $0.entries() }) ?? [] {
      if let text = field.text() { result.facts.sources[field.name] = text }
    }
    rows(map, "generations") { $0.generation($1) }
    checkRanges()
    rows(map, "products") { $0.product($1) }
    rows(map, "sevESRefusals") { $0.refusal($1) }
    rows(map, "sevESByVersion") { $0.byVersion($1) }
    rows(map, "firmware") { $0.firmware($1) }
    rows(map, "prerequisites") { $0.prerequisite($1) }
    rows(map, "bulletins") { $0.bulletin($1) }
    rows(map, "advisories") { $0.advisory($1) }
    rows(map, "initCauses") { $0.initCauses($1) }
    for field in map["firmwareErrors"].flatMap({ $0.entries() }) ?? [] { firmwareError(field) }
  }

  private mutating func rows(_ map: YamlMap, _ section: String, _ read: (inout FactsReader, YamlField) -> Void) {
    for field in map[section].flatMap({ $0.elements(maximum: Self.maximumRows) }) ?? [] { read(&self, field) }
  }

  /// Grade and sources of a row; both are obligatory, and every source must be cited under `sources`.
  func fact(_ map: YamlMap, grade: String = "grade", sources: String = "sources") -> Fact? {
    let level = map.required(grade)?.choice(FactGrade.self)
    guard let field = map.required(sources), let keys = field.list(maximum: 32, { $0.text() }) else { return nil }
    if keys.isEmpty { field.report(.invalidValue, "\(sources) must name at least one source") }
    for key in keys where result.facts.sources[key] == nil {
      let hint = Suggestion.text(for: key, among: result.facts.sources.keys)
      field.report(.unknownName, "no source is called \"\(key.shortened)\"\(hint)")
    }
    return level.map { Fact(grade: $0, sources: keys) }
  }

  private func generationName(_ map: YamlMap) -> String? {
    guard let field = map.required("generation"), let name = field.text() else { return nil }
    let known = result.facts.generations.map(\.name)
    if known.contains(name) { return name }
    let hint = Suggestion.text(for: name, among: known)
    field.report(.unknownName, "no generation is called \"\(name.shortened)\"\(hint)")
    return nil
  }

  // MARK: Rows

  private mutating func generation(_ field: YamlField) {
    let keys = ["name", "family", "models", "zen", "snp", "fmc", "biosPreferred", "grade", "sources"]
    guard let map = field.map(keys: keys, name: "generation") else { return }
    let (name, models) = (map.required("name")?.sentence(), map.required("models").flatMap(self.models))
    let (family, zen) = (map.required("family")?.number(Self.byte), map.required("zen")?.number(1...15))
    let (snp, fmc) = (map.required("snp")?.boolean(), map.required("fmc")?.boolean())
    guard let fact = fact(map), let name, let models, let family, let zen, let snp, let fmc else { return }
    let row = SEVGeneration(
      name: name, family: family, firstModel: models.lowerBound, lastModel: models.upperBound, zen: zen, hasSNP: snp,
      hasFMC: fmc, biosPreferred: map["biosPreferred"]?.boolean() ?? false, fact: fact)
    Self.put(row, into: &result.facts.generations) { $0.name == name }
  }

  /// `0x10-0x1f`.
  private func models(_ field: YamlField) -> ClosedRange<Int>? {
    guard let text = field.spelling("a range of models such as 0x10-0x1f") else { return nil }
    let ends = text.split(separator: "-").map { $0.hasPrefix("0x") ? Int($0.dropFirst(2), radix: 16) : nil }
    guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, Self.byte.contains(first),
      Self.byte.contains(last)
    else {
      field.report(.invalidValue, "models must be a range such as 0x10-0x1f, not \"\(text.shortened)\"")
      return nil
    }
    return first...last
  }

  /// No processor may belong to two generations.
  private func checkRanges() {
    let rows = result.facts.generations
    for (index, row) in rows.enumerated() {
      for other in rows[..<index] where other.family == row.family {
        guard (other.firstModel...other.lastModel).overlaps(row.firstModel...row.lastModel) else { continue }
        log.report(.conflict, line: nil, "the models of \(row.name) and \(other.name) overlap")
      }
    }
  }

  private mutating func product(_ field: YamlField) {
    let keys = ["name", "generation", "models", "steppings", "grade", "sources"]
    guard let map = field.map(keys: keys, name: "product") else { return }
    let models = map.required("models")?.list(maximum: Self.maximumModels) { $0.number(Self.byte) }
    let steppings = map.required("steppings")?.list(maximum: Self.steppings.count) { $0.number(Self.steppings) }
    let name = map.required("name")?.sentence()
    guard let generation = generationName(map), let fact = fact(map), let name, let models, let steppings else {
      return
    }
    let row = SEVProduct(name: name, generation: generation, models: models, steppings: steppings, fact: fact)
    Self.put(row, into: &result.facts.products) { $0.generation == generation && $0.name == name }
  }

  private mutating func advisory(_ field: YamlField) {
    guard let map = field.map(keys: ["id", "generation", "text", "grade", "sources"], name: "advisory") else { return }
    let (id, text) = (map.required("id")?.word(NameText.expectation), map.required("text")?.sentence())
    guard let generation = generationName(map), let fact = fact(map), let id, let text else { return }
    let row = Facts.Advisory(id: id, generation: generation, text: text, fact: fact)
    Self.put(row, into: &result.facts.advisories) { $0.id == id }
  }

  private mutating func refusal(_ field: YamlField) {
    guard let map = field.map(keys: ["zen", "fromSNP", "grade", "sources"], name: "SEV-ES refusal") else { return }
    let (zen, from) = (map.required("zen")?.number(1...15), map.required("fromSNP")?.number(1...255))
    guard let fact = fact(map), let zen, let from else { return }
    let row = Facts.SEVESRefusal(zen: zen, fromSNP: from, fact: fact)
    Self.put(row, into: &result.facts.sevESRefusals) { $0.zen == zen }
  }

  private mutating func byVersion(_ field: YamlField) {
    let keys = ["generation", "lastKept", "firstLost", "grade", "sources"]
    guard let map = field.map(keys: keys, name: "SEV-ES range") else { return }
    let (kept, lost) = (map.required("lastKept")?.version(), map.required("firstLost")?.version())
    guard let name = generationName(map), let fact = fact(map), let kept, let lost else { return }
    guard kept < lost else { return field.report(.conflict, "lastKept must be older than firstLost") }
    let row = Facts.SEVESByVersion(generation: name, lastKept: kept, firstLost: lost, fact: fact)
    Self.put(row, into: &result.facts.sevESByVersion) { $0.generation == name }
  }

  private mutating func firmware(_ field: YamlField) {
    let keys = [
      "generation", "version", "spl", "splGrade", "splSources", "report", "reportGrade", "reportSources", "note",
      "grade", "sources",
    ]
    guard let map = field.map(keys: keys, name: "firmware") else { return }
    let (version, spl) = (map.required("version")?.version(), map["spl"]?.number(Self.byte))
    let (report, note) = (map["report"]?.number(1...255), map["note"]?.sentence())
    let (splFact, reportFact) = (ownFact(field, map, of: "spl"), ownFact(field, map, of: "report"))
    guard let name = generationName(map), let fact = fact(map), let version else { return }
    let row = Facts.Firmware(
      generation: name, version: version, spl: spl, splFact: splFact, reportVersion: report, reportFact: reportFact,
      note: note, fact: fact)
    Self.put(row, into: &result.facts.firmware) { $0.generation == name && $0.version == version }
  }

  /// Grade and sources of one value of a row, where they are not the row's own.
  private func ownFact(_ field: YamlField, _ map: YamlMap, of key: String) -> Fact? {
    guard map["\(key)Grade"] != nil || map["\(key)Sources"] != nil else { return nil }
    if map[key] == nil { field.report(.missingKey, "firmware with \(key)Grade lacks \"\(key)\"") }
    return fact(map, grade: "\(key)Grade", sources: "\(key)Sources")
  }

  private mutating func prerequisite(_ field: YamlField) {
    let keys = [
      "generation", "fromVersion", "models", "steppings", "microcode", "bootloader", "bios", "text", "grade",
      "sources",
    ]
    guard let map = field.map(keys: keys, name: "prerequisite") else { return }
    let models = map["models"]?.list(maximum: Self.maximumModels) { $0.number(Self.byte) }
    let steppings = map["steppings"]?.list(maximum: Self.steppings.count) { $0.number(Self.steppings) }
    let (from, text) = (map["fromVersion"]?.version(), map.required("text")?.sentence())
    let (microcode, loader) = (map["microcode"]?.number(Self.microcode), map["bootloader"]?.number(Self.byte))
    let bios = map["bios"].flatMap(self.bios)
    guard let name = generationName(map), let fact = fact(map), let text else { return }
    let row = Facts.Prerequisite(
      generation: name, fromVersion: from, models: models, steppings: steppings, microcode: microcode,
      bootloader: loader, bios: bios, text: text, fact: fact)
    Self.put(row, into: &result.facts.prerequisites) { $0.generation == name && $0.text == text }
  }

  /// `{vendor: "Dell Inc.", minimum: 2.14.1}`; what cannot be compared would exclude every host, so it is refused here.
  private func bios(_ field: YamlField) -> BIOSNeed? {
    guard let map = field.map(keys: ["vendor", "minimum"], name: "bios"),
      let vendor = map.required("vendor")?.sentence(), let minimum = map.required("minimum")
    else { return nil }
    guard let text = minimum.spelling("a BIOS version such as 2.14.1") else { return nil }
    if BIOSVersion(text) != nil { return BIOSNeed(vendor: vendor, minimum: text) }
    minimum.report(
      .invalidValue,
      "minimum: \"\(text.shortened)\" is no BIOS version: numbers with dots between, perhaps after letters")
    return nil
  }

  private mutating func firmwareError(_ field: YamlField) {
    guard let number = Int(field.name), Self.pspErrors.contains(number) else {
      log.report(.invalidValue, line: field.keyLine, "an error is a decimal number, not \"\(field.name.shortened)\"")
      return
    }
    if let name = field.text() { result.facts.firmwareErrors[number] = name }
  }

  /// Several errors that point at the same cause are one row of the file.
  private mutating func initCauses(_ field: YamlField) {
    guard let map = field.map(keys: ["errors", "cause", "grade", "sources"], name: "cause of a failed INIT") else {
      return
    }
    let errors = map.required("errors")?.list(maximum: Self.maximumRows) { $0.number(Self.pspErrors) }
    let cause = map.required("cause")?.choice(InitRecovery.Cause.self)
    guard let fact = fact(map), let errors, let cause else { return }
    for error in errors {
      Self.put(Facts.InitCause(error: error, cause: cause, fact: fact), into: &result.facts.initCauses) {
        $0.error == error
      }
    }
  }

  private mutating func bulletin(_ field: YamlField) {
    guard let bulletin = BulletinReader(facts: self).read(field) else { return }
    Self.put(bulletin, into: &result.facts.bulletins) { $0.id == bulletin.id }
  }

  private static func put<Row>(_ row: Row, into rows: inout [Row], where isSame: (Row) -> Bool) {
    if let index = rows.firstIndex(where: isSame) { rows[index] = row } else { rows.append(row) }
  }
}
