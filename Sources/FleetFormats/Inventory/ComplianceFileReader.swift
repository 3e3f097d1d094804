import FleetCore

/// Reads compliance.yaml: whom to believe, what was done besides, and what may stay open until when.
struct ComplianceFileReader {
  private static let keys = [
    "accept", "waivers", "steps", "agesa", "milan_attestation_caveat", "enforce_unknown",
  ]

  let facts: Facts
  /// Reads lists of HOSTS.
  let hosts: SchedulesFileReader
  let log: DiagnosticLog

  /// What the file says; which hosts its words mean is told when these are known.
  struct Declared {
    var rules = ComplianceRules()
    /// As many as there are waivers, and steps.
    var waiverHosts: [[SchedulesFileReader.Selector]] = []
    var stepHosts: [[SchedulesFileReader.Selector]] = []

    var selectors: [SchedulesFileReader.Selector] { (waiverHosts + stepHosts).flatMap { $0 } }

    func rules(_ hosts: [Host]) -> ComplianceRules {
      func matching(_ selectors: [SchedulesFileReader.Selector]) -> Set<HostID> {
        Set(hosts.filter { host in selectors.contains { $0.matches(host) } }.map(\.id))
      }
      var rules = rules
      for (index, words) in waiverHosts.enumerated() { rules.waivers[index].hosts = matching(words) }
      for (index, words) in stepHosts.enumerated() { rules.steps[index].hosts = matching(words) }
      return rules
    }
  }

  func read(_ root: YamlNode) -> Declared {
    var declared = Declared()
    guard let map = YamlMap(root, name: "compliance.yaml", keys: Self.keys, log: log) else { return declared }
    declared.rules.accept = rows(map, "accept").compactMap(acceptance)
    declared.rules.agesa = rows(map, "agesa").compactMap(agesa)
    for (waiver, words) in rows(map, "waivers").compactMap(waiver) {
      declared.rules.waivers.append(waiver)
      declared.waiverHosts.append(words)
    }
    for (step, words) in rows(map, "steps").compactMap(step) {
      declared.rules.steps.append(step)
      declared.stepHosts.append(words)
    }
    if let shown = map["milan_attestation_caveat"]?.boolean() { declared.rules.milanAttestationCaveat = shown }
    if let enforced = map["enforce_unknown"]?.boolean() { declared.rules.enforceUnknown = enforced }
    return declared
  }

  private func rows(_ map: YamlMap, _ key: String) -> [YamlField] {
    map[key].flatMap { $0.elements(maximum: InventoryLimits.complianceRows) } ?? []
  }

  private func place(_ field: YamlField) -> SourceLocation { SourceLocation(file: log.file, line: field.line) }

  // MARK: Rows

  private func acceptance(_ field: YamlField) -> ComplianceRules.Acceptance? {
    guard let map = field.map(keys: ["bulletin", "source", "by", "reason"], name: "acceptance") else { return nil }
    let (bulletin, source) = (map["bulletin"].map(self.bulletin), map["source"].map(self.source))
    let (by, reason) = (map.required("by")?.sentence(), map.required("reason")?.sentence())
    guard bulletin != nil || source != nil else {
      field.report(.missingKey, "an acceptance names a bulletin, a source or both")
      return nil
    }
    // A name that was not understood must not leave an acceptance of everything.
    guard let by, let reason, bulletin != .some(nil), source != .some(nil) else { return nil }
    return ComplianceRules.Acceptance(
      bulletin: bulletin?.map(\.id), source: source ?? nil, by: by, reason: reason, declaredAt: place(field))
  }

  private func waiver(_ field: YamlField) -> (ComplianceRules.Waiver, [SchedulesFileReader.Selector])? {
    let keys = ["hosts", "bulletin", "finding", "owner", "reason", "expires"]
    guard let map = field.map(keys: keys, name: "waiver") else { return nil }
    let (words, subject) = (map.required("hosts").flatMap(hosts.selectors), self.subject(field, map))
    let (owner, reason) = (map.required("owner")?.sentence(), map.required("reason")?.sentence())
    let expires = map.required("expires")?.date()
    guard let words, let subject, let owner, let reason, let expires else { return nil }
    let waiver = ComplianceRules.Waiver(
      hosts: [], subject: subject, owner: owner, reason: reason, expires: expires, declaredAt: place(field))
    return (waiver, words)
  }

  private func subject(_ field: YamlField, _ map: YamlMap) -> ComplianceRules.Subject? {
    switch (map["bulletin"], map["finding"]) {
    case (let named?, nil): return bulletin(named).map { .bulletin($0.id) }
    case (nil, let kind?):
      let known = ComplianceRow.State.allCases.filter { $0 != .compliant }.map(\.rawValue) + ComplianceRow.Finding.kinds
      return name(kind, "finding", among: known).map { .finding($0) }
    case (_?, _?), (nil, nil):
      field.report(.invalidValue, "a waiver names either a bulletin or a finding")
      return nil
    }
  }

  private func step(_ field: YamlField) -> (ComplianceRules.StepDone, [SchedulesFileReader.Selector])? {
    guard let map = field.map(keys: ["hosts", "bulletin", "step", "by", "at"], name: "step") else { return nil }
    let (words, bulletin) = (
      map.required("hosts").flatMap(hosts.selectors), map.required("bulletin").flatMap(self.bulletin)
    )
    let (by, at) = (map.required("by")?.sentence(), map.required("at")?.date())
    let text = map.required("step").flatMap { named in
      bulletin.flatMap { name(named, "step", among: $0.steps.map(\.text)) }
    }
    guard let words, let bulletin, let text, let by, let at else { return nil }
    let done = ComplianceRules.StepDone(
      hosts: [], bulletin: bulletin.id, step: text, by: by, at: at, declaredAt: place(field))
    return (done, words)
  }

  private func agesa(_ field: YamlField) -> ComplianceRules.AGESAStatement? {
    guard let map = field.map(keys: ["bios", "version", "by"], name: "AGESA") else { return nil }
    let (bios, by) = (map.required("bios")?.sentence(), map.required("by")?.sentence())
    let version = map.required("version")?.text(
      "an AGESA version such as 1.0.0.H", where: { AGESAVersion($0) != nil })
    guard let bios, let by, let version else { return nil }
    return ComplianceRules.AGESAStatement(bios: bios, version: version, by: by, declaredAt: place(field))
  }

  // MARK: Names

  private func bulletin(_ field: YamlField) -> Bulletin? {
    guard let id = name(field, "bulletin", among: facts.bulletins.map(\.id)) else { return nil }
    return facts.bulletins.first { $0.id == id }
  }

  private func source(_ field: YamlField) -> String? { name(field, "source", among: facts.sources.keys.sorted()) }

  private func name(_ field: YamlField, _ what: String, among known: [String]) -> String? {
    guard let text = field.sentence() else { return nil }
    if known.contains(text) { return text }
    let hint = Suggestion.text(for: text, among: known)
    field.report(.unknownName, "no \(what) is called \"\(text.shortened)\"\(hint)")
    return nil
  }
}
