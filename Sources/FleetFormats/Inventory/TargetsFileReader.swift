import FleetCore

/// Reads targets.yaml: named targets, and what groups share.
struct TargetsFileReader {
  let ssh: SSHPatchReader
  let facts: Facts
  let log: DiagnosticLog

  private(set) var targets: [NamedTarget] = []
  private(set) var groups: [HostGroup] = []
  /// Which versions any host may be brought to.
  private(set) var versions: [FamilyModel: VersionRules] = [:]
  /// Names that were declared, wrongly or not: using one is no second error.
  private(set) var declaredTargets: Set<String> = []

  init(ssh: SSHPatchReader, facts: Facts, log: DiagnosticLog) {
    self.ssh = ssh
    self.facts = facts
    self.log = log
  }

  mutating func read(_ root: YamlNode) {
    guard let map = YamlMap(root, name: "targets.yaml", keys: ["targets", "groups", "versions"], log: log) else {
      return
    }
    for field in map["targets"].flatMap({ $0.entries() }) ?? [] { readTarget(field) }
    if let field = map["versions"] { versions = VersionRulesReader(targets: self).read(field) }
    for field in map["groups"].flatMap({ $0.entries() }) ?? [] { readGroup(field) }
  }

  private func location(_ field: YamlField) -> SourceLocation {
    SourceLocation(file: log.file, line: field.keyLine)
  }

  private mutating func readTarget(_ field: YamlField) {
    declaredTargets.insert(field.name)
    guard isUsable(field, "target") else { return }
    guard let entries = field.entries() else { return }
    var versions: [FamilyModel: FirmwareVersion] = [:]
    for entry in entries {
      guard let folder = folder(entry), let version = version(entry) else { continue }
      versions[folder] = version
    }
    if entries.isEmpty { field.report(.invalidValue, "target \(field.name) names no version") }
    targets.append(NamedTarget(name: field.name, versions: versions, declaredAt: location(field)))
  }

  private func isUsable(_ field: YamlField, _ what: String) -> Bool {
    guard NameText.isName(field.name) else {
      log.report(
        .invalidValue, line: field.keyLine,
        "the name of a \(what) must be \(NameText.expectation), not \"\(field.name.shortened)\"")
      return false
    }
    guard what == "target" else { return true }
    if field.name == TargetText.factory || field.name == TargetText.backup || TargetText.looksLikeVersion(field.name) {
      log.report(
        .invalidValue, line: field.keyLine, "a target cannot be called \"\(field.name)\": that means one already")
      return false
    }
    return true
  }

  /// The firmware folder that a key names, if a processor with that folder is known.
  func folder(_ field: YamlField) -> FamilyModel? {
    let known = FirmwareFolders(facts: facts)
    if let folder = FamilyModel(field.name), known.contains(folder) { return folder }
    let hint = Suggestion.text(for: field.name, among: known.names)
    log.report(
      .unknownName, line: field.keyLine, "no processor has the firmware folder \"\(field.name.shortened)\"\(hint)")
    return nil
  }

  func version(_ field: YamlField) -> FirmwareVersion? {
    guard let text = field.spelling("a version such as 1.55.36") else { return nil }
    if let version = FirmwareVersion(text) { return version }
    field.report(.invalidValue, TargetText.Problem.notAVersion(text.shortened).text)
    return nil
  }

  private mutating func readGroup(_ field: YamlField) {
    guard isUsable(field, "group"),
      let map = field.map(keys: ["target", "policy", "ssh", "versions"], name: "group \(field.name)")
    else { return }
    var group = HostGroup(name: field.name, declaredAt: location(field))
    group.target = map["target"].flatMap { target($0) }
    if let policy = map["policy"] { group.policy = PolicyPatchReader.read(policy) }
    if let settings = map["ssh"] { group.ssh = ssh.read(settings) }
    if let field = map["versions"] { group.versions = VersionRulesReader(targets: self).read(field) }
    groups.append(group)
  }

  /// The target that a group or a host names.
  func target(_ field: YamlField) -> FirmwareTarget? {
    guard let text = field.spelling("a named target, a version or factory") else { return nil }
    switch TargetText.read(text, named: targets) {
    case .success(.backup):
      field.report(.unsupported, "backup is a target only on the command line")
      return nil
    case .success(let target): return target
    case .failure(let problem):
      if declaredTargets.contains(text) { return nil }
      switch problem {
      case .notAVersion: field.report(.invalidValue, problem.text)
      case .unknownName: field.report(.unknownName, problem.text)
      }
      return nil
    }
  }
}
