import FleetCore

/// Reads one file of `hosts/`.
struct HostsFileReader {
  let ssh: SSHPatchReader
  let targets: TargetsFileReader
  let log: DiagnosticLog

  static let keys = [
    "name", "address", "port", "compute_host", "failure_domain", "groups", "target", "ssh", "policy",
  ]

  func read(_ root: YamlNode) -> [HostDeclaration] {
    guard let map = YamlMap(root, name: PathText.name(of: log.file), keys: ["hosts"], log: log),
      let elements = map.required("hosts")?.elements(maximum: InventoryLimits.hosts)
    else { return [] }
    return elements.compactMap(host)
  }

  private func host(_ field: YamlField) -> HostDeclaration? {
    guard let map = field.map(keys: Self.keys, name: "host") else { return nil }
    let name = map.required("name")?.word(NameText.expectation)
    let address = map.required("address")?.text("a name or an IP address", where: NameText.isAddress)
    var host = HostDeclaration(
      name: name ?? "", address: address ?? "", declaredAt: SourceLocation(file: log.file, line: field.line))
    for key in Self.keys { host.lines[key] = map[key]?.line }
    host.port = map["port"]?.integer(SSHPatchReader.ports)
    if let field = map["ssh"] { host.ssh = ssh.read(field) }
    if let port = host.port, let other = host.ssh.port, port != other {
      map["port"]?.report(.conflict, "port is \(port), but ssh says \(other)")
    }
    host.compute = compute(map["compute_host"])
    host.failureDomain = map["failure_domain"]?.text("a label without blanks", where: NameText.isLabel)
    host.groups = map["groups"].map(groups) ?? []
    host.statesTarget = map["target"] != nil
    host.target = map["target"].flatMap { targets.target($0) }
    if let policy = map["policy"] { host.policy = PolicyPatchReader.read(policy) }
    return name == nil || address == nil ? nil : host
  }

  private func compute(_ field: YamlField?) -> HostDeclaration.ComputeWord {
    guard let field else { return .absent }
    if field.isNull { return .none }
    guard let name = field.text("the host of a nova-compute service, or null", where: NameText.isLabel) else {
      return .absent
    }
    return .named(name)
  }

  private func groups(_ field: YamlField) -> [String] {
    let names = field.list(maximum: InventoryLimits.groupsPerHost) { $0.word(NameText.expectation) } ?? []
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      field.report(.duplicate, "group \(name) is listed twice")
    }
    return names
  }
}
