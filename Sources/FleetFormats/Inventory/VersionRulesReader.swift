import FleetCore

/// Reads `versions:` of targets.yaml or of one of its groups: rules by firmware folder.
struct VersionRulesReader {
  let targets: TargetsFileReader

  func read(_ field: YamlField) -> [FamilyModel: VersionRules] {
    var rules: [FamilyModel: VersionRules] = [:]
    for entry in field.entries() ?? [] {
      guard let folder = targets.folder(entry), let one = self.rules(entry) else { continue }
      rules[folder] = one
    }
    return rules
  }

  private func rules(_ field: YamlField) -> VersionRules? {
    guard let map = field.map(keys: ["min", "max", "blocked"]) else { return nil }
    let oldest = map["min"].flatMap(bound)
    let newest = map["max"].flatMap(bound)
    let blocked = map["blocked"]?.elements(maximum: InventoryLimits.blockedVersions)?.compactMap { rule($0) } ?? []
    if let oldest, let newest, newest.version < oldest.version {
      map["max"]?.report(.invalidValue, "max is \(newest.version), below min, \(oldest.version): no version would do")
    }
    return VersionRules(
      oldest: oldest.map { [$0] } ?? [], newest: newest.map { [$0] } ?? [], blocked: blocked)
  }

  /// A version, or a version with what is said about it.
  private func bound(_ field: YamlField) -> VersionRules.Rule? {
    switch field.node.content {
    case .scalar: targets.version(field).map { VersionRules.Rule($0) }
    case .mapping, .sequence: rule(field)
    }
  }

  private func rule(_ field: YamlField) -> VersionRules.Rule? {
    guard let map = field.map(keys: ["version", "reason", "until"], name: "a rule") else { return nil }
    let version = map.required("version").flatMap(targets.version)
    let reason = map.required("reason")?.text("a reason without control characters", where: NameText.isPrintable)
    let until = map["until"].flatMap(day)
    guard let version, let reason else { return nil }
    return VersionRules.Rule(version, reason: reason, until: until)
  }

  private func day(_ field: YamlField) -> CivilDate? {
    let expected = "a day such as 2026-12-31"
    guard let text = field.spelling(expected) else { return nil }
    if let day = CivilDate(text) { return day }
    field.report(.invalidValue, "\(field.name) must be \(expected), not \"\(text.shortened)\"")
    return nil
  }
}
