import FleetCore

/// Groups and hosts of an Ansible inventory before they are put together: the same for its INI and its YAML form.
struct AnsibleGroups {
  struct Member {
    var line: Int
    var variables: [String: String] = [:]
  }

  /// Hosts in the order of their first mention.
  private(set) var order: [String] = []
  private var hosts: [String: Member] = [:]
  private var groupsOf: [String: [String]] = [:]
  private var parentsOf: [String: [String]] = [:]

  /// Groups that hold whatever is there.
  private static let implied: Set<String> = ["all", "ungrouped"]

  mutating func add(_ host: String, to group: String, _ variables: [String: String], line: Int) {
    if hosts[host] == nil { order.append(host) }
    var member = hosts[host] ?? Member(line: line)
    member.variables.merge(variables) { $1 }
    hosts[host] = member
    if !groupsOf[host, default: []].contains(group) { groupsOf[host, default: []].append(group) }
  }

  mutating func add(child: String, to group: String) {
    if !parentsOf[child, default: []].contains(group) { parentsOf[child, default: []].append(group) }
  }

  /// Its own groups first, then theirs; each once, whatever circle they form.
  private func groups(_ host: String) -> [String] {
    var found: [String] = []
    var waiting = groupsOf[host] ?? []
    while !waiting.isEmpty {
      let group = waiting.removeFirst()
      guard !found.contains(group) else { continue }
      found.append(group)
      waiting += parentsOf[group] ?? []
    }
    return found.filter { !Self.implied.contains($0) }
  }

  /// `ansible_host`, `ansible_port` and `ansible_user` are taken, every other variable is somebody else's.
  func collect(log: DiagnosticLog) -> Result<[ImportedHost], Diagnostics> {
    var collector = ImportCollector(log: log)
    for name in order {
      guard let member = hosts[name] else { continue }
      let port = member.variables["ansible_port"]
      if let port, Int(port) == nil {
        log.report(
          .wrongType, line: member.line, "ansible_port must be a whole number, not \"\(port.shortened)\"")
        continue
      }
      collector.take(
        ImportedHost(
          name: name, address: member.variables["ansible_host"] ?? name, port: port.flatMap { Int($0) },
          user: member.variables["ansible_user"], groups: groups(name),
          declaredAt: SourceLocation(file: log.file, line: member.line)))
    }
    return collector.result
  }
}
