import FleetCore

/// Brings declarations, groups, file and defaults together (INTERFACE: host, then its groups in listed order, then the
/// file, then defaults), and finds what only shows between hosts.
struct HostResolver {
  let ssh: SSHSettings
  let policy: Policy
  let groups: [String: HostGroup]
  let versions: [FamilyModel: VersionRules]
  let openStackConfigured: Bool

  private(set) var diagnostics: [Diagnostic] = []

  init(
    ssh: SSHSettings, policy: Policy, groups: [HostGroup], versions: [FamilyModel: VersionRules],
    openStackConfigured: Bool
  ) {
    self.versions = versions
    self.ssh = ssh
    self.policy = policy
    self.groups = Dictionary(groups.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.openStackConfigured = openStackConfigured
  }

  mutating func resolve(_ declarations: [HostDeclaration]) -> [Host] {
    let hosts = declarations.map { resolve($0) }
    checkUnique(declarations, hosts)
    return hosts
  }

  private mutating func resolve(_ declaration: HostDeclaration) -> Host {
    let memberOf = declaration.groups.compactMap { groups[$0] }
    var settings = ssh
    var rules = policy
    for group in memberOf.reversed() {
      settings = group.ssh.applied(to: settings)
      rules = group.policy.applied(to: rules)
    }
    settings = declaration.ssh.applied(to: settings)
    if let port = declaration.port { settings.port = port }
    var host = Host(
      id: HostID(declaration.name), address: declaration.address, ssh: settings,
      computeHost: computeHost(declaration), failureDomain: declaration.failureDomain, groups: declaration.groups,
      target: target(declaration, memberOf), policy: declaration.policy.applied(to: rules),
      declaredAt: declaration.declaredAt)
    // Each place may forbid more, and none may forbid less.
    host.versions = memberOf.reduce(versions) { $0.merging($1.versions) { $0.joined($1) } }
    return host
  }

  private mutating func target(_ declaration: HostDeclaration, _ memberOf: [HostGroup]) -> FirmwareTarget? {
    if declaration.statesTarget { return declaration.target }
    let saying = memberOf.filter { $0.target != nil }
    guard let first = saying.first, let target = first.target else { return nil }
    if let other = saying.first(where: { $0.target != target }), let otherTarget = other.target {
      diagnostics.append(
        Diagnostic(
          .conflict, at: declaration.location(of: "groups"),
          "host \(declaration.name): its groups disagree on the target: \(first.name) says \(target.label), "
            + "\(other.name) says \(otherTarget.label); give the host its own target"))
      return nil
    }
    return target
  }

  private mutating func computeHost(_ declaration: HostDeclaration) -> ComputeHost {
    switch (declaration.compute, openStackConfigured) {
    case (.none, _), (.absent, false): return .notInNova
    case (.absent, true): return .named(declaration.name)
    case (.named(let name), true): return .named(name)
    case (.named(let name), false):
      diagnostics.append(
        Diagnostic(
          .conflict, at: declaration.location(of: "compute_host"),
          "host \(declaration.name) names the Nova host \(name), but no OpenStack is configured "
            + "(openstack: {cloud: …} in fleet.yaml, or OS_* variables)"))
      return .notInNova
    }
  }

  // MARK: Between hosts

  private mutating func checkUnique(_ declarations: [HostDeclaration], _ hosts: [Host]) {
    var names: [String: Int] = [:]
    var addresses: [String: Int] = [:]
    var computeHosts: [String: Int] = [:]
    for (index, host) in hosts.enumerated() {
      func check(_ key: String, _ value: String, _ seen: inout [String: Int], _ what: String) -> Bool {
        guard let first = seen.updateValue(index, forKey: value) else { return true }
        seen[value] = first
        report(declarations[index], key, what, like: declarations[first])
        return false
      }
      let place = "\(Self.comparable(host.address)) \(host.ssh.port) \(host.ssh.jump ?? "")"
      // One wrongly repeated entry gives one error, not three.
      guard check("name", host.id.rawValue, &names, "the name \(host.id)"),
        check("address", place, &addresses, "the address \(host.address), port \(host.ssh.port),")
      else { continue }
      if let name = host.computeHost.name {
        _ = check("compute_host", name, &computeHosts, "the Nova host \(name)")
      }
    }
  }

  private mutating func report(
    _ declaration: HostDeclaration, _ key: String, _ what: String, like first: HostDeclaration
  ) {
    diagnostics.append(
      Diagnostic(
        .duplicate, at: declaration.location(of: key),
        "\(what) is already used by host \(first.name) (\(first.location(of: key)))"))
  }

  /// DNS names do not care about case or about the root's dot.
  private static func comparable(_ address: String) -> String {
    let lower = address.lowercased()
    return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
  }
}
